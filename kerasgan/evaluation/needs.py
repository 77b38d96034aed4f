"""The arguments of metrics' functions, by what the metrics need."""

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from kerasgan.evaluation.features import classifier, perceptual
from kerasgan.evaluation.inputs import EvaluationInputs, as_labelled
from kerasgan.evaluation.metrics import copies, values
from kerasgan.evaluation.metrics.copies import Neighbours
from kerasgan.evaluation.metrics.values import ByValue
from kerasgan.evaluation.real_sets import FeatureSets, NotMet

_FACES = 250


class Samples(NamedTuple):
    """Arguments of metrics' functions.

    generated: for generated images.
    count: how many generated images there are.
    real: for real images, whose value is reported beside; empty: none is.
    beside: the name of that value.
    options: keyword arguments.
    by_value: distances of single values of labels, {label: {value: ValueDistance}}; a label of
        which no value has one is not evaluated.
    """

    generated: tuple
    count: int
    real: tuple = ()
    beside: str = ""
    options: Mapping[str, Any] = MappingProxyType({})
    by_value: ByValue = MappingProxyType({})


class Needs:
    """Everything that metrics need, each computed once, on first use.

    An attribute raises `NotMet` where something is missing.

    Args:
        inputs: the real side.
        images: the generated images, uint8 [n, H, W, 3].
    """

    def __init__(self, inputs: EvaluationInputs, images: np.ndarray):
        self._inputs = inputs
        self._images = images

    @cached_property
    def cascade(self) -> Samples:
        """A few images, and a cascade that detects faces."""
        cascade = self._inputs.cascade
        if cascade is None:
            raise NotMet("face count", "needs --cascade FILE")
        images, real = self._images[:_FACES], self._inputs.real[:_FACES]
        return Samples((images, cascade), len(images), (real, cascade), "ceiling")

    @cached_property
    def read(self) -> np.ndarray:
        """Labels that the classifier reads in the generated images, int [n, L]."""
        return classifier.read(self._inputs.classifier, self._images)

    @cached_property
    def labels(self) -> Samples:
        """Whether the classifier reads the requested labels, {label: bool [n]}."""
        inputs, labels = self._inputs, self._inputs.labels
        right = classifier.agreement(inputs.schema, self.read, labels)
        return Samples((right,), len(self._images), (inputs.accuracy_ceiling,), "ceiling")

    @cached_property
    def gan_train_labels(self) -> Samples:
        """Whether a classifier trained on generated images reads the labels of real ones."""
        inputs, labels = self._inputs, self._inputs.labels
        if not inputs.gan_train:
            raise NotMet("GAN-train accuracy", "asked for with --cas")
        generated = as_labelled(self._images, labels, inputs.schema)
        right = inputs.right_labels(classifier.trained(generated))
        return Samples((right,), len(inputs.real), (inputs.accuracy_ceiling,), "ceiling")

    @cached_property
    def classifier_features(self) -> Samples:
        """Features of the data's own classifier."""
        sets = self._inputs.classifier_features
        return _compared(sets, self._classifier_rows[: sets.count])

    @cached_property
    def classifier_values(self) -> Samples:
        """Distances of the values of labels in these features."""
        return self._by_value(self._inputs.classifier_features, self._classifier_rows)

    @cached_property
    def _classifier_rows(self) -> np.ndarray:
        """Features of all generated images, [n, d]."""
        return self._inputs.classifier_features.extract(self._images)

    @cached_property
    def fid_features(self) -> Samples:
        """Features of the Inception network of 2015."""
        return self._compare(self._inputs.fid_features)

    @cached_property
    def inception_features(self) -> Samples:
        """Features of Keras's InceptionV3."""
        return self._compare(self._inputs.inception_features)

    @cached_property
    def perceptual_features(self) -> Samples:
        """Features of EfficientNet-Lite0."""
        sets = self._inputs.perceptual_features
        return _compared(sets, self._perceptual_rows[: sets.count])

    @cached_property
    def perceptual_values(self) -> Samples:
        """Distances of the values of labels in these features."""
        return self._by_value(self._inputs.perceptual_features, self._perceptual_rows)

    @cached_property
    def _perceptual_rows(self) -> np.ndarray:
        return self._inputs.perceptual_features.extract(self._images)

    @cached_property
    def perceptual_sample(self) -> Samples:
        """Features of EfficientNet-Lite0 of two real sets and a generated one of fixed size."""
        real, generated = self.perceptual_features.generated
        _, other = self.perceptual_features.real
        size = len(real)
        if size < perceptual.SAMPLE:
            raise NotMet(
                "perceptual_quotient",
                f"needs {perceptual.SAMPLE:,} generated images and twice as many held-out ones "
                f"that chose no checkpoint; these were {size:,} and {2 * size:,}",
            )
        return Samples((real, other, generated), size)

    @cached_property
    def images(self) -> Samples:
        """The images alone."""
        return Samples((self._images,), len(self._images), (self._inputs.real,), "real")

    @cached_property
    def real_flatness(self) -> Samples:
        """The images, and the flatness of real ones."""
        return Samples((self._images, self._inputs.real_flatness), len(self._images))

    @cached_property
    def pixels(self) -> Samples:
        """Pixel values in [0, 1]."""
        return self._compare(self._inputs.pixels, seed=self._inputs.seed)

    @cached_property
    def copy_ratios(self) -> Samples:
        """Ratios of the distances from training images, of generated and of held-out images."""
        layouts = self._inputs.training_layouts
        held_out = copies.neighbours(copies.layouts(self._inputs.real), layouts).ratios
        ratios = self.neighbours.ratios
        return Samples((ratios, held_out), len(ratios), (held_out, held_out), "real")

    @cached_property
    def neighbours(self) -> Neighbours:
        """The training image nearest to each generated one."""
        return copies.neighbours(copies.layouts(self._images), self._inputs.training_layouts)

    @cached_property
    def conditions(self) -> Samples:
        """The images, and the number of each one's condition."""
        _, conditions = np.unique(self._inputs.requested, axis=0, return_inverse=True)
        options = {"seed": self._inputs.seed}
        return Samples((self._images, conditions), len(self._images), options=options)

    def _compare(self, sets: FeatureSets, **options) -> Samples:
        """Samples of as many generated images as real ones."""
        return _compared(sets, sets.extract(self._images[: sets.count]), **options)

    def _by_value(self, sets: FeatureSets, generated: np.ndarray) -> Samples:
        """Samples of the distances of labels' values; `generated` are features [n, d]."""
        inputs, labels = self._inputs, self._inputs.labels
        order = np.random.default_rng(inputs.seed).permutation(len(inputs.real))
        by_value = values.value_distances(
            inputs.schema,
            values.LabelledFeatures(
                sets.extract(inputs.real[order]), inputs.split.held_out.labels[order]
            ),
            values.LabelledFeatures(generated, labels),
        )
        if not any(by_value.values()):
            raise NotMet(
                "distances of the values of labels",
                f"need {values.MIN_IMAGES} held-out and as many generated images of a value",
            )
        return Samples(
            (by_value, "distance"), len(labels), (by_value, "ignored"), "ignored", by_value=by_value
        )


def _compared(sets: FeatureSets, generated: np.ndarray, **options) -> Samples:
    floor = () if sets.other is None else (sets.real, sets.other)
    return Samples((sets.real, generated), len(generated), floor, "floor", options)
