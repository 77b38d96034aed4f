"""Near copies: constructed generators that copy, and ones that do not."""

import io

import numpy as np
import pytest
from PIL import Image

from kerasgan.datasets.avatars.portrait import draw
from kerasgan.datasets.avatars.traits import face
from kerasgan.evaluation import intervals
from kerasgan.evaluation.metrics import copies


def avatars(numbers, size=64):
    return np.stack([np.asarray(draw(face(0, number), size)) for number in numbers])


@pytest.fixture(scope="module")
def training():
    return avatars(range(100))


@pytest.fixture(scope="module")
def held_out(training):
    """Ratios of images that were not trained on."""
    layouts = copies.layouts(avatars(range(100, 200)))
    return copies.neighbours(layouts, copies.layouts(training)).ratios


@pytest.fixture(scope="module")
def independent():
    return avatars(range(200, 280))


def share(images, training, held_out):
    ratios = copies.neighbours(copies.layouts(images), copies.layouts(training)).ratios
    return copies.near_copies(ratios, held_out)


def noisy(images):
    noise = np.random.default_rng(0).normal(scale=10, size=images.shape)
    return (images + noise).clip(0, 255).astype(np.uint8)


def compressed(images):
    files = [io.BytesIO() for _ in images]
    for image, file in zip(images, files, strict=True):
        Image.fromarray(image).save(file, "JPEG", quality=50)
    return np.stack([np.asarray(Image.open(file)) for file in files])


def brighter(images):
    return np.minimum(images.astype(int) + 20, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "change", [np.array, noisy, compressed, brighter, lambda images: np.roll(images, 1, axis=2)]
)
def test_changed_training_images_are_near_copies(training, held_out, change):
    assert share(change(training[:60]), training, held_out).value > 0.9


@pytest.mark.parametrize("change", [np.array, noisy, compressed, brighter])
def test_independent_images_are_near_copies_at_the_nominal_rate(
    training, held_out, independent, change
):
    found = share(change(independent), training, held_out)
    assert found.low < 0.01
    assert found.value < 0.04


def test_half_copies_are_half(training, held_out, independent):
    mixed = np.concatenate([training[:40], independent[:40]])
    assert share(mixed, training, held_out).value == pytest.approx(0.5, abs=0.04)


def test_a_ratio_is_of_the_nearest_image_to_the_mean_of_the_50_nearest():
    random = np.random.default_rng(0)
    rows, training = random.normal(size=(20, 3)), random.normal(size=(400, 3))
    distances = np.linalg.norm(rows[:, None] - training, axis=-1)
    nearest = np.sort(distances, axis=1)[:, :50]
    found = copies.neighbours(
        rows,
        training,
    )
    np.testing.assert_array_equal(found.indices, distances.argmin(axis=1))
    np.testing.assert_allclose(found.ratios, nearest[:, 0] / nearest.mean(axis=1))


def test_the_threshold_is_the_order_statistic_of_the_nominal_rate():
    ratios = np.random.default_rng(0).permutation(np.arange(1.0, 200.0))
    # 0.01 * (199 + 1) = 2.
    assert copies.threshold(ratios) == 2.0
    assert copies.threshold(ratios[:40]) == ratios[:40].min()
    many = np.random.default_rng(1).normal(size=5000)
    assert copies.threshold(many) == np.sort(many)[49]
    found = copies.near_copies(np.array([0.5, 2.0, 2.1, 7.0]), ratios)
    assert found == intervals.wilson_interval(2, 4)


def test_a_share_of_exchangeable_ratios_is_nominal_on_average():
    random = np.random.default_rng(0)
    shares = [copies.near_copies(*random.exponential(size=(2, 299))).value for _ in range(400)]
    assert np.mean(shares) == pytest.approx(3 / 300, rel=0.15)


def test_ratios_and_indices_are_those_of_all_distances(monkeypatch):
    monkeypatch.setattr(copies, "_CHUNK", 4)
    random = np.random.default_rng(0)
    rows, training = random.normal(size=(10, 5)), random.normal(size=(600, 5))
    rows[[2, 7]] = training[[9, 0]]
    distances = np.linalg.norm(rows[:, None] - training[None], axis=2)
    nearest = np.sort(distances, axis=1)[:, :50]
    found = copies.neighbours(rows, training)
    np.testing.assert_array_equal(found.indices, distances.argmin(axis=1))
    np.testing.assert_allclose(found.ratios, nearest[:, 0] / nearest.mean(axis=1), atol=1e-7)
    assert found.ratios[[2, 7]] == pytest.approx([0, 0], abs=1e-7)


def test_a_layout_is_the_mean_colours_without_the_mean_and_is_mirrored_with_the_image():
    image = np.random.default_rng(0).integers(0, 236, (1, 16, 16, 3), np.uint8)
    fields = image.reshape(1, 8, 2, 8, 2, 3).mean(axis=(2, 4))
    expected = fields - fields.mean(axis=(1, 2))
    np.testing.assert_allclose(copies.layouts(image).reshape(fields.shape), expected, atol=1)
    np.testing.assert_allclose(copies.layouts(image + 20), copies.layouts(image), atol=1)
    np.testing.assert_array_equal(
        copies.mirrored(copies.layouts(image)), copies.layouts(image[:, :, ::-1])
    )
