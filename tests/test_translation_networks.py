from itertools import pairwise

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from kerasgan.networks import cyclegan, stargan


def test_cyclegan_has_the_published_parameters():
    # Biases everywhere: the published instance norm has no parameters.
    ends = (49 * 3 * 64 + 64) + (49 * 64 * 3 + 3)
    down = (9 * 64 * 128 + 128) + (9 * 128 * 256 + 256)
    up = (9 * 256 * 128 + 128) + (9 * 128 * 64 + 64)
    block = 2 * (9 * 256 * 256 + 256)
    assert cyclegan.generator(9).count_params() == ends + down + 9 * block + up == 11_378_179
    assert cyclegan.generator(6).count_params() == ends + down + 6 * block + up == 7_837_699
    # As many with repeated pixels and a 3x3 convolution.
    assert cyclegan.generator(6, upsample="nearest").count_params() == 7_837_699
    assert cyclegan.discriminator().count_params() == 2_764_737 == (
        (16 * 3 * 64 + 64)
        + (16 * 64 * 128 + 128)
        + (16 * 128 * 256 + 256)
        + (16 * 256 * 512 + 512)
        + (16 * 512 + 1)
    )  # fmt: skip


def test_cyclegan_with_batch_norm_has_biases_only_at_its_ends():
    # BatchNorm's four vectors replace every other bias.
    normed = 64 + 128 + 256 + 12 * 256 + 128 + 64
    assert cyclegan.generator(6, norm="batch").count_params() == 7_837_699 + 3 * normed
    normed = 128 + 256 + 512
    assert cyclegan.discriminator(norm="batch").count_params() == 2_764_737 + 3 * normed


def test_stargan_has_the_published_parameters():
    # No biases in the generator; a scale and an offset in every norm; five attributes.
    assert stargan.generator({"attributes": 5}).count_params() == (
        49 * (3 + 5) * 64 + 2 * 64
        + 16 * 64 * 128 + 2 * 128
        + 16 * 128 * 256 + 2 * 256
        + 12 * (9 * 256 * 256 + 2 * 256)
        + 16 * 256 * 128 + 2 * 128
        + 16 * 128 * 64 + 2 * 64
        + 49 * 64 * 3
    )  # fmt: skip
    filters = (3, 64, 128, 256, 512, 1024, 2048)
    convolutions = sum(16 * a * b + b for a, b in pairwise(filters))
    # 128 pixels, halved six times: the heads read 2x2 of them, without biases.
    heads = 9 * 2048 + 4 * 2048 * 5
    assert stargan.discriminator(128, {"attributes": 5}).count_params() == convolutions + heads
    # The same number of classes, in two heads.
    colours = stargan.discriminator(128, {"hair": 3, "eyes": 2})
    assert colours.count_params() == convolutions + heads


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"norm": "batch", "upsample": "nearest"},
        {"norm": "batch", "upsample": "bilinear", "antialias": True},
    ],
)
@pytest.mark.parametrize("residual", [False, True])
def test_a_translation_has_its_images_size_and_range(settings, residual):
    model = cyclegan.generators(blocks=1, width=0.1, residual=residual, **settings)
    images = {
        name: tf.random.stateless_uniform([2, 12, 20, 3], [seed, 0], -1, 1)
        for seed, name in enumerate("ab")
    }
    translated = model(images, training=False)
    for name in "ab":
        assert translated[name].shape == (2, 12, 20, 3)
        assert np.abs(translated[name]).max() <= 1
    # Each output is the translation of the other domain's image.
    for name, layer, source in (("a", "b_to_a", "b"), ("b", "a_to_b", "a")):
        alone = model.get_layer(layer)(images[source], training=False)
        np.testing.assert_array_equal(translated[name], alone)


def test_the_norms_of_a_discriminators_kernels_add_no_trained_parameters():
    published = cyclegan.discriminator(norm="none")
    assert published.count_params() == 2_764_737
    spectral = cyclegan.discriminator(norm="spectral")
    trained = sum(int(np.prod(v.shape)) for v in spectral.trainable_variables)
    assert trained == 2_764_737
    # A vector for every filter.
    assert spectral.count_params() == trained + 64 + 128 + 256 + 512 + 1


def test_with_a_blur_before_halving_a_finest_pattern_vanishes():
    """Strides keep one phase of alternating pixels; a blur keeps their mean."""
    stripes = np.tile([1.0, -1.0], 8)[None, None, :, None] * np.ones((1, 16, 1, 1), "float32")
    image = keras.Input((16, 16, 1))
    halved = keras.Model(image, cyclegan.halved(image, "half"))
    np.testing.assert_allclose(halved(stripes), np.zeros((1, 8, 8, 1)), atol=1e-6)
    ramp = np.arange(16, dtype="float32")[None, None, :, None] * np.ones((1, 16, 1, 1), "float32")
    np.testing.assert_allclose(halved(ramp)[0, 4, 1:-1, 0], 2 * np.arange(1, 7) + 0.5, atol=1e-5)


def test_bilinear_upsampling_is_that_of_images():
    image = keras.Input((6, 6, 2))
    model = keras.Model(image, cyclegan.upsample_conv(image, 2, "bilinear", "up", use_bias=False))
    kernel = np.zeros((3, 3, 2, 2), "float32")
    kernel[1, 1] = np.eye(2)
    model.get_layer("up").kernel.assign(kernel)
    x = np.random.default_rng(0).normal(size=(1, 6, 6, 2)).astype("float32")
    expected = tf.image.resize(x, (12, 12), "bilinear")
    np.testing.assert_allclose(model(x)[:, 1:-1, 1:-1], expected[:, 1:-1, 1:-1], atol=1e-5)


