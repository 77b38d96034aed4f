"""Images that are not square: from the option to networks, batches, runs and pages."""

import dataclasses
import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerasgan import registry
from kerasgan.configs import Config
from kerasgan.configs.checking import check_types
from kerasgan.experiments import blind_test
from kerasgan.inference.image_to_image import Editor
from kerasgan.labels import LabelSchema
from kerasgan.models.augmentation import cut_out, shift_images
from kerasgan.models.examples import labelled_steps, unpaired_steps
from kerasgan.models.step_random import UnpairedStepRandom
from kerasgan.utils import sizes
from kerasgan.utils.errors import InvalidInput
from tests.conftest import tiny_config, tiny_options
from tests.stubs import ALL_PAIRS

TRANSLATORS = ("cyclegan", "cut", "stargan")


@pytest.fixture
def folder(tmp_path):
    """Eight images in each of two folders, a and b, 40 pixels high and 60 to 67 wide."""
    random = np.random.default_rng(0)
    for name in "ab":
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(8):
            colours = Image.fromarray(random.integers(0, 256, (4, 6, 3), np.uint8))
            colours.resize((60 + number, 40)).save(tmp_path / "images" / name / f"{number}.png")
    return tmp_path / "images"


@pytest.mark.parametrize(
    ("text", "size"), [("64", 64), ("64x96", (64, 96)), ("96X64", (96, 64)), ("32x32", 32)]
)
def test_a_size_is_height_by_width(text, size):
    assert sizes.parse(text) == size
    assert sizes.parse(str(sizes.parse(text))) == size


@pytest.mark.parametrize("model", registry.names())
def test_a_config_holds_one_number_or_height_and_width(model):
    square = tiny_config(model, image_size=(32, 32))
    assert square.image_size == 32
    config = dataclasses.replace(square, image_size=(32, 48))
    assert f"{config.image_size}" == "32x48"
    written = json.loads(json.dumps(dataclasses.asdict(config)))
    assert written["image_size"] == [32, 48]
    assert type(config).from_json(written) == config
    assert type(config).from_json({**written, "image_size": 32}) == square


@pytest.mark.parametrize(
    ("model", "size", "message"),
    [
        ("acgan", (64, 95), "64x95 (height x width); each side must be a multiple of 16, at least"),
        ("gan", 33, "33; it must be one of 16, 20, 24, 28, 32, 40, 48"),
        ("r3gan", (33, 64), "33x64 (height x width); the shorter side must be one of 16, 20"),
        ("wgan-gp", (96, 128), None),
        ("cwgan", (96, 129), "96x129 (height x width); the longer side must be a multiple of 16"),
        ("stargan", (64, 98), "64x98 (height x width); each side must be a multiple of 4"),
        ("cyclegan", (28, 64), "28x64 (height x width); each side must be a multiple of 4, at lea"),
    ],
)
def test_the_sides_are_what_the_network_needs(model, size, message):
    config = registry.config_class(model)
    if message is None:
        assert config(image_size=size).image_size == size
        return
    with pytest.raises(InvalidInput) as refused:
        config(image_size=size)
    assert str(refused.value).startswith(f"image-size is {message}")


def test_cyclegan_loads_larger_images_of_the_same_shape():
    config = registry.config_class("cyclegan")
    assert config(image_size=64, load_size=72).loaded_size == 72
    assert config(image_size=(64, 96), load_size=72).loaded_size == (72, 108)
    assert config(image_size=(96, 64), load_size=64).loaded_size == (96, 64)
    message = "load-size is 36; it must be at least the shorter side of image-size 64x48"
    with pytest.raises(InvalidInput, match=message):
        config(image_size=(64, 48), load_size=36)


@pytest.mark.parametrize(
    ("value", "allowed"), [("64x96", False), ([64], False), ([64, 96], True), ((64, 96), True)]
)
def test_python_and_json_give_two_numbers(value, allowed):
    kinds = {"image_size": sizes.Size}
    if allowed:
        check_types(kinds, {"image_size": value})
        return
    with pytest.raises(InvalidInput, match=r"a whole number or a list of height and width$"):
        check_types(kinds, {"image_size": value})


