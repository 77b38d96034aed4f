"""The share of flat pixels, in closed form."""

import numpy as np
import pytest

from kerasgan.evaluation.metrics.flatness import flatness, halved


def test_images_of_one_colour_and_slow_ramps_are_flat():
    plain = np.full((2, 9, 9, 3), 200, np.uint8)
    ramp = np.broadcast_to(5 * np.arange(9, dtype=np.uint8)[:, None, None], (2, 9, 9, 3))
    assert flatness(plain).value == flatness(ramp).value == 1


def test_other_images_and_other_channels_do_not_count():
    plain = np.zeros((3, 9, 9, 3), np.uint8)
    plain[:] = np.array([[0, 90, 180], [240, 120, 0], [60, 200, 30]])[:, None, None]
    assert flatness(plain).value == 1


def test_noise_is_not_flat():
    noise = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), np.uint8)
    assert flatness(noise).value < 0.01


@pytest.mark.parametrize(("levels", "share"), [(5, 1), (6, 1 - 4 / 36)])
@pytest.mark.parametrize("channels", [[0], [1], [2], [0, 1, 2]])
def test_a_pixel_is_flat_if_every_channel_is_within_5_levels(levels, share, channels):
    images = np.full((2, 6, 6, 3), 100, np.uint8)
    # Single pixels far enough apart change no median.
    images[:, 1::3, 1::3, channels] += np.uint8(levels)
    assert flatness(images).value == pytest.approx(share)


def test_a_corner_is_repeated_outwards():
    images = np.zeros((2, 4, 4, 3), np.uint8)
    images[:, 0, 0] = 255
    assert flatness(images).value == 15 / 16


def test_the_interval_is_that_of_the_mean_over_images():
    flat = np.zeros((10, 8, 8, 3), np.uint8)
    assert flatness(flat) == (1, 1, 1)
    checked = np.indices((8, 8)).sum(axis=0) % 2 * np.uint8(255)
    flat[::2] = checked[..., None]
    found = flatness(flat)
    assert found.low < found.value < found.high


def test_half_the_size_is_the_rounded_mean_of_2x2_pixels():
    images = np.random.default_rng(0).integers(0, 256, (2, 7, 6, 3), np.uint8)
    found = halved(images)
    assert (found.shape, found.dtype) == ((2, 3, 3, 3), np.uint8)
    mean = images[1, 2:4, 4:6, 2].mean()
    assert found[1, 1, 2, 2] == round(mean)
