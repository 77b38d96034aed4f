"""Noise between and around given noise."""

import math
from collections.abc import Sequence

import numpy as np


def slerp(
    start: np.ndarray, end: np.ndarray, positions: Sequence[float] | np.ndarray
) -> np.ndarray:
    """Spherical linear interpolation; the norm is interpolated linearly.

    Every point is as likely under the Gaussian as its ends are. A straight line would pass close
    to the origin, which no noise does.

    Args:
        start, end: [d].
        positions: n numbers, 0 for the start, 1 for the end.

    Returns:
        [n, d].

    Reference: White 2016, "Sampling Generative Networks" (arXiv:1609.04468).
    """
    position = np.asarray(positions)[:, None]
    line = (1 - position) * start + position * end
    norms = np.linalg.norm(start), np.linalg.norm(end)
    if min(norms) == 0:
        return line
    first, second = start / norms[0], end / norms[1]
    angle = np.arccos(np.clip(first @ second, -1.0, 1.0))
    if np.sin(angle) < 1e-6:
        return line
    directions = np.sin((1 - position) * angle) * first + np.sin(position * angle) * second
    return directions / np.sin(angle) * (norms[0] + position * (norms[1] - norms[0]))


def variations(
    noise: np.ndarray, sigma: float, strength: float, count: int, seed: int | Sequence[int]
) -> np.ndarray:
    """Noise around a given one: cos(t) noise + sin(t) other, with t = strength * pi / 2.

    The others are independent Gaussian noise. If the given one is Gaussian with the same sigma, so
    are the variations, since cos^2(t) + sin^2(t) = 1, and each has the correlation cos(t) with it.
    Adding noise instead would lengthen it beyond all noise in training.

    Args:
        noise: float [d].
        sigma: standard deviation of the noise.
        strength: 0 for the noise itself, 1 for noise that is independent of it.
        count: number of variations, n.
        seed: of the others. With the same seed, variations of another strength lie on the same
            circles.

    Returns:
        [n, d], of the type of `noise`.
    """
    others = sigma * np.random.default_rng(seed).standard_normal((count, len(noise)))
    angle = strength * math.pi / 2
    varied = math.cos(angle) * noise + math.sin(angle) * others
    return varied.astype(noise.dtype)
