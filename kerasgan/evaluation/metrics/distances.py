"""Distances between the features of two sets of images, computed in float64."""

import hashlib
from collections.abc import Callable
from functools import wraps
from math import lcm, sqrt
from typing import cast

import numpy as np
from scipy.spatial.distance import cdist

from kerasgan.evaluation import intervals
from kerasgan.evaluation.intervals import Estimate

# Rows whose distances to all others are in memory at a time.
_CHUNK = 500
_PROJECTIONS = 512
_REMEMBERED = 100


def _remember(distance: Callable[..., float]) -> Callable[..., float]:
    """Keep the last distances: the jackknife of a quotient needs those of its floor again."""
    known: dict[bytes, float] = {}

    @wraps(distance)
    def remembered(real: np.ndarray, generated: np.ndarray) -> float:
        key = _digest(real) + _digest(generated)
        if key not in known:
            if len(known) == _REMEMBERED:
                known.pop(next(iter(known)))
            known[key] = distance(real, generated)
        return known[key]

    return remembered


def _digest(rows: np.ndarray) -> bytes:
    header = f"{rows.dtype} {rows.shape}".encode()
    return hashlib.blake2b(header + np.ascontiguousarray(rows).tobytes()).digest()


@_remember
def frechet_distance(real: np.ndarray, generated: np.ndarray) -> float:
    """The squared Frechet distance of two Gaussians with the features' moments, >= 0.

    |m_1 - m_2|^2 + Tr(C_1 + C_2 - 2 (C_1 C_2)^(1/2)), with covariances divided by n - 1. It is the
    FID for features of the Inception network of 2015 only. It falls with n and m: compare equal
    sizes.

    Args:
        real, generated: [n, d], [m, d], of at least two rows.

    Reference: Heusel et al. 2017, "GANs Trained by a Two Time-Scale Update Rule Converge to a Local
    Nash Equilibrium" (arXiv:1706.08500), eq. 6.
    """
    mean_1, root_1 = _moments(real)
    mean_2, root_2 = _moments(generated)
    # With C = R'R, C_1 C_2 has the eigenvalues of (R_1 R_2')(R_1 R_2')', whose roots are singular
    # values. No covariance is squared up or inverted, so that singular ones, as of fewer images
    # than features, lose no digits; the square root of a matrix does.
    trace = np.linalg.svd(root_1 @ root_2.T, compute_uv=False).sum()
    spread = np.square(root_1).sum() + np.square(root_2).sum() - 2 * trace
    # Rounding may leave a negative number.
    return max(float(np.square(mean_1 - mean_2).sum() + spread), 0.0)


def frechet_quotient(real: np.ndarray, other: np.ndarray, generated: np.ndarray) -> float:
    """The Frechet distance from generated to real features in units of its floor.

    Args:
        real, other, generated: [n, d], all of one size: the floor, the distance between the two
            real sets, falls with it.
    """
    return frechet_distance(real, generated) / frechet_distance(real, other)


