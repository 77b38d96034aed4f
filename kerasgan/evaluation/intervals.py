"""Numbers with what their sampling error leaves open: two-sided intervals of 95%."""

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri, stdtrit

_QUANTILE = 0.975
GROUPS = 20


class Estimate(NamedTuple):
    """A number and the ends of its 95% interval."""

    value: float
    low: float
    high: float


def student(value: float, error: float, freedom: int) -> Estimate:
    """A value with Student's interval.

    Args:
        error: the value's standard error.
        freedom: degrees of freedom of that error.
    """
    half = float(stdtrit(freedom, _QUANTILE) * error)
    return Estimate(float(value), float(value) - half, float(value) + half)


def mean(values: np.ndarray) -> Estimate:
    """The mean of independent values [n], n > 1, with Student's interval."""
    return student(values.mean(), values.std(ddof=1) / sqrt(len(values)), len(values) - 1)


def share(successes: int, count: int) -> Estimate:
    """Successes / count with the interval of a binomial, which holds near 0 and 1 too.

    Reference: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference",
    Journal of the American Statistical Association 22.
    """
    highest = 1 - _lowest(count - successes, count)
    return Estimate(float(successes / count), _lowest(successes, count), highest)


def _lowest(successes: int, count: int) -> float:
    """The lower end of Wilson's interval, exactly 0 without a success."""
    p = float(successes / count)
    z2 = float(ndtri(_QUANTILE)) ** 2 / count
    return (p + z2 / 2 - sqrt(z2 * (p * (1 - p) + z2 / 4))) / (1 + z2)


def jackknife(statistic: Callable[..., float], *samples: np.ndarray, seed: int = 0) -> Estimate:
    """A statistic of independent samples with the interval of its grouped jackknife.

    The samples are dealt out at random into 20 groups, and the statistic is computed without each
    group in turn. Not the bootstrap: rows drawn twice are no distance apart and shrink the spread,
    so that resampled distances lie beside the one that is asked for.

    The interval is for the statistic's expected value at this sample size. A Frechet distance
    falls with the size, so compare it with others of the same.

    Args:
        statistic: takes arrays like the samples; smooth in their empirical distributions.
        samples: [n, ...], [m, ...], ... with at least 20 rows each.
        seed: of the groups.

    Raises:
        ValueError: if a sample has fewer rows.

    Reference: Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapter 11.
    """
    if min(map(len, samples)) < GROUPS:
        raise ValueError(f"a jackknife of {GROUPS} groups needs as many rows")
    random = np.random.default_rng(seed)
    groups = [np.array_split(random.permutation(len(sample)), GROUPS) for sample in samples]
    without = [
        statistic(*(np.delete(*left_out, axis=0) for left_out in zip(samples, group, strict=True)))
        for group in zip(*groups, strict=True)
    ]
    error = sqrt((GROUPS - 1) * np.var(without))
    return student(statistic(*samples), error, GROUPS - 1)
