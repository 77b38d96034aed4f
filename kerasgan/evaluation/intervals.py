"""Estimates with two-sided 95% confidence intervals of their sampling error."""

from collections.abc import Callable
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from scipy import special, stats

_QUANTILE = 0.975
GROUPS = 20


class Estimate(NamedTuple):
    """A number and the ends of its 95% interval."""

    value: float
    low: float
    high: float

    def __float__(self) -> float:
        return self.value


def t_interval(value: float, error: float, freedom: int) -> Estimate:
    """A value with the interval of Student's t distribution.

    Args:
        error: standard error of the value.
        freedom: degrees of freedom of that error.
    """
    half = float(special.stdtrit(freedom, _QUANTILE) * error)
    return Estimate(float(value), float(value) - half, float(value) + half)


def mean(values: np.ndarray) -> Estimate:
    """The mean of independent values [n], n > 1, with the interval of Student's t distribution."""
    return t_interval(values.mean(), values.std(ddof=1) / sqrt(len(values)), len(values) - 1)


def wilson_interval(successes: int | np.integer, count: int) -> Estimate:
    """Successes / count with Wilson's binomial interval, which also holds near 0 and 1.

    Reference: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference",
    Journal of the American Statistical Association 22.
    """
    low, high = stats.binomtest(successes, count).proportion_ci(method="wilson")
    return Estimate(float(successes / count), float(low), float(high))


def estimate(
    statistic: Callable[..., float | Estimate], *samples: np.ndarray, seed: int = 0
) -> Estimate:
    """A statistic with its own interval if it has one, else with the interval of `jackknife`."""
    value = statistic(*samples)
    if isinstance(value, Estimate):
        return value
    return t_interval(value, _jackknife_error(statistic, samples, seed), GROUPS - 1)


def jackknife(statistic: Callable[..., float], *samples: np.ndarray, seed: int = 0) -> Estimate:
    """A statistic of independent samples with the interval of its grouped jackknife.

    The samples are split at random into 20 groups, and the statistic is computed without each group
    in turn. The bootstrap does not fit: repeated rows are at distance 0 and shrink the spread, so
    that resampled distances are biased.

    The interval is for the statistic's expected value at this sample size. A Frechet distance
    falls with the size, so compare it only with distances of samples of the same size.

    Args:
        statistic: a function of arrays like the samples, smooth in their empirical distributions.
        samples: [n, ...], [m, ...], ... with at least 20 rows each.
        seed: of the groups.

    Raises:
        ValueError: if a sample has fewer rows.

    Reference: Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapter 11.
    """
    error = _jackknife_error(statistic, samples, seed)
    return t_interval(statistic(*samples), error, GROUPS - 1)


def _jackknife_error(
    statistic: Callable[..., Any], samples: tuple[np.ndarray, ...], seed: int
) -> float:
    rows = min(map(len, samples))
    if rows < GROUPS:
        raise ValueError(f"a jackknife of {GROUPS} groups needs as many rows, got {rows}")
    random = np.random.default_rng(seed)
    groups = [np.array_split(random.permutation(len(sample)), GROUPS) for sample in samples]
    without = [
        statistic(*(np.delete(*left_out, axis=0) for left_out in zip(samples, group, strict=True)))
        for group in zip(*groups, strict=True)
    ]
    return sqrt((GROUPS - 1) * np.var(without))