def _moments(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean [d] and R [min(n, d), d], where R'R is the covariance."""
    features = np.asarray(features, np.float64)
    mean = features.mean(axis=0)
    root = np.linalg.qr((features - mean) / sqrt(len(features) - 1), mode="r")
    # With this mode, it is the matrix alone.
    return mean, cast(np.ndarray, root)


def kernel_distance(real: np.ndarray, generated: np.ndarray) -> Estimate:
    """The unbiased squared MMD of the kernel (x.y / d + 1)^3, with its interval.

    Its expected value is 0 for equal distributions and does not depend on n and m. For features of
    the Inception network of 2015 it is the KID, which the paper averages over random subsets to
    save time; they share images, so their spread is not an interval. Here all pairs are used, and
    the interval follows from the variance of the U-statistic's first-order part.

    Args:
        real, generated: [n, d], [m, d], of at least two rows.

    Reference: Binkowski et al. 2018, "Demystifying MMD GANs" (arXiv:1801.01401), section 4;
    Hoeffding 1948, "A Class of Statistics with Asymptotically Normal Distribution".
    """
    real, generated = np.asarray(real, np.float64), np.asarray(generated, np.float64)
    # How much nearer each image is to its own set; the distance is the sum of both means.
    nearer = [_nearer(real, generated), _nearer(generated, real)]
    error = 2 * sqrt(sum(values.var(ddof=1) / len(values) for values in nearer))
    freedom = min(len(real), len(generated)) - 1
    return intervals.t_interval(sum(values.mean() for values in nearer), error, freedom)


def _nearer(own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """[n], each row's mean kernel with the rest of its own set minus its mean with the other."""
    itself = _cubed(np.square(own).sum(axis=1), own)
    to_own = (_kernel_sums(own, own) - itself) / (len(own) - 1)
    return to_own - _kernel_sums(own, other) / len(other)


def _kernel_sums(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    chunks = (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))
    return np.concatenate([_cubed(chunk @ others.T, rows).sum(axis=1) for chunk in chunks])


def _cubed(products: np.ndarray, features: np.ndarray) -> np.ndarray:
    base = products / features.shape[1] + 1
    # A general power takes many times as long.
    return base * base * base


def precision(real: np.ndarray, generated: np.ndarray, k: int = 3) -> Estimate:
    """The share of generated images among the real ones.

    An image is among others if it lies in the closed ball around one of them that reaches to its
    k-th neighbour. The interval is the interval of a share, given the balls.

    Args:
        real, generated: [n, d], [m, d], of at least k + 1 rows.
        k: the paper's 3.

    Reference: Kynkaanniemi et al. 2019, "Improved Precision and Recall Metric for Assessing
    Generative Models" (arXiv:1904.06991), eq. 1-2.
    """
    counts, _ = _in_balls(real, generated, k)
    return intervals.wilson_interval(np.count_nonzero(counts), len(generated))


def recall(real: np.ndarray, generated: np.ndarray, k: int = 3) -> Estimate:
    """The share of real images among the generated ones; see `precision`."""
    return precision(generated, real, k)


def density(real: np.ndarray, generated: np.ndarray, k: int = 5) -> Estimate:
    """How many balls of real images contain a generated one, on average, divided by k.

    The balls, closed here, reach from each real image to its k-th real neighbour. The expected
    value for equal distributions is 1, and values may exceed it. The interval is the interval of a
    mean, given the balls.

    Args:
        real, generated: [n, d], [m, d], of at least k + 1 and 2 rows.
        k: the paper's 5.

    Reference: Naeem et al. 2020, "Reliable Fidelity and Diversity Metrics for Generative Models"
    (arXiv:2002.09797), section 3.
    """
    counts, _ = _in_balls(real, generated, k)
    return intervals.mean(counts / k)


def coverage(real: np.ndarray, generated: np.ndarray, k: int = 5) -> Estimate:
    """The share of real images whose ball contains a generated one; see `density`."""
    _, is_covered = _in_balls(real, generated, k)
    return intervals.wilson_interval(np.count_nonzero(is_covered), len(real))


def _in_balls(centres: np.ndarray, points: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """How many balls contain each point, int [m], and whether each ball has any, bool [n]."""
    counts = np.zeros(len(points), np.int64)
    has_any = np.zeros(len(centres), bool)
    for start in range(0, len(centres), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        # The nearest of all centres is the centre itself.
        radii = np.partition(cdist(centres[chunk], centres), k, axis=1)[:, k]
        is_in = cdist(centres[chunk], points) <= radii[:, None]
        counts += is_in.sum(axis=0)
        has_any[chunk] = is_in.any(axis=1)
    return counts, has_any


def sliced_wasserstein(
    first: np.ndarray, second: np.ndarray, projections: int = _PROJECTIONS, seed: int = 0
) -> float:
    """The sliced 2-Wasserstein distance, in the units of the input.

    The root mean square, over random directions, of the distance between the sets' quantiles; exact
    for each direction, also where n is not m. Sets of d coordinates that differ by a shift of
    length s are about s / sqrt(d) apart.

    Args:
        first, second: [n, ...], [m, ...], images or features.
        seed: of the directions.

    Reference: Bonneel et al. 2015, "Sliced and Radon Wasserstein Barycenters of Measures", Journal
    of Mathematical Imaging and Vision 51.
    """
    n, m = len(first), len(second)
    shape = (first[0].size, projections)
    directions = np.random.default_rng(seed).standard_normal(shape)
    directions /= np.linalg.norm(directions, axis=0)
    # In units of 1 / lcm(n, m), quantile functions jump at whole numbers.
    step_1, step_2 = lcm(n, m) // n, lcm(n, m) // m
    jumps = np.union1d(np.arange(n + 1) * step_1, np.arange(m + 1) * step_2)
    left = jumps[:-1]
    quantiles_1 = _projected(first, directions)[left // step_1]
    quantiles_2 = _projected(second, directions)[left // step_2]
    gaps = quantiles_1 - quantiles_2
    return sqrt(np.average(np.square(gaps), axis=0, weights=np.diff(jumps)).mean())


def _projected(rows: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Float64 [n, projections], sorted along the rows."""
    chunks = (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))
    return np.sort(
        np.concatenate([chunk.reshape(len(chunk), -1) @ directions for chunk in chunks]), axis=0
    )
