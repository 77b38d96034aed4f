"""How good a model's pictures are while it trains: few numbers, of a small sample."""

import keras
import numpy as np

from kerasgan.adversarial import AdversarialModel
from kerasgan.configs.base import NoiseConfig
from kerasgan.datasets.faces import Faces, Split
from kerasgan.errors import Refused
from kerasgan.evaluation import classifier, distances, subjects
from kerasgan.runs import Run
from kerasgan.sampling import Sampler, random_pairs

# So many generated pictures, and at most so many held-out ones.
SAMPLE = 500
_WITHOUT_COLOURS = "sliced_wasserstein"


def check(config: NoiseConfig, split: Split) -> None:
    """Refuse what a `Monitor` cannot measure: too few pictures, or its best-metric."""
    if split.held_out.size < 2:
        raise Refused(
            f"evaluate-every is {config.evaluate_every}, and {split.held_out.size} pictures are "
            "held out; allowed: 0, or a larger val-fraction"
        )
    if config.best_metric != _WITHOUT_COLOURS and not _has_colours(split.held_out):
        raise Refused(
            f"best-metric is {config.best_metric}, and {config.data} has no colours; allowed: "
            f"{_WITHOUT_COLOURS}"
        )


def _has_colours(faces: Faces) -> bool:
    return bool(faces.vocabulary.hair and faces.vocabulary.eyes)


class Monitor:
    """Measures pictures of the same noise and conditions every time, by held-out ones.

    The numbers, `names`, are defined as those of `evaluate`. They tell checkpoints of a run apart;
    distances between samples as small as these are far above those between large ones.

    Args:
        run: tells the noise, the conditions and the best-metric.
        split: the run's data.
    """

    def __init__(self, run: Run, split: Split):
        held_out = split.held_out
        self._run = run
        self._pairs = random_pairs(run, SAMPLE, run.config.seed)
        self._real = held_out.pictures(np.arange(min(SAMPLE, held_out.size)))
        self.names = [_WITHOUT_COLOURS]
        self._judge = None
        if _has_colours(held_out):
            self._read_by(classifier.trained(split.training))

    def _read_by(self, judge: keras.Model) -> None:
        self._judge, self._extractor = judge, classifier.extractor(judge)
        self._features = classifier.outputs(self._extractor, self._real)
        self.names.append("frechet_distance")
        self._wanted = {}
        if self._run.config.CONDITION != "nothing":
            self._wanted = subjects.places(self._run.vocabulary, self._pairs)
            self.names += [f"accuracy_{name}" for name in ("hair", "eyes", "both")]

    def measure(self, model: AdversarialModel) -> dict[str, float]:
        """Return {name: value} of the pictures of the model's sampling generator."""
        sampler, seed = Sampler(self._run, model.sampling_generator), self._run.config.seed
        pictures = sampler.pictures(self._pairs, seed)
        distance = distances.sliced_wasserstein(self._real / 255.0, pictures / 255.0, seed=seed)
        measured = {_WITHOUT_COLOURS: distance}
        if self._judge is not None:
            features = classifier.outputs(self._extractor, pictures)
            measured["frechet_distance"] = distances.frechet_distance(self._features, features)
            if self._wanted:
                shares = classifier.accuracy(self._judge, pictures, self._wanted)
                measured |= {f"accuracy_{name}": share for name, share in shares.items()}
        return measured


def is_better(metric: str, value: float, best: float) -> bool:
    """Return whether a value is better: a higher accuracy, or a smaller distance."""
    return value > best if metric.startswith("accuracy") else value < best