@pytest.mark.parametrize("size", [(32, 48), (56, 32)])
@pytest.mark.parametrize("model", registry.names())
def test_networks_make_and_score_rectangles(model, size):
    config: Config = tiny_config(model, image_size=size if model != "acgan" else (32, 48))
    network = registry.build_model(config, ALL_PAIRS)
    shape = (1, *config.image_size, 3)
    if model in TRANSLATORS:
        image = np.zeros(shape, "float32")
        labels = {name: np.eye(3, dtype="float32")[:1] for name in ("hair", "eyes")}
        given = {"image": image, "a": image, "b": image, **labels}
        images = network.generator({name: given[name] for name in network.generator.input})
        outputs = network.discriminator(images["b"] if model == "cut" else images)
    else:
        inputs = {
            name: tf.zeros((1, *tensor.shape[1:]))
            for name, tensor in network.generator.input.items()
        }
        images = network.generator(inputs)
        inputs.pop("noise")
        is_conditional = isinstance(network.discriminator.input, dict)
        outputs = network.discriminator({"image": images, **inputs} if is_conditional else images)
    assert {tuple(image.shape) for image in keras.tree.flatten(images)} == {shape}
    for output in keras.tree.flatten(outputs):
        assert output.shape[0] == 1
        # Scores and logits, or maps of scores in the shape of the image.
        if len(output.shape) == 4 and config.image_size[0] < config.image_size[1]:
            assert output.shape[1] < output.shape[2]


def test_stargans_labels_are_read_in_images_of_any_shape():
    model = registry.build_model(tiny_config("stargan", image_size=(16, 24)), ALL_PAIRS)
    labels = Editor(model, ALL_PAIRS).read(np.zeros((2, 40, 20, 3), np.uint8))
    assert labels.shape == (2, 2)


def test_crops_are_parts_of_the_image_and_half_of_them_flipped():
    """Red counts the rows of an image, green its columns."""
    rows, columns = np.indices((12, 22))
    image = np.stack([rows, columns, 0 * rows], axis=-1).astype(np.uint8)
    given = dict.fromkeys("ab", tf.constant(np.tile(image, (64, 1, 1, 1, 1))))
    random = UnpairedStepRandom(given, 0, tf.constant(0, tf.int64), (8, 16))
    crops = np.rint((random.images()["a"].numpy()[:, 0] + 1) * 127.5).astype(int)
    assert crops.shape == (64, 8, 16, 3)
    tops, lefts = crops[:, 0, 0, 0], crops[..., 1].min(axis=(1, 2))
    assert set(tops) == set(range(5))
    assert set(lefts) == set(range(7))
    np.testing.assert_array_equal(crops[..., 0] - tops[:, None, None], np.indices((64, 8, 16))[1])
    flipped = crops[:, 0, 0, 1] > crops[:, 0, -1, 1]
    assert 16 < flipped.sum() < 48
    expected = np.where(flipped[:, None], np.arange(16)[::-1], np.arange(16)) + lefts[:, None]
    np.testing.assert_array_equal(crops[..., 1], np.repeat(expected[:, None], 8, axis=1))


def test_shifts_and_cutouts_are_fractions_of_each_side():
    values = np.random.default_rng(0).uniform(-1, 1, (1, 16, 24, 3))
    original = tf.constant(values, tf.float32)
    # Two rows down, three columns to the left.
    moved = shift_images(original, tf.constant([[2 / 16, -3 / 24]])).numpy()
    np.testing.assert_array_equal(moved[0, 2:, :-3], original[0, :-2, 3:])
    assert not moved[0, :2].any()
    assert not moved[0, :, -3:].any()
    cut = cut_out(original, tf.constant([[0.5, 0.25]])).numpy()
    assert not cut[0, 4:12, :12].any()
    np.testing.assert_array_equal(cut[0, :, 12:], original[0, :, 12:])
    np.testing.assert_array_equal(cut[0, :4], original[0, :4])


