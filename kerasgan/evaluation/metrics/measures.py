"""Numbers of generated images beside what real images have, as evaluation.json holds them."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from kerasgan.evaluation import intervals
from kerasgan.evaluation.features import perceptual as features
from kerasgan.evaluation.intervals import Estimate
from kerasgan.evaluation.metrics import distances, flatness


def number(estimate: Estimate, count: int, seed: int, **beside: Estimate) -> dict:
    """{"value", "interval", "n", "seed"}, with a value and an interval for each `beside`."""
    values = {"value": estimate.value, "interval": [estimate.low, estimate.high]}
    for name, other in beside.items():
        values |= {name: other.value, f"{name}_interval": [other.low, other.high]}
    return {**values, "n": count, "seed": seed}


def _beside_floor(measure: Callable[..., Estimate], parts: Sequence, seed: int) -> dict:
    """The measure of generated images against real ones, beside that of other real ones.

    Args:
        parts: two disjoint sets of the real ones, and the generated, as `subjects.samples`.
    """
    real, other, generated = parts
    return number(measure(real, generated), len(generated), seed, floor=measure(real, other))


def sliced_wasserstein(parts: Sequence[np.ndarray], seed: int) -> dict:
    """The sliced Wasserstein distance of images' pixels, in [0, 1], beside its floor.

    Args:
        parts: uint8 images: two disjoint sets of real ones, and the generated.
    """
    distance = partial(distances.sliced_wasserstein, seed=seed)
    measure = partial(intervals.jackknife, distance, seed=seed)
    return _beside_floor(measure, [part / 255.0 for part in parts], seed)


def moments(parts: Sequence[np.ndarray], seed: int, names: tuple[str, str]) -> dict[str, dict]:
    """The Frechet and the kernel distance of features under these names.

    Args:
        parts: features [n, d]: two disjoint sets of real ones, and the generated.
    """
    frechet = partial(intervals.jackknife, distances.frechet_distance, seed=seed)
    return {
        name: _beside_floor(measure, parts, seed)
        for name, measure in zip(names, (frechet, distances.kernel_distance), strict=True)
    }


def neighbours(parts: Sequence[np.ndarray], seed: int, prefix: str = "") -> dict[str, dict]:
    """How the features of generated and of real images lie among each other.

    Args:
        parts: as of `moments`.
        prefix: of the names precision, recall, density and coverage.
    """
    real, other, generated = parts
    numbers = {}
    for names, measure in (
        (("precision", "recall"), distances.precision_recall),
        (("density", "coverage"), distances.density_coverage),
    ):
        both = zip(names, measure(real, generated), measure(real, other), strict=True)
        for name, value, floor in both:
            numbers[prefix + name] = number(value, len(generated), seed, floor=floor)
    return numbers


def quotient(parts: Sequence[np.ndarray], seed: int) -> dict:
    """The Frechet distance of features in units of its floor.

    Args:
        parts: as of `moments`, all of one size: the floor falls with it.
    """

    def statistic(real: np.ndarray, other: np.ndarray, generated: np.ndarray) -> float:
        distance = distances.frechet_distance
        return distance(real, generated) / distance(real, other)

    return number(intervals.jackknife(statistic, *parts, seed=seed), len(parts[-1]), seed)


def flat(generated: np.ndarray, real: np.ndarray, seed: int) -> dict[str, dict]:
    """The flatness of generated images beside that of real ones, also at half size.

    Args:
        generated, real: uint8 [n, H, W, 3], [m, H, W, 3].
    """
    return {
        name: number(
            flatness.flatness(change(generated)),
            len(generated),
            seed,
            real=flatness.flatness(change(real)),
        )
        for name, change in (("flatness", np.asarray), ("flatness_halved", flatness.halved))
    }


def perceptual(parts: Sequence[np.ndarray], seed: int) -> dict[str, dict]:
    """What is measured in the features of `kerasgan.evaluation.features.perceptual`.

    The quotient is only measured of sets of `perceptual.SAMPLE` images, which its floor depends on.

    Args:
        parts: such features [n, 224]: two disjoint sets of real images, and the generated.
    """
    parts = features.standardised(*parts)
    names = ("perceptual_frechet", "perceptual_kernel")
    numbers = moments(parts, seed, names) | neighbours(parts, seed, "perceptual_")
    if len(parts[0]) != features.SAMPLE:
        return numbers
    return {"perceptual_quotient": quotient(parts, seed), **numbers}
