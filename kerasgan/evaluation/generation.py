"""Evaluation of models that generate images: metrics with intervals, and images to look at."""

from collections.abc import Collection

import keras
import numpy as np

from kerasgan import metrics
from kerasgan.evaluation import result
from kerasgan.evaluation.features import inception, perceptual
from kerasgan.evaluation.inputs import EvaluationInputs
from kerasgan.evaluation.metrics import diversity
from kerasgan.evaluation.needs import Needs
from kerasgan.evaluation.real_sets import NotMet
from kerasgan.evaluation.result import Evaluation
from kerasgan.labels import MISSING
from kerasgan.utils.images import grid

_NEIGHBOURS = 12


def load(features: Collection[str]) -> dict[str, keras.Model]:
    """Load the networks "perceptual" and "inception", if they are among these features.

    Raises:
        InvalidInput: if their weights are missing.
    """
    loaders = {"perceptual": perceptual.load, "inception": inception.load}
    return {name: load() for name, load in loaders.items() if name in features}


def evaluate(inputs: EvaluationInputs, images: np.ndarray) -> Evaluation:
    """Compute every metric whose needs are met.

    Args:
        images: generated for `inputs.requested`, uint8 [n, H, W, 3].

    Raises:
        InvalidInput: if OpenCV, the cascade or images for the face count are missing.
    """
    needs = Needs(inputs, images)
    numbers, missing = {}, {}
    for metric in metrics.EVALUATED:
        try:
            samples = getattr(needs, metric.needs)
        except NotMet as need:
            missing[need.title] = need.reason
        else:
            for name, options in metric.variants(inputs.schema.names).items():
                numbers[name] = result.compute(metric, samples, inputs.seed, **options)
    confusions = {} if "accuracy" in missing else _confusions(inputs, needs)
    nearest = {"nearest real images": _nearest(needs)}
    return Evaluation(numbers, confusions, nearest, missing, inputs.schema)


def _confusions(inputs: EvaluationInputs, needs: Needs) -> dict[str, np.ndarray]:
    """How often each value was read where each was requested, {label: int [K, K]}."""
    matrices = {}
    for number, (name, size) in enumerate(inputs.schema.sizes.items()):
        requested, read = inputs.labels[:, number], needs.read[:, number]
        has_label = requested != MISSING
        matrices[name] = np.zeros((size, size), np.int64)
        np.add.at(matrices[name], (requested[has_label], read[has_label]), 1)
    return matrices


def _nearest(needs: Needs) -> np.ndarray:
    """Generated images above the nearest training images."""
    images, real = needs.training_images.generated
    shown = images[:_NEIGHBOURS]
    nearest = real[diversity.nearest(shown, real).indices]
    return np.asarray(grid([*shown, *nearest], _NEIGHBOURS, ("generated", "nearest real")))