def test_an_editor_that_changes_images_begins_with_the_identity():
    image = tf.random.stateless_uniform([2, 16, 16, 3], [0, 0], -1, 1)
    inputs = {"image": image, "hair": tf.eye(2)}
    model = stargan.generator({"hair": 2}, width=0.1, residual=True)
    np.testing.assert_allclose(model(inputs), 0.9 * image, atol=1e-6)


def test_a_generator_that_changes_images_begins_with_the_identity():
    image = tf.random.stateless_uniform([2, 16, 16, 3], [0, 0], -1, 1)
    model = cyclegan.generator(1, width=0.1, residual=True)
    np.testing.assert_allclose(model(image), 0.9 * image, atol=1e-6)
    model.get_layer("change").bias.assign([0.5, -0.5, 0.0])
    expected = np.tanh(np.add(np.arctanh(0.9 * np.asarray(image)), [0.5, -0.5, 0.0]))
    np.testing.assert_allclose(model(image), expected, atol=1e-6)
    # Black and white can be kept.
    assert np.isfinite(model(tf.sign(image))).all()


def test_the_discriminators_patches_are_70_pixels_wide():
    model = cyclegan.discriminator(width=0.02)
    assert model(np.zeros((1, 256, 256, 3), "float32")).shape == (1, 30, 30, 1)
    width = 1
    for layer in reversed([layer for layer in model.layers if isinstance(layer, layers.Conv2D)]):
        width = (width - 1) * layer.strides[0] + layer.kernel_size[0]
    assert width == 70


def test_both_discriminators_score_their_own_domain():
    model = cyclegan.discriminators(width=0.02)
    images = {name: tf.random.stateless_normal([1, 32, 32, 3], [0, 0]) for name in "ab"}
    negated = {**images, "b": -images["b"]}
    before, after = (model(each, training=True) for each in (images, negated))
    np.testing.assert_array_equal(before["a"], after["a"])
    assert not np.array_equal(before["b"], after["b"])


def test_stargan_gets_every_label_at_every_pixel():
    model = stargan.generator({"hair": 3, "eyes": 2}, width=0.05)
    first = model.get_layer("in")
    joint = keras.Model(model.inputs, [first.input, first.output])
    image = np.random.default_rng(0).uniform(-1, 1, (2, 12, 8, 3)).astype("float32")
    hair, eyes = np.eye(3, dtype="float32")[[2, 0]], np.eye(2, dtype="float32")[[0, 1]]
    (first_input, label), convolved = joint({"image": image, "hair": hair, "eyes": eyes})
    np.testing.assert_array_equal(first_input, image)
    np.testing.assert_array_equal(label, np.concatenate([hair, eyes], axis=1))
    planes = np.broadcast_to(np.asarray(label)[:, None, None], (2, 12, 8, 5))
    expected = keras.ops.conv(np.concatenate([image, planes], -1), first.kernel, padding="same")
    np.testing.assert_allclose(convolved, expected, atol=1e-5, rtol=1e-5)
    translated = model({"image": image, "hair": hair, "eyes": eyes})
    assert translated.shape == image.shape
    assert np.abs(translated).max() <= 1


@pytest.mark.parametrize(("size", "side"), [(16, 2), (128, 2), (256, 4)])
def test_stargans_critic_scores_a_map_and_classifies_each_label(size, side):
    model = stargan.discriminator(size, {"hair": 3, "attributes": 4}, width=0.01)
    shapes = {name: tuple(head.shape) for name, head in model.output.items()}
    assert shapes == {
        "source": (None, side, side, 1), "hair": (None, 3), "attributes": (None, 4)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("build", "labels"),
    [
        (lambda: cyclegan.generator(1, 0.05), {}),
        (lambda: cyclegan.generator(1, 0.05, "batch", "nearest", residual=True), {}),
        (lambda: stargan.generator({"hair": 3, "eyes": 2}, 0.05), {"hair": 3, "eyes": 2}),
    ],
    ids=["cyclegan", "cyclegan-nearest", "stargan"],
)
def test_a_translating_generator_is_exported_for_every_size(build, labels, tmp_path):
    model = build()

    def translate(**values):
        return model(values if labels else values["image"], training=False)

    specs = {name: tf.TensorSpec([None, size], name=name) for name, size in labels.items()}
    specs["image"] = tf.TensorSpec([None, None, None, 3], name="image")
    endpoint = tf.function(translate)
    endpoint.get_concrete_function(**specs)
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("translate", endpoint)
    archive.write_out(str(tmp_path / "saved"), verbose=False)
    loaded = tf.saved_model.load(str(tmp_path / "saved"))
    for count, height, width in ((1, 16, 16), (2, 8, 20)):
        shapes = {name: [count, size] for name, size in labels.items()}
        shapes["image"] = [count, height, width, 3]
        values = {
            name: tf.random.stateless_uniform(shape, [0, 0], -1, 1)
            for name, shape in shapes.items()
        }
        # The loaded model has an unknown batch size, so Keras's own layer normalizes.
        np.testing.assert_allclose(loaded.translate(**values), translate(**values), atol=1e-5)
