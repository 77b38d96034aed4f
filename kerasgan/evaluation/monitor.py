"""How good a model's images are while it trains: few numbers, of a small sample."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from kerasgan.configs.base import NoiseConfig
from kerasgan.datasets.labelled import LabelledImages, Split
from kerasgan.evaluation import inputs
from kerasgan.evaluation.features import classifier, efficientnet, perceptual
from kerasgan.evaluation.metrics import distances, flatness
from kerasgan.inference.sampling import Sampler, random_pairs
from kerasgan.models.base import AdversarialModel
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput

_PERCEPTUAL = "perceptual_frechet"
_WITHOUT_COLOURS = ("sliced_wasserstein", "flatness_difference", _PERCEPTUAL)


class _Measure(NamedTuple):
    """What is measured of generated images: uint8 [n, S, S, 3] -> a value for each name."""

    names: Sequence[str]
    values: Callable[[np.ndarray], Sequence[float]]


def check(config: NoiseConfig, split: Split) -> None:
    """Refuse what a `Monitor` cannot measure: too few images, or its best-metric."""
    if split.held_out.size < 2:
        raise InvalidInput(
            f"evaluate-every is {config.evaluate_every}, and {split.held_out.size} images are "
            "held out; allowed: 0, or a larger val-fraction"
        )
    if config.best_metric not in _WITHOUT_COLOURS and not _has_colours(split.held_out):
        raise InvalidInput(
            f"best-metric is {config.best_metric}, and {config.data} has no colours; allowed: "
            f"{', '.join(_WITHOUT_COLOURS)}"
        )
    if config.best_metric == _PERCEPTUAL and not efficientnet.is_installed():
        raise InvalidInput(
            f"best-metric is {_PERCEPTUAL}, which needs: {efficientnet.INSTALL}; allowed without: "
            f"{', '.join(_WITHOUT_COLOURS[:-1])}"
        )


def _has_colours(faces: LabelledImages) -> bool:
    return bool(faces.vocabulary.hair and faces.vocabulary.eyes)


class Monitor:
    """Measures images of the same noise and conditions every time, by held-out ones.

    The numbers, `names`, are defined as those of `evaluate`. They tell checkpoints of a run apart;
    distances between samples as small as these are far above those between large ones.

    Args:
        run: tells the noise, the conditions and the best-metric.
        split: the run's data.
    """

    def __init__(self, run: Run, split: Split):
        self._run = run
        self._pairs = random_pairs(
            run.vocabulary, run.config.CONDITIONS, inputs.MONITORED, run.config.seed
        )
        real = split.held_out.pictures(np.arange(min(inputs.MONITORED, split.held_out.size)))
        self._measures = [_pixels(real, run.config.seed)]
        # It takes seconds each time, and not every machine has it: only where it was asked for.
        if run.config.best_metric == _PERCEPTUAL:
            self._measures.append(_by_eye(real))
        if _has_colours(split.held_out):
            self._measures += _by_classifier(run, split, real, self._pairs)
        self.names = [name for measure in self._measures for name in measure.names]

    def measure(self, model: AdversarialModel) -> dict[str, float]:
        """{name: value} of the images of the model's sampling generator."""
        run = self._run
        sampler = Sampler(model.sampling_generator, run.vocabulary, run.config.sigma)
        pictures = sampler.generate(self._pairs, run.config.seed)
        values = [value for measure in self._measures for value in measure.values(pictures)]
        return dict(zip(self.names, values, strict=True))


def _pixels(real: np.ndarray, seed: int) -> _Measure:
    flat = flatness.flatness(real).value

    def values(pictures: np.ndarray) -> tuple[float, float]:
        distance = distances.sliced_wasserstein(real / 255.0, pictures / 255.0, seed=seed)
        return distance, abs(flatness.flatness(pictures).value - flat)

    return _Measure(("sliced_wasserstein", "flatness_difference"), values)


def _by_eye(real: np.ndarray) -> _Measure:
    network = perceptual.load()
    reference = perceptual.features(network, real)

    def values(pictures: np.ndarray) -> tuple[float]:
        seen = perceptual.standardised(reference, perceptual.features(network, pictures))
        return (distances.frechet_distance(*seen),)

    return _Measure((_PERCEPTUAL,), values)


def _by_classifier(
    run: Run, split: Split, real: np.ndarray, pairs: Sequence[tuple[str, str]]
) -> list[_Measure]:
    """The distance in the classifier's features and, of a conditional run, accuracies."""
    judge = classifier.trained(split.training)
    extractor = classifier.extractor(judge)
    features = classifier.outputs(extractor, real)

    def distance(pictures: np.ndarray) -> tuple[float]:
        return (distances.frechet_distance(features, classifier.outputs(extractor, pictures)),)

    measures = [_Measure(("frechet_distance",), distance)]
    if run.config.CONDITIONS:
        wanted = inputs.places(run.vocabulary, pairs)
        kinds = ("hair", "eyes", "both")

        def accuracies(pictures: np.ndarray) -> list[float]:
            shares = classifier.accuracy(judge, pictures, wanted)
            return [shares[kind] for kind in kinds]

        measures.append(_Measure([f"accuracy_{kind}" for kind in kinds], accuracies))
    return measures


def is_better(metric: str, value: float, best: float) -> bool:
    """Whether a value is better: a higher accuracy, or a smaller distance."""
    return value > best if metric.startswith("accuracy") else value < best
