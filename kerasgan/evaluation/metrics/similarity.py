"""How near images are to what they should be, image by image."""

import numpy as np
import tensorflow as tf

# The window of SSIM reaches this far beyond its centre.
_REACH = 5
_BATCH = 64


def l1(pictures: np.ndarray, truth: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Float64 [n], the mean absolute difference inside each mask, as a share of 255.

    Args:
        pictures, truth: uint8 [n, H, W, 3].
        masks: bool [n, H, W].
    """
    return _inside(np.abs(pictures.astype(float) - truth).mean(axis=-1) / 255, masks)


def psnr(pictures: np.ndarray, truth: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Float64 [n], the peak signal-to-noise ratio inside each mask, in decibels.

    Equal images have the ratio of a mean square error of one grey level in 255 pixels.

    Args: as `l1`.
    """
    errors = _inside(np.square(pictures.astype(float) - truth).mean(axis=-1), masks)
    return 10 * np.log10(255**2 / np.maximum(errors, 1 / 255))


def ssim(pictures: np.ndarray, truth: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Float64 [n], the structural similarity at the pixels of each mask.

    Pixels nearer to an edge than the window reaches have none.

    Args: as `l1`; height and width of 11 or more.

    Reference: Wang et al. 2004, "Image Quality Assessment: From Error Visibility to Structural
    Similarity"; its Gaussian window of 11 pixels and 1.5 pixels deviation, the mean of the colours.
    """
    maps = [
        tf.image.ssim(
            tf.constant(pictures[start : start + _BATCH]),
            tf.constant(truth[start : start + _BATCH]),
            255,
            return_index_map=True,
        )
        for start in range(0, len(pictures), _BATCH)
    ]
    inner = slice(_REACH, -_REACH)
    return _inside(np.concatenate(maps).astype(float), masks[:, inner, inner])


def _inside(values: np.ndarray, masks: np.ndarray) -> np.ndarray:
    return (values * masks).sum(axis=(1, 2)) / masks.sum(axis=(1, 2))
