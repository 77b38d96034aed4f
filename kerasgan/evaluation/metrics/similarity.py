"""Similarity of images to their true counterparts, image by image."""

import numpy as np
import tensorflow as tf

# Radius of the window of SSIM.
_RADIUS = 5
_BATCH = 64


def l1(images: np.ndarray, truth: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """The mean absolute difference inside each mask as a share of 255, float64 [n].

    Args:
        images, truth: uint8 [n, H, W, 3].
        masks: bool [n, H, W].
    """
    return _inside(np.abs(images.astype(float) - truth).mean(axis=-1) / 255, masks)


def psnr(images: np.ndarray, truth: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """The peak signal-to-noise ratio inside each mask in decibels, float64 [n].

    The mean square error counts as 1 / 255 at least, so that equal images have a finite ratio.

    Args: as `l1`.
    """
    errors = _inside(np.square(images.astype(float) - truth).mean(axis=-1), masks)
    return 10 * np.log10(255**2 / np.maximum(errors, 1 / 255))


def ssim(images: np.ndarray, truth: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """The structural similarity at the pixels of each mask, float64 [n].

    Pixels closer to an edge than the window's radius are left out.

    Args: as `l1`; height and width of 11 or more.

    Reference: Wang et al. 2004, "Image Quality Assessment: From Error Visibility to Structural
    Similarity"; Gaussian window of 11 pixels with a deviation of 1.5, mean over channels.
    """
    maps = [
        tf.image.ssim(
            tf.constant(images[start : start + _BATCH]),
            tf.constant(truth[start : start + _BATCH]),
            255,
            return_index_map=True,
        )
        for start in range(0, len(images), _BATCH)
    ]
    inner = slice(_RADIUS, -_RADIUS)
    return _inside(np.concatenate(maps).astype(float), masks[:, inner, inner])


def _inside(values: np.ndarray, masks: np.ndarray) -> np.ndarray:
    return (values * masks).sum(axis=(1, 2)) / masks.sum(axis=(1, 2))
