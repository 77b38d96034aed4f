"""Share of flat pixels: speckle lowers it and blur raises it; compare it with real images."""

import numpy as np
from scipy.ndimage import median_filter

from kerasgan.evaluation import intervals
from kerasgan.evaluation.intervals import Estimate

_LEVELS = 5


def flatness(images: np.ndarray) -> Estimate:
    """The share of pixels within 5 of 255 levels of the median of their 3x3 neighbourhood.

    Each channel has its own median, and a pixel counts if all of its channels are that close.
    Edges are repeated outwards. It is 1 for an image of one colour and nearly 0 for noise.

    Args:
        images: uint8 [n, H, W, 3], n > 1.
    """
    medians = median_filter(images, (1, 3, 3, 1), mode="nearest")
    is_near = np.abs(images.astype(np.int16) - medians) <= _LEVELS
    return intervals.mean(is_near.all(axis=3).mean(axis=(1, 2)))


def flatness_halved(images: np.ndarray) -> Estimate:
    """The flatness at half the size, where speckle of single pixels is gone; see `flatness`."""
    return flatness(halved(images))


def flatness_difference(images: np.ndarray, real: float) -> float:
    """How far the flatness is from the flatness of real images."""
    return abs(flatness(images).value - real)


def halved(images: np.ndarray) -> np.ndarray:
    """Uint8 [n, H // 2, W // 2, 3], the rounded means of 2x2 pixels; an odd edge is cut."""
    height, width = (side // 2 for side in images.shape[1:3])
    cut = images[:, : 2 * height, : 2 * width].astype(np.float32)
    blocks = cut.reshape(len(images), height, 2, width, 2, 3)
    return blocks.mean(axis=(2, 4)).round().astype(np.uint8)
