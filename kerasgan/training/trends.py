"""Columns of metrics.csv: without weights, how long a condition holds, and where means go."""

import math
from collections.abc import Mapping
from typing import TypeVar

import numpy as np

# {column: [rows]}, all of the same length, ordered by "step".
History = dict[str, np.ndarray]

# Fewer rows do not show a trend.
_MIN_ROWS = 8

_Values = TypeVar("_Values", float, np.ndarray)


def unweighted(columns: Mapping[str, _Values], factors: Mapping[str, float]) -> dict[str, _Values]:
    """The columns, or their final values, without constant factors.

    Args:
        columns: {name: values}.
        factors: {name: factor}, see `Config.loss_factors`; a loss whose factor is 0 becomes NaN.
    """
    return {name: values / (factors.get(name, 1.0) or math.nan) for name, values in columns.items()}


def holds_since(steps: np.ndarray, holds: np.ndarray, duration: int) -> int | None:
    """First step of the condition's current streak, or None if it is shorter than `duration`.

    Args:
        steps: [rows].
        holds: bool [rows], whether the condition holds at each row.
        duration: in steps.
    """
    broken = np.flatnonzero(~holds)
    first = broken[-1] + 1 if broken.size else 0
    if first < len(steps) and steps[-1] - steps[first] >= duration:
        return int(steps[first])
    return None


def quarter_means(history: History, column: str, duration: int) -> tuple[int, np.ndarray]:
    """First of the last `duration` steps, and the column's means over their four quarters.

    The means are NaN, for which every comparison is false, if the history is shorter.
    """
    steps = history["step"]
    first = min(int(np.searchsorted(steps, steps[-1] - duration)), len(steps) - _MIN_ROWS)
    if first < 0 or steps[-1] - steps[0] < duration:
        return int(steps[0]), np.full(4, np.nan)
    quarters = np.array_split(history[column][first:], 4)
    return int(steps[first]), np.array([quarter.mean() for quarter in quarters])
