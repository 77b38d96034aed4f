import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from kerasgan.datasets.avatars.portrait import draw
from kerasgan.datasets.avatars.traits import face
from kerasgan.evaluation import intervals
from kerasgan.evaluation.metrics import diversity

WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]


@pytest.fixture
def random():
    return np.random.default_rng(0)


def avatars(seed, count, size=32):
    return np.stack([np.asarray(draw(face(seed, index), size)) for index in range(count)])


def similarity(first, second, weights):
    """Wang et al. 2003, eq. 7, with the means of 2x2 pixels between the scales, in float64."""
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2

    def local_mean(values):
        return gaussian_filter(values, 1.5, radius=5, axes=(1, 2))[:, 5:-5, 5:-5]

    x, y = first.astype(float), second.astype(float)
    product = np.ones((len(x), 3))
    for scale, weight in enumerate(weights):
        mean_x, mean_y = local_mean(x), local_mean(y)
        variances = local_mean(x**2) - mean_x**2 + local_mean(y**2) - mean_y**2
        covariance = local_mean(x * y) - mean_x * mean_y
        part = (2 * covariance + c2) / (variances + c2)
        if scale == len(weights) - 1:
            part *= (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
        product *= part.mean(axis=(1, 2)).clip(0) ** weight
        side = x.shape[1] // 2
        x, y = (
            values[:, : 2 * side, : 2 * side].reshape(-1, side, 2, side, 2, 3).mean(axis=(2, 4))
            for values in (x, y)
        )
    return product.mean(axis=1)


@pytest.mark.parametrize(("size", "scales"), [(16, 1), (32, 2), (64, 3), (96, 4), (176, 5)])
def test_ms_ssim_is_the_papers_with_the_first_scales_only(size, scales):
    first, different = (
        np.stack([Image.fromarray(image).resize((size, size)) for image in avatars(seed, 2)])
        for seed in (0, 1)
    )
    noise = np.random.default_rng(0).integers(-20, 20, different.shape)
    second = (first + noise).clip(0, 255).astype("uint8")
    # One pair that differs by noise, and one of different faces.
    second[1] = different[1]
    weights = np.array(WEIGHTS[:scales]) / sum(WEIGHTS[:scales])
    expected = similarity(first, second, weights)
    # TensorFlow computes in float32, and variances in flat regions cancel.
    np.testing.assert_allclose(diversity.ms_ssim(first, second), expected, atol=1e-4)


def test_ms_ssim_of_flat_images_is_their_luminance_at_the_coarsest_scale():
    c1 = (0.01 * 255) ** 2
    luminance = (2 * 50 * 200 + c1) / (50**2 + 200**2 + c1)
    for size, scales in ((20, 1), (33, 2), (64, 3)):
        flat = [np.full((1, size, size, 3), grey, np.uint8) for grey in (50, 200)]
        weight = WEIGHTS[scales - 1] / sum(WEIGHTS[:scales])
        assert diversity.ms_ssim(*flat) == pytest.approx(luminance**weight, abs=1e-4)


def test_ms_ssim_is_1_for_equal_images_and_0_for_a_negative(random):
    images = random.integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    np.testing.assert_allclose(diversity.ms_ssim(images, images), 1, rtol=1e-6)
    assert diversity.ms_ssim(images, 255 - images).tolist() == [0] * 4


def test_ms_ssim_needs_a_window():
    small = np.zeros((1, 10, 64, 3), np.uint8)
    with pytest.raises(ValueError, match="11 pixels, got 10"):
        diversity.ms_ssim(small, small)
    just_enough = np.zeros((1, 11, 64, 3), np.uint8)
    assert diversity.ms_ssim(just_enough, just_enough) == pytest.approx(1)


def test_pairs_are_of_one_condition_and_share_no_image(monkeypatch):
    monkeypatch.setattr(diversity, "_PAIRS", 2)
    seen = []

    def spy(first, second):
        seen.extend(zip(first[:, 0, 0, 0].tolist(), second[:, 0, 0, 0].tolist(), strict=True))
        return np.arange(len(first), dtype=float)

    monkeypatch.setattr(diversity, "ms_ssim", spy)
    # Every image has its own number for a colour.
    images = np.arange(14, dtype=np.uint8).reshape(14, 1, 1, 1)
    conditions = np.array([7, 3, 3, 3, 7, 3, 9, 3, 7, 7, 7, 7, 1, 1])
    found = diversity.ms_ssim_within(images, conditions)
    assert sorted(conditions[list(pair)].tolist() for pair in seen) == [
        [1, 1],
        [3, 3],
        [3, 3],
        [7, 7],
        [7, 7],
        [7, 7],
    ]
    assert len({image for pair in seen for image in pair}) == 12
    assert found == intervals.mean(np.array([0.0, 1, 0, 1, 0, 1]))
    diversity.ms_ssim_within(images, conditions)
    diversity.ms_ssim_within(images, conditions, seed=1)
    assert seen[:6] == seen[6:12] != seen[12:]


def test_one_image_for_each_condition_is_no_variety():
    faces = avatars(0, 3)
    conditions = np.arange(12) % 3
    assert diversity.ms_ssim_within(faces[conditions], conditions) == pytest.approx((1, 1, 1))
    assert diversity.ms_ssim_within(avatars(0, 12), conditions).value < 0.9
