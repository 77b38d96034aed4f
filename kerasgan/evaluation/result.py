"""Results of an evaluation, as evaluation.json holds them."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from kerasgan.evaluation import intervals
from kerasgan.evaluation.intervals import Estimate
from kerasgan.evaluation.needs import Samples
from kerasgan.labels import LabelSchema
from kerasgan.metrics import Metric

# Values of real images: the best possible, as near as other real images, the same metric, and that
# of images that ignore a label.
BESIDE = ("ceiling", "floor", "real", "ignored")


class Evaluation(NamedTuple):
    """Results of an evaluation.

    numbers: {name: {"value", "interval", "n", "seed"}}, some with a value of real images, one of
        `BESIDE`, and its interval.
    confusions: {label: int [requested, read]}, by `schema`.
    images: {name: uint8 [H, W, 3]}.
    missing: {metrics that were not computed: reason}.
    schema: labels of the data.
    values: {metric: {label: {value: number}}}, with "real_images", the number of real images.
    networks: {"perceptual", "inception" or "fid": name of the network in whose features these
        distances were measured}.
    """

    numbers: dict[str, dict]
    confusions: dict[str, np.ndarray]
    images: dict[str, np.ndarray]
    missing: dict[str, str]
    schema: LabelSchema = LabelSchema()
    values: Mapping[str, dict[str, dict[str, dict]]] = MappingProxyType({})
    networks: Mapping[str, str] = MappingProxyType({})


def number(estimate: Estimate, count: int, seed: int, **beside: Estimate) -> dict:
    """{"value", "interval", "n", "seed"}, with a value and an interval for each `beside`."""
    values = {"value": estimate.value, "interval": [estimate.low, estimate.high]}
    for name, reference in beside.items():
        values |= {
            name: reference.value,
            f"{name}_interval": [reference.low, reference.high],
        }
    return {**values, "n": count, "seed": seed}


def compute(metric: Metric, samples: Samples, seed: int, **options: str) -> dict:
    """The `number` of a metric, beside the value of real images if the samples have any.

    Args:
        options: further arguments of the metric's function.
    """
    function = partial(metric.compute, **samples.options, **options)
    estimate = intervals.estimate(function, *samples.generated, seed=seed)
    if not samples.real:
        return number(estimate, samples.count, seed)
    real = intervals.estimate(function, *samples.real, seed=seed)
    return number(estimate, samples.count, seed, **{samples.beside: real})
