"""Translation and editing of images of any size, and their sheets."""

import numpy as np
import pytest
import tensorflow as tf

from kerasgan.datasets.unpaired import UnpairedImages
from kerasgan.inference import image_to_image, previews, scaling
from kerasgan.labels import LabelSchema
from kerasgan.networks import cyclegan
from kerasgan.utils.errors import InvalidInput


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


class Generators:
    """Generators that invert an image if its height and width are multiples of 4."""

    filters = 64

    def get_layer(self, name):
        return self

    def __call__(self, image, training):
        fits = tf.reduce_all(tf.shape(image)[1:3] % 4 == 0)
        return tf.where(fits, -image, image)


def test_images_of_any_size_keep_it():
    translator = image_to_image.DomainTranslator(Generators(), ("b", "a"))
    for size in ((8, 8), (13, 22), (16, 9)):
        inputs = noise(3, *size, 3)
        np.testing.assert_array_equal(translator.translate(inputs, "b"), 255 - inputs)


def test_padding_mirrors_the_image():
    inputs = noise(1, 9, 8, 3)
    padded = []
    image_to_image.call_padded(lambda image: padded.append(image) or image, tf.constant(inputs))
    expected = np.concatenate([inputs, inputs[:, :-4:-1]], axis=1)
    np.testing.assert_allclose((padded[0] + 1) * 127.5, expected, atol=1e-4)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ((7, 40), "must have at least 8 x 8 pixels, got 40 x 7"),
        ((64, 64), "at most about 25 x 25 pixels, got 64 x 64, .* GiB"),
    ],
)
def test_too_small_and_too_large_images_are_refused(monkeypatch, size, message):
    memory = type("Memory", (), {"available": 10**6})
    monkeypatch.setattr(image_to_image.psutil, "virtual_memory", lambda: memory)
    with pytest.raises(InvalidInput, match=message):
        image_to_image.DomainTranslator(Generators(), ("b", "a")).translate(noise(1, *size, 3), "b")


def test_each_domain_has_its_generator():
    generators = cyclegan.generators(blocks=1, width=0.05)
    inputs = noise(1, 12, 12, 3)
    translator = image_to_image.DomainTranslator(generators, ("b", "a"))
    image = tf.constant(inputs / 127.5 - 1, tf.float32)
    for domain, name in (("a", "b_to_a"), ("b", "a_to_b")):
        expected = (generators.get_layer(name)(image, training=False) + 1) * 127.5
        assert np.abs(translator.translate(inputs, domain) - expected.numpy()).max() <= 0.51
    translated, back = image_to_image.translate_round_trip(translator, "b")(inputs[0])
    np.testing.assert_array_equal(translated, translator.translate(inputs, "b")[0])
    np.testing.assert_array_equal(back, translator.translate(translated[None], "a")[0])


def test_one_direction_has_no_way_back():
    domains = UnpairedImages(noise(2, 16, 16, 3), 255 - noise(2, 16, 16, 3))
    translator = image_to_image.DomainTranslator(Generators(), ("b",))
    (translated,) = image_to_image.translate_round_trip(translator, "b")(domains.a[0])
    np.testing.assert_array_equal(translated, 255 - domains.a[0])
    for has_identity, columns in ((False, 2), (True, 3)):
        sheet = previews.domain_sheet(translator, domains, 8, has_identity)
        assert sheet.width == columns * 66
        cells = np.asarray(sheet)[-66::4, ::4]
        np.testing.assert_array_equal(cells[:15, 17:32], 255 - cells[:15, :15])


