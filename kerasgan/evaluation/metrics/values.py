"""Distances between generated and real images of one value of a label."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from kerasgan.evaluation.intervals import Estimate
from kerasgan.evaluation.metrics.distances import kernel_distance
from kerasgan.labels import MISSING, LabelSchema

# Images of a value without which it has no distance.
MIN_IMAGES = 50
# Images of one set at most: the cost is the square of it.
_MAX_IMAGES = 1000


class ValueDistance(NamedTuple):
    """A value's images.

    distance: between real images of the value and those generated for it.
    ignored: the distance that images have which ignore the label.
    real, generated: numbers of images.
    """

    distance: Estimate
    ignored: Estimate
    real: int
    generated: int


class LabelledFeatures(NamedTuple):
    """Features [n, d] and labels, int [n, L], of the same images."""

    features: np.ndarray
    labels: np.ndarray


# {label: {value: its distance}}
ByValue = Mapping[str, Mapping[str, ValueDistance]]


def value_distances(
    schema: LabelSchema, real: LabelledFeatures, generated: LabelledFeatures
) -> ByValue:
    """Distances of each value with 50 real, 50 generated and 50 real images of other values.

    The distance is the unbiased squared MMD of `kernel_distance`. Unlike a Frechet distance, it
    does not depend on the number of images, so that rare and frequent values compare.

    Args:
        real, generated: in random order; the generated ones with the labels that they were
            generated for.

    Reference: Miyato and Koyama 2018, "cGANs with Projection Discriminator" (arXiv:1802.05637),
    for a distance of each class, there the FID.
    """
    found: dict[str, dict[str, ValueDistance]] = {}
    for column, label in enumerate(schema.labels):
        requested, shown = generated.labels[:, column], real.labels[:, column]
        found[label.name] = {}
        for index, value in enumerate(label.values):
            own = real.features[shown == index]
            other = real.features[(shown != index) & (shown != MISSING)]
            asked = generated.features[requested == index]
            if min(map(len, (own, other, asked))) >= MIN_IMAGES:
                found[label.name][value] = _distances(own, other, asked)
    return found


def _distances(own: np.ndarray, other: np.ndarray, asked: np.ndarray) -> ValueDistance:
    real, others, generated = (part[:_MAX_IMAGES] for part in (own, other, asked))
    share_of_others = len(other) / (len(own) + len(other))
    # Images that ignore the label are a mixture p P + (1 - p) Q of the value's images P and others,
    # and its squared MMD from P is (1 - p)^2 times the one between P and Q.
    ignored = (share_of_others**2 * part for part in kernel_distance(real, others))
    return ValueDistance(
        kernel_distance(real, generated), Estimate(*ignored), len(real), len(generated)
    )


def mean(by_value: ByValue, kind: str, label: str | None = None) -> Estimate:
    """The mean over a label's values, or over the values of all labels.

    The interval holds for independent errors of the values: the halves of intervals add as squares.

    Args:
        by_value: from `value_distances`.
        kind: "distance" or "ignored".
        label: one of which some value has a distance. Default: all.
    """
    labels = by_value if label is None else (label,)
    found = [getattr(each, kind) for name in labels for each in by_value[name].values()]
    value = float(np.mean([each.value for each in found]))
    half = float(np.linalg.norm([each.high - each.value for each in found])) / len(found)
    return Estimate(value, value - half, value + half)
