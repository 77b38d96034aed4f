"""Sets of pictures against real ones, beside what real ones differ by among themselves."""

from collections.abc import Callable

import numpy as np

_SPLITS = 10


def compare(
    generated: np.ndarray,
    real: np.ndarray,
    measure: Callable[[np.ndarray, np.ndarray], dict[str, float]],
    seed: int,
) -> dict[str, dict]:
    """Return {name: {"value", "interval", "floor", "floor_interval", "n", "seed"}}.

    Ten times the real ones are split at random into two disjoint halves. The floor is the measure
    of one half against the other, the value that of as many generated ones against the same half:
    such measures depend on the sizes of their samples. Both are means of the ten, and an interval
    holds all ten.

    Args:
        generated: float [n, d].
        real: float [m, d], of pictures that nothing was trained on.
        measure: (sample [k, d], reference [k, d]) -> {name: number}.
    """
    random = np.random.default_rng(seed)
    size = min(len(generated), len(real) // 2)
    values, floors = [], []
    for _ in range(_SPLITS):
        order = random.permutation(len(real))
        reference, others = real[order[:size]], real[order[size : 2 * size]]
        some = generated[random.permutation(len(generated))[:size]]
        values.append(measure(some, reference))
        floors.append(measure(others, reference))
    return {
        name: {
            "value": float(np.mean([value[name] for value in values])),
            "interval": _range([value[name] for value in values]),
            "floor": float(np.mean([floor[name] for floor in floors])),
            "floor_interval": _range([floor[name] for floor in floors]),
            "n": size,
            "seed": seed,
        }
        for name in values[0]
    }


def _range(values: list[float]) -> list[float]:
    return [float(min(values)), float(max(values))]
