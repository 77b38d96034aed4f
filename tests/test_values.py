"""Distances of the values of labels, of features whose distances are known."""

import numpy as np
import pytest

from kerasgan.evaluation.metrics import values
from kerasgan.evaluation.metrics.distances import kernel_distance
from kerasgan.evaluation.metrics.values import LabelledFeatures
from kerasgan.labels import MISSING, LabelSchema

SCHEMA = LabelSchema.of({"hair": ("blond", "brown", "red"), "eyes": ("blue", "green")})
MEANS = np.array([0.0, 1.0, 2.0])


def featured(hair, seed, shown=None):
    """Features that follow the label hair, or `shown`, and ignore the eyes' colour."""
    random = np.random.default_rng(seed)
    labels = np.stack([hair, random.integers(0, 2, len(hair))], axis=1)
    means = MEANS[hair if shown is None else shown][:, None]
    return LabelledFeatures(random.normal(means, size=(len(hair), 4)), labels)


def hairs(counts):
    return np.random.default_rng(0).permutation(np.repeat(np.arange(3), counts))


REAL = featured(hairs((400, 400, 400)), seed=1)


def test_a_generator_that_follows_its_labels_is_near_0():
    found = values.value_distances(SCHEMA, REAL, featured(hairs((300, 300, 300)), seed=2))
    for each in found["hair"].values():
        assert each.distance.low < 0 < each.distance.high
        assert each.ignored.low > each.distance.high
        assert (each.real, each.generated) == (400, 300)


def test_a_generator_that_ignores_its_labels_has_the_distance_beside():
    asked = hairs((600, 600, 600))
    shown = np.random.default_rng(3).permutation(asked)
    found = values.value_distances(SCHEMA, REAL, featured(asked, 4, shown))
    for each in found["hair"].values():
        assert each.distance.low < each.ignored.value < each.distance.high
    # Eyes do not show in these features: nothing can be ignored.
    for each in found["eyes"].values():
        assert each.ignored.value == pytest.approx(0, abs=0.1)


def test_the_distance_of_images_that_ignore_a_label_is_that_of_their_mixture():
    """Closed form: a mixture's mean embedding is the mixture of the mean embeddings."""
    own, other = np.zeros((100, 1)), np.ones((300, 1))
    features = LabelledFeatures(
        np.concatenate([own, other]), np.repeat([[0, 0], [1, 0]], (100, 300), axis=0)
    )
    found = values.value_distances(SCHEMA, features, features)["hair"]["blond"]
    # Of single points the kernel is (x y + 1)^3: 1, 1 and 8; MMD^2 = 1 + 8 - 2.
    assert found.ignored.value == pytest.approx(0.75**2 * 7)
    assert found.distance.value == pytest.approx(0)


def test_the_mean_is_over_values_with_enough_images():
    random = np.random.default_rng(0)
    generated = featured(hairs((100, 100, 100)), seed=5)
    rare = featured(hairs((400, 400, 49)), seed=6)
    rare.labels[random.random(rare.labels.shape) < 0.1] = MISSING
    found = values.value_distances(SCHEMA, rare, generated)
    assert found["hair"].keys() == {"blond", "brown"}
    blond = found["hair"]["blond"]
    is_blond = rare.labels[:, 0] == 0
    assert blond.real == is_blond.sum()
    asked = generated.features[generated.labels[:, 0] == 0]
    assert blond.distance == kernel_distance(rare.features[is_blond], asked)
    each = [value.distance for value in found["hair"].values()]
    mean = values.mean(found, "distance", "hair")
    assert mean.value == pytest.approx(np.mean([estimate.value for estimate in each]))
    half = np.hypot(*(estimate.high - estimate.value for estimate in each)) / 2
    assert mean.high - mean.value == pytest.approx(half)
    everything = [value.distance.value for label in found.values() for value in label.values()]
    assert len(everything) == 4
    assert values.mean(found, "distance").value == pytest.approx(np.mean(everything))
