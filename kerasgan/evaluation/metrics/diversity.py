"""How much generated images differ from each other and from their training images."""

from math import log2
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from PIL import Image

from kerasgan.datasets import duplicates
from kerasgan.evaluation import intervals
from kerasgan.evaluation.intervals import Estimate

# The paper's weights of five scales, and the width of its window.
_WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
_WINDOW = 11
_PAIRS, _ROWS = 100, 500


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


class Neighbours(NamedTuple):
    """indices: int64 [n], the nearest of the others; distances: float64 [n], Euclidean."""

    indices: np.ndarray
    distances: np.ndarray


def nearest(rows: np.ndarray, others: np.ndarray) -> Neighbours:
    """Find the nearest of the others to each row, in the units of the input.

    Args:
        rows, others: [n, ...], [m, ...]; images uint8, or features.
    """
    chunks = [_nearest(_flat(rows, start), others) for start in range(0, len(rows), _ROWS)]
    return Neighbours(*map(np.concatenate, zip(*chunks, strict=True)))


def _nearest(rows: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    indices = np.zeros(len(rows), np.int64)
    lowest = np.full(len(rows), np.inf)
    for start in range(0, len(others), _ROWS):
        chunk = _flat(others, start)
        # Squared distances minus the row's own square: one matrix product, exact for pixels.
        squares = np.square(chunk).sum(axis=1) - 2 * rows @ chunk.T
        is_nearer = squares.min(axis=1) < lowest
        indices[is_nearer] = start + squares.argmin(axis=1)[is_nearer]
        lowest = np.minimum(lowest, squares.min(axis=1))
    neighbours = [others[index].ravel() for index in indices]
    return indices, np.linalg.norm(rows - np.stack(neighbours), axis=1)


def _flat(rows: np.ndarray, start: int) -> np.ndarray:
    chunk = rows[start : start + _ROWS]
    return chunk.reshape(len(chunk), -1).astype(np.float64)


def near_duplicates(
    generated: np.ndarray, real: np.ndarray, radius: float = duplicates.RADIUS
) -> Estimate:
    """The share of generated images that copy a real one or its mirror image.

    Args:
        generated, real: uint8 [n, H, W, 3], [m, H, W, 3].
        radius: the largest distance between the signatures of copies; by default as in the search
            for duplicates in data.
    """
    signatures = _signatures(real)
    both_ways = np.concatenate([signatures, signatures[:, :, ::-1]])
    distances = nearest(_signatures(generated), both_ways).distances
    return intervals.wilson_interval(np.count_nonzero(distances <= radius), len(generated))


def _signatures(images: np.ndarray) -> np.ndarray:
    return np.stack([duplicates.signature(Image.fromarray(image)) for image in images])
