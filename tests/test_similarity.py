import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from kerasgan.evaluation.metrics import similarity


def images(seed=0, count=3):
    return np.random.default_rng(seed).integers(0, 256, (count, 24, 20, 3), np.uint8)


WHOLE = np.ones((3, 24, 20), bool)


def test_equal_images_are_as_near_as_can_be():
    one = images()
    assert similarity.l1(one, one, WHOLE).tolist() == [0, 0, 0]
    np.testing.assert_allclose(similarity.ssim(one, one, WHOLE), 1, atol=1e-5)
    # 10 log10(255^3), where the mean square error is 1 / 255.
    np.testing.assert_allclose(similarity.psnr(one, one, WHOLE), 30 * np.log10(255))


def test_black_and_white_are_far_apart():
    black, white = np.zeros((3, 24, 20, 3), np.uint8), np.full((3, 24, 20, 3), 255, np.uint8)
    assert similarity.l1(black, white, WHOLE).tolist() == [1, 1, 1]
    assert similarity.psnr(black, white, WHOLE).tolist() == [0, 0, 0]
    # c1 / (255^2 + c1) with c1 = (0.01 * 255)^2.
    np.testing.assert_allclose(similarity.ssim(black, white, WHOLE), 1e-4 / (1 + 1e-4), rtol=1e-3)


def test_what_is_outside_the_mask_does_not_count():
    one, other = images(0), images(1)
    masks = np.zeros((3, 24, 20), bool)
    masks[:, 8:12, 6:13] = True
    expected = np.abs(one.astype(float) - other)[:, 8:12, 6:13].mean(axis=(1, 2, 3)) / 255
    np.testing.assert_allclose(similarity.l1(one, other, masks), expected)
    errors = np.square(one.astype(float) - other)[:, 8:12, 6:13].mean(axis=(1, 2, 3))
    np.testing.assert_allclose(similarity.psnr(one, other, masks), 10 * np.log10(255**2 / errors))


@pytest.mark.parametrize("masked", [False, True])
def test_ssim_against_scipy(masked):
    one, other = images(0), images(1)
    other = ((one.astype(float) + other) / 2).astype(np.uint8)
    masks = WHOLE.copy()
    if masked:
        masks[:, :14] = False

    def local_mean(values):
        return gaussian_filter(values, 1.5, radius=5, axes=(1, 2))[:, 5:-5, 5:-5]

    x, y = one.astype(float), other.astype(float)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mean_x, mean_y = local_mean(x), local_mean(y)
    variances = local_mean(x**2) - mean_x**2 + local_mean(y**2) - mean_y**2
    covariance = local_mean(x * y) - mean_x * mean_y
    expected = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    expected /= (mean_x**2 + mean_y**2 + c1) * (variances + c2)
    inside = masks[:, 5:-5, 5:-5]
    expected = [values[mask].mean() for values, mask in zip(expected, inside, strict=True)]
    np.testing.assert_allclose(similarity.ssim(one, other, masks), expected, rtol=1e-4)