def test_data_sets_have_the_models_height_and_width():
    def images(height, width):
        return tf.data.Dataset.from_tensors({"image": tf.zeros([height, width, 3])})

    schema = LabelSchema()
    steps = labelled_steps(images(16, 24).repeat(4), schema, (16, 24), 2, 1)
    assert steps.element_spec["image"].shape == (2, 1, 16, 24, 3)
    with pytest.raises(InvalidInput, match=r"the shape \[16, 24, 3\], or \[batch, 16, 24, 3\], go"):
        labelled_steps(images(24, 16), schema, (16, 24), 2, 1)
    pairs = tf.data.Dataset.from_tensors({name: tf.zeros([18, 20, 3]) for name in "ab"})
    with pytest.raises(InvalidInput, match=r"\[16, 24, 3\] or larger"):
        unpaired_steps(pairs, (16, 24), 1)


def test_a_rectangle_is_trained_drawn_exported_and_resumed(kerasgan, folder):
    options = tiny_options("gan", data=folder, image_size="16x24", steps=2, out="run")
    done = kerasgan("train", "gan", *options)
    assert done.exit_code == 0, done.output
    # Eight rows and columns of images, three times as large.
    with Image.open("run/samples/step-000001.png") as sheet:
        assert sheet.size == (8 * (3 * 24 + 2), 8 * (3 * 16 + 2))
    done = kerasgan("sample", "--run", "run", "--separate", "-n", 1, "--out", "drawn")
    assert done.exit_code == 0, done.output
    with Image.open("drawn/image-seed0.png") as image:
        assert image.size == (24, 16)
    done = kerasgan("export", "--run", "run", "--format", "keras")
    assert done.exit_code == 0, done.output
    card = (folder.parent / "run/export/gan-keras/1/README.md").read_text()
    assert "# [4, 16, 24, 3] in [-1, 1]" in card
    done = kerasgan("resume", "run", "--steps", 3)
    assert done.exit_code == 0, done.output
    assert (folder.parent / "run/checkpoints/step-000003.npz").is_file()


@pytest.mark.slow
def test_a_rectangle_is_translated(kerasgan, folder):
    drawn = {"data": None, "num_avatars": None}
    domains = {"domain_a": folder / "a", "domain_b": folder / "b"}
    options = tiny_options("cyclegan", **drawn, **domains, image_size="32x48", steps=1, out="run")
    done = kerasgan("train", "cyclegan", *options)
    assert done.exit_code == 0, done.output
    done = kerasgan("translate", folder / "a/0.png", "--run", "run", "--out", "new")
    assert done.exit_code == 0, done.output
    with Image.open("new/0.png") as image:
        assert image.size == (60, 40)


@pytest.mark.parametrize(
    ("model", "size", "message"),
    [
        ("acgan", "64x", "must be a side of squares or HEIGHTxWIDTH, as in 64x96; got '64x'"),
        ("acgan", "x", "got 'x'"),
        ("acgan", "-64x64", "got '-64x64'"),
        ("acgan", "64x96x3", "got '64x96x3'"),
        ("acgan", "64x95", "each side must be a multiple of 16"),
        ("gan", "64x96", "image-size is 64x96; avatars are square"),
        ("cyclegan", "64x96", "image-size is 64x96; avatars are square"),
    ],
)
def test_bad_sizes_are_refused_in_one_line(kerasgan, tmp_path, model, size, message):
    done = kerasgan("train", model, "--image-size", size)
    assert done.exit_code == 2, done.output
    assert message in done.output
    assert done.output.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_blind_test_shows_images_of_one_shape():
    def source(size):
        return SimpleNamespace(name=f"run {size}", size=size and sizes.simplified(size))

    assert blind_test.common_size(source(64), source(32)) == 32
    assert blind_test.common_size(source((64, 96)), source((32, 48))) == (32, 48)
    assert blind_test.common_size(source(None), source((32, 48))) == (32, 48)
    with pytest.raises(InvalidInput, match=r"same shape, got run 64 of 64 and run .* of 64x96"):
        blind_test.common_size(source(64), source((64, 96)))
