"""Copies of training images among generated ones.

Images are compared by their layout of colours. Features of a network trained on photographs do not
find copies: noise of 5 of 255 levels moves an image further than to another face.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image

from kerasgan.datasets import duplicates
from kerasgan.evaluation import intervals
from kerasgan.evaluation.intervals import Estimate

# The paper's number of neighbours.
_NEIGHBOURS = 50
# Share of real images that are nearer to training images than a copy must be.
_RATE = 0.01
# Rows whose distances to all training images are in memory at a time.
_CHUNK = 100


class Neighbours(NamedTuple):
    """The nearest training image of each of n images.

    indices: int64 [n].
    ratios: float64 [n], the distance from it in units of the mean distance from the nearest 50: 0
        for an exact copy, near 1 if no training image is much nearer than others.
    """

    indices: np.ndarray
    ratios: np.ndarray


def layouts(images: np.ndarray) -> np.ndarray:
    """The mean colours of 8 x 8 fields without the mean colour of the image, float32 [n, 192].

    They hardly change with noise, compression, blur, a shift by a pixel or another brightness.

    Args:
        images: uint8 [n, S, S, 3].
    """
    fields = np.stack([duplicates.signature(Image.fromarray(image)) for image in images])
    fields = fields.astype(np.float32)
    return (fields - fields.mean(axis=(1, 2), keepdims=True)).reshape(len(images), -1)


def mirrored(layouts: np.ndarray) -> np.ndarray:
    """Layouts of the mirror images, [n, 192]."""
    fields = layouts.reshape(-1, *duplicates.SHAPE)
    return fields[:, :, ::-1].reshape(layouts.shape)


def neighbours(rows: np.ndarray, training: np.ndarray) -> Neighbours:
    """Find the nearest training image of each image.

    Args:
        rows, training: layouts or features, [n, d], [m, d], m > 1.

    Reference: Carlini et al. 2023, "Extracting Training Data from Diffusion Models"
    (arXiv:2301.13188), for the ratio, here without its factor alpha.
    """
    chunks = [
        _neighbours(rows[start : start + _CHUNK], training) for start in range(0, len(rows), _CHUNK)
    ]
    return Neighbours(*map(np.concatenate, zip(*chunks, strict=True)))


def _neighbours(rows: np.ndarray, training: np.ndarray) -> Neighbours:
    rows, training = (np.asarray(part, np.float64) for part in (rows, training))
    products = rows @ training.T
    squares = np.square(rows).sum(axis=1)[:, None] + np.square(training).sum(axis=1) - 2 * products
    count = min(_NEIGHBOURS, len(training))
    nearest = np.sqrt(np.maximum(np.partition(squares, count - 1, axis=1)[:, :count], 0))
    # Equal images have no distance at all.
    mean = np.maximum(nearest.mean(axis=1), np.finfo(float).tiny)
    return Neighbours(squares.argmin(axis=1), nearest.min(axis=1) / mean)


def near_copies(ratios: np.ndarray, held_out: np.ndarray) -> Estimate:
    """The share of images that are nearer to a training image than 99% of held-out images are.

    Of independent images of the data's distribution it is 1% on average, whatever the distribution:
    the k-th smallest of m exchangeable numbers is above another one with probability k / (m + 1).
    Fewer than 99 held-out images allow 1 / (m + 1) only.

    Args:
        ratios: of `neighbours`, [n].
        held_out: those of real images that were not trained on, [m].

    Reference: Meehan, Chaudhuri and Dasgupta 2020, "A Non-Parametric Test to Detect Data-Copying in
    Generative Models" (arXiv:2004.05675), for the comparison with held-out images.
    """
    is_copy = ratios <= threshold(held_out)
    return intervals.wilson_interval(np.count_nonzero(is_copy), len(ratios))


def threshold(held_out: np.ndarray) -> float:
    """The largest ratio of a near copy."""
    rank = max(int(_RATE * (len(held_out) + 1)), 1)
    return float(np.partition(held_out, rank - 1)[rank - 1])
