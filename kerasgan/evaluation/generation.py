"""Evaluation of models that generate images: metrics with intervals, and images to look at."""

from collections.abc import Collection
from pathlib import Path

import keras
import numpy as np

from kerasgan import metrics
from kerasgan.evaluation import result
from kerasgan.evaluation.features import inception, inception_2015, perceptual
from kerasgan.evaluation.inputs import EvaluationInputs
from kerasgan.evaluation.metrics import copies, face_count
from kerasgan.evaluation.needs import Needs, Samples
from kerasgan.evaluation.real_sets import NotMet
from kerasgan.evaluation.result import Evaluation
from kerasgan.labels import MISSING
from kerasgan.utils.images import grid

_PAIRS = 16


def load(features: Collection[str], fid_weights: Path | None = None) -> dict[str, keras.Model]:
    """Load the networks "perceptual" and "inception", if they are among these features, and "fid".

    Args:
        fid_weights: the file of `inception_2015.load`.

    Raises:
        InvalidInput: if their weights are missing, or the file holds others.
    """
    loaders = {"perceptual": perceptual.load, "inception": inception.load}
    networks = {name: load() for name, load in loaders.items() if name in features}
    return networks | ({"fid": inception_2015.load(fid_weights)} if fid_weights else {})


def evaluate(inputs: EvaluationInputs, images: np.ndarray) -> Evaluation:
    """Compute every metric whose needs are met.

    Args:
        images: generated for `inputs.requested`, uint8 [n, H, W, 3].

    Raises:
        InvalidInput: if OpenCV, the cascade or images for the face count are missing.
    """
    needs = Needs(inputs, images)
    numbers, missing, values = {}, {}, {}
    for metric in metrics.EVALUATED:
        try:
            samples = getattr(needs, metric.needs)
        except NotMet as need:
            missing[need.title] = need.reason
            continue
        labels = [name for name in inputs.schema.names if samples.by_value.get(name, True)]
        for name, options in metric.variants(labels).items():
            numbers[name] = result.compute(metric, samples, inputs.seed, **options)
        if samples.by_value:
            values[metric.name] = _values(samples, inputs.seed)
    confusions = {} if "accuracy" in missing else _confusions(inputs, needs)
    shown = {} if "near copies" in missing else {"nearest training images": _pairs(inputs, needs)}
    if inputs.cascade:
        shown["faces"] = face_count.draw_faces(images[: face_count.IMAGES], inputs.cascade)
    networks = {name: network.name for name, network in inputs.networks.items()}
    return Evaluation(numbers, confusions, shown, missing, inputs.schema, values, networks)


def _values(samples: Samples, seed: int) -> dict[str, dict[str, dict]]:
    """The numbers of single values of labels, {label: {value: number}}."""
    return {
        label: {
            value: {
                **result.number(each.distance, each.generated, seed, ignored=each.ignored),
                "real_images": each.real,
            }
            for value, each in by_value.items()
        }
        for label, by_value in samples.by_value.items()
    }


def _confusions(inputs: EvaluationInputs, needs: Needs) -> dict[str, np.ndarray]:
    """How often each value was read where each was requested, {label: int [K, K]}."""
    matrices = {}
    for number, (name, size) in enumerate(inputs.schema.sizes.items()):
        requested, read = inputs.labels[:, number], needs.read[:, number]
        has_label = requested != MISSING
        matrices[name] = np.zeros((size, size), np.int64)
        np.add.at(matrices[name], (requested[has_label], read[has_label]), 1)
    return matrices


def _pairs(inputs: EvaluationInputs, needs: Needs) -> np.ndarray:
    """The generated images nearest to training images, above these, with the ratios of `copies`."""
    found, (_, held_out) = needs.neighbours, needs.copy_ratios.generated
    threshold = copies.threshold(held_out)
    shown = np.argsort(found.ratios, kind="stable")[:_PAIRS]
    training = inputs.training_pixels(found.indices[shown])
    captions = [
        f"{ratio:.2f} copy" if ratio <= threshold else f"{ratio:.2f}"
        for ratio in found.ratios[shown]
    ]
    cells = [*needs.images.generated[0][shown], *training]
    return np.asarray(grid(cells, len(shown), ("generated", "training"), captions))