class StarGAN:
    """Writes the index of the hair to red and that of the eyes to green; reads both there."""

    class Discriminator:
        input = tf.zeros([1, 4, 4, 3])

        def __call__(self, image, training):
            indices = tf.cast(tf.round((image[:, 0, 0] + 1) * 127.5), tf.int32)
            return {"hair": tf.one_hot(indices[:, 0], 3), "eyes": tf.one_hot(indices[:, 1], 2)}

    discriminator = Discriminator()

    class Generator:
        def get_layer(self, name):
            return Generators()

        def __call__(self, inputs, training):
            hair, eyes = (tf.argmax(inputs[name], axis=1) for name in ("hair", "eyes"))
            colour = tf.cast(tf.stack([hair, eyes, 0 * hair], axis=1), tf.float32)
            return colour[:, None, None] / 127.5 - 1 + 0 * inputs["image"]

    sampling_generator = Generator()


def test_labels_without_a_request_are_kept_as_read():
    schema = LabelSchema.of({"hair": ("red", "blue", "gray"), "eyes": ("red", "blue")})
    editor = image_to_image.Editor(StarGAN(), schema)
    inputs = np.full((9, 10, 3), (2, 1, 0), np.uint8)
    edited, back = image_to_image.edit_round_trip(editor, {"hair": 1})(inputs)
    np.testing.assert_array_equal(edited, np.full((9, 10, 3), (1, 1, 0)))
    np.testing.assert_array_equal(back, inputs)


@pytest.mark.parametrize("has_identity", [False, True])
def test_the_sheet_has_the_columns_of_cyclegans_authors(monkeypatch, has_identity):
    shown = {}

    def recorded(columns, names):
        shown.update(zip(names, columns, strict=True))

    monkeypatch.setattr(previews, "columns_sheet", recorded)
    domains = UnpairedImages(noise(9, 16, 16, 3), noise(3, 16, 16, 3) // 2)
    translator = image_to_image.DomainTranslator(Generators(), ("b", "a"))
    previews.domain_sheet(translator, domains, 8, has_identity)
    a, b = domains.a[np.arange(3)], domains.b[np.arange(3)]
    expected = {"real_a": a, "fake_b": 255 - a, "rec_a": a}
    # The generator into b, of an image of b.
    expected |= {"idt_a": 255 - b} if has_identity else {}
    expected |= {"real_b": b, "fake_a": 255 - b, "rec_b": b}
    expected |= {"idt_b": 255 - a} if has_identity else {}
    assert list(shown) == list(expected)
    for name, images in expected.items():
        np.testing.assert_array_equal(shown[name], images)


def darker(image):
    """A round trip whose translation is 40 levels darker, and back."""
    yield np.clip(image.astype(int) - 40, 0, 255).astype(np.uint8)
    yield image


def seen_sizes(scale, image, image_size=16):
    """The size at which the network sees an image, and the round trip."""
    seen = []

    def round_trip(inputs):
        seen.append(inputs.shape[:2])
        return darker(inputs)

    results = list(scaling.at_scale(round_trip, scale, image_size)(image))
    return seen, results


def test_a_large_image_is_seen_at_the_size_of_training_and_keeps_its_edges():
    image = np.full((60, 90, 3), 200, np.uint8)
    image[:, 45:] = 90
    seen, (translated, back) = seen_sizes("training", image)
    assert seen == [(16, 24)]
    # Blurred only is the change, which is the same everywhere.
    np.testing.assert_array_equal(translated, image - 40)
    np.testing.assert_array_equal(back, image)


@pytest.mark.parametrize(
    ("scale", "size"), [("original", (60, 90)), (30, (30, 45)), (200, (60, 90))]
)
def test_a_scale_is_a_shorter_side_that_no_image_is_enlarged_to(scale, size):
    seen, (translated, _) = seen_sizes(scale, np.full((60, 90, 3), 200, np.uint8))
    assert seen == [size]
    assert translated.shape == (60, 90, 3)


@pytest.mark.parametrize("scale", ["half", 7, 0, 12.5])
def test_an_impossible_scale_is_refused(scale):
    with pytest.raises(InvalidInput, match="scale must be training, original or a number"):
        scaling.at_scale(darker, scale, 16)
