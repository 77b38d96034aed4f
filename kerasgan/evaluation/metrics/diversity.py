"""How much generated images differ from each other, and from the real ones they learned from."""

from math import log2
from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from kerasgan.datasets import duplicates
from kerasgan.evaluation import intervals
from kerasgan.evaluation.intervals import Estimate

# Of the paper: the weights of five scales, and a window of 11 x 11 with sigma 1.5.
_WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
_SIGMA, _RADIUS = 1.5, 5
_WINDOW = 2 * _RADIUS + 1
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_PAIRS, _ROWS = 100, 500


def ms_ssim(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The multi-scale structural similarity of pairs of images, float64 [n] in [0, 1].

    Five scales need 176 pixels. Smaller images have as many as the window fits into (96 pixels
    four, 64 three, 32 two), whose weights are scaled to a sum of 1: compare images of one size
    only. Each channel is compared for itself, and a negative similarity counts as 0.

    Args:
        first, second: uint8 [n, H, W, C].

    Raises:
        ValueError: if a side is shorter than 11 pixels.

    Reference: Wang et al. 2003, "Multi-Scale Structural Similarity for Image Quality Assessment",
    Asilomar Conference on Signals, Systems and Computers, eq. 7.
    """
    side = min(first.shape[1:3])
    if side < _WINDOW:
        raise ValueError(f"MS-SSIM needs {_WINDOW} pixels, not {side}")
    scales = min(len(_WEIGHTS), int(log2(side / _WINDOW)) + 1)
    weights = _WEIGHTS[:scales] / _WEIGHTS[:scales].sum()
    first, second = first.astype(np.float64), second.astype(np.float64)
    product = np.ones((len(first), first.shape[3]))
    for scale, weight in enumerate(weights):
        luminance, contrast_structure = _similarity(first, second)
        # Luminance counts at the coarsest scale only.
        part = contrast_structure if scale < scales - 1 else luminance * contrast_structure
        product *= part.mean(axis=(1, 2)).clip(0) ** weight
        first, second = _halved(first), _halved(second)
    return product.mean(axis=1)


def _similarity(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The luminance and the contrast-structure term [n, H - 10, W - 10, C]."""
    mean_1, mean_2 = _windows(first), _windows(second)
    variances = _windows(first * first) + _windows(second * second) - mean_1**2 - mean_2**2
    covariance = _windows(first * second) - mean_1 * mean_2
    luminance = (2 * mean_1 * mean_2 + _C1) / (mean_1**2 + mean_2**2 + _C1)
    return luminance, (2 * covariance + _C2) / (variances + _C2)


def _windows(pictures: np.ndarray) -> np.ndarray:
    """The Gaussian means of all windows that lie within the images."""
    means = gaussian_filter(pictures, _SIGMA, radius=_RADIUS, axes=(1, 2))
    return means[:, _RADIUS:-_RADIUS, _RADIUS:-_RADIUS]


def _halved(pictures: np.ndarray) -> np.ndarray:
    """The means of 2 x 2 pixels; the last row or column of an odd number is left out."""
    count, height, width, channels = pictures.shape
    even = pictures[:, : height // 2 * 2, : width // 2 * 2]
    return even.reshape(count, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))


def ms_ssim_within(pictures: np.ndarray, conditions: np.ndarray, seed: int = 0) -> Estimate:
    """The mean MS-SSIM of pairs of one condition; the higher, the less varied.

    The images of a condition are paired at random, each in one pair at most: so the pairs are
    independent, and the interval is that of a mean.

    Args:
        pictures: uint8 [n, H, W, C].
        conditions: int [n], with two pairs at least.
        seed: of the pairs.

    Reference: Odena et al. 2017, "Conditional Image Synthesis with Auxiliary Classifier GANs"
    (arXiv:1610.09585), section 4.2.
    """
    order = np.random.default_rng(seed).permutation(len(pictures))
    order = order[np.argsort(conditions[order], kind="stable")]
    _, start, place = np.unique(conditions[order], return_index=True, return_inverse=True)
    is_first = (np.arange(len(order)) - start[place]) % 2 == 0
    at = np.flatnonzero(is_first[:-1] & (place[:-1] == place[1:]))
    scores = [
        ms_ssim(pictures[order[some]], pictures[order[some + 1]])
        for some in np.array_split(at, -(-len(at) // _PAIRS))
    ]
    return intervals.mean(np.concatenate(scores))


class Neighbours(NamedTuple):
    """indices: int64 [n], the nearest of the others; distances: float64 [n], Euclidean."""

    indices: np.ndarray
    distances: np.ndarray


def nearest(rows: np.ndarray, others: np.ndarray) -> Neighbours:
    """Find the nearest of the others to each row, in the units of the input.

    Args:
        rows, others: [n, ...], [m, ...]; images uint8, or features.
    """
    found = [_nearest(_flat(rows, start), others) for start in range(0, len(rows), _ROWS)]
    return Neighbours(*map(np.concatenate, zip(*found, strict=True)))


def _nearest(rows: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    indices = np.zeros(len(rows), np.int64)
    lowest = np.full(len(rows), np.inf)
    for start in range(0, len(others), _ROWS):
        some = _flat(others, start)
        # Squared distances less the row's own square; a matrix product, and exact for pixels.
        squares = np.square(some).sum(axis=1) - 2 * rows @ some.T
        is_nearer = squares.min(axis=1) < lowest
        indices[is_nearer] = start + squares.argmin(axis=1)[is_nearer]
        lowest = np.minimum(lowest, squares.min(axis=1))
    found = [others[at].ravel() for at in indices]
    return indices, np.linalg.norm(rows - np.stack(found), axis=1)


def _flat(rows: np.ndarray, start: int) -> np.ndarray:
    some = rows[start : start + _ROWS]
    return some.reshape(len(some), -1).astype(np.float64)


def near_duplicates(
    generated: np.ndarray, real: np.ndarray, radius: float = duplicates.RADIUS
) -> Estimate:
    """The share of generated images that copy a real one or its mirror image.

    Args:
        generated, real: uint8 [n, S, S, 3], [m, S, S, 3].
        radius: the largest distance of a copy's signature; by default that by which data is
            searched for duplicates.
    """
    signatures = _signatures(real)
    both_ways = np.concatenate([signatures, signatures[:, :, ::-1]])
    distances = nearest(_signatures(generated), both_ways).distances
    return intervals.share(np.count_nonzero(distances <= radius), len(generated))


def _signatures(pictures: np.ndarray) -> np.ndarray:
    return np.stack([duplicates.signature(Image.fromarray(picture)) for picture in pictures])
