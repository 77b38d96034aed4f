"""The arguments of metrics' functions, by what the metrics need."""

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from kerasgan.evaluation.features import classifier, perceptual
from kerasgan.evaluation.inputs import EvaluationInputs, as_labelled
from kerasgan.evaluation.real_sets import FeatureSets, NotMet

_FACES, _TRAINING = 250, 10_000


class Samples(NamedTuple):
    """Arguments of metrics' functions.

    generated: for generated images.
    count: how many generated images there are.
    real: for real images, whose value is reported beside; empty: none is.
    beside: the name of that value.
    options: keyword arguments.
    """

    generated: tuple
    count: int
    real: tuple = ()
    beside: str = ""
    options: Mapping[str, Any] = MappingProxyType({})


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
        return self._compare(self._inputs.classifier_features)

    @cached_property
    def inception_features(self) -> Samples:
        """Features of InceptionV3."""
        return self._compare(self._inputs.inception_features)

    @cached_property
    def perceptual_features(self) -> Samples:
        """Features of EfficientNet-Lite0."""
        return self._compare(self._inputs.perceptual_features)

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
    def training_images(self) -> Samples:
        """The images, and those that the model may have copied."""
        training = self._inputs.split.training
        real = training.pixels(np.arange(min(training.size, _TRAINING)))
        return Samples((self._images, real), len(self._images))

    @cached_property
    def conditions(self) -> Samples:
        """The images, and the number of each one's condition."""
        _, conditions = np.unique(self._inputs.requested, axis=0, return_inverse=True)
        options = {"seed": self._inputs.seed}
        return Samples((self._images, conditions), len(self._images), options=options)

    def _compare(self, sets: FeatureSets, **options) -> Samples:
        generated = sets.extract(self._images[: sets.count])
        floor = () if sets.other is None else (sets.real, sets.other)
        return Samples((sets.real, generated), len(generated), floor, "floor", options)
