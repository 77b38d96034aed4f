"""How much generated images differ from each other."""

from math import log2

import numpy as np
import tensorflow as tf

from kerasgan.evaluation import intervals
from kerasgan.evaluation.intervals import Estimate

# The paper's weights of five scales, and the width of its window.
_WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
_WINDOW = 11
_PAIRS = 100


def ms_ssim(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The multi-scale structural similarity of pairs of images, float32 [n] in [0, 1].

    Five scales need 176 pixels. Smaller images have as many as the window fits into (96 pixels
    four, 64 three, 32 two), whose weights are scaled to a sum of 1: compare images of one size
    only. Channels are compared separately, and a negative similarity counts as 0.

    Args:
        first, second: uint8 [n, H, W, C].

    Raises:
        ValueError: if a side is shorter than 11 pixels.

    Reference: Wang et al. 2003, "Multi-Scale Structural Similarity for Image Quality Assessment",
    Asilomar Conference on Signals, Systems and Computers, eq. 7.
    """
    side = min(first.shape[1:3])
    if side < _WINDOW:
        raise ValueError(f"MS-SSIM needs sides of at least {_WINDOW} pixels, got {side}")
    scales = min(len(_WEIGHTS), int(log2(side / _WINDOW)) + 1)
    weights = _WEIGHTS[:scales] / _WEIGHTS[:scales].sum()
    return tf.image.ssim_multiscale(
        tf.constant(first), tf.constant(second), 255, power_factors=weights.tolist()
    ).numpy()


def ms_ssim_within(images: np.ndarray, conditions: np.ndarray, seed: int = 0) -> Estimate:
    """The mean MS-SSIM of pairs of one condition; the higher, the less varied.

    The images of a condition are paired at random, each in one pair at most, so that the pairs are
    independent and the interval of their mean holds.

    Args:
        images: uint8 [n, H, W, C].
        conditions: int [n], with two pairs at least.
        seed: of the pairs.

    Reference: Odena et al. 2017, "Conditional Image Synthesis with Auxiliary Classifier GANs"
    (arXiv:1610.09585), section 4.2.
    """
    order = np.random.default_rng(seed).permutation(len(images))
    order = order[np.argsort(conditions[order], kind="stable")]
    _, start, group = np.unique(conditions[order], return_index=True, return_inverse=True)
    is_first = (np.arange(len(order)) - start[group]) % 2 == 0
    indices = np.flatnonzero(is_first[:-1] & (group[:-1] == group[1:]))
    scores = [
        ms_ssim(images[order[chunk]], images[order[chunk + 1]])
        for chunk in np.array_split(indices, -(-len(indices) // _PAIRS))
    ]
    return intervals.mean(np.concatenate(scores, dtype=np.float64))
