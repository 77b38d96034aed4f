"""What an evaluation judges: generated images, real ones, and the classifier between them."""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np

from kerasgan.configs.base import NoiseConfig
from kerasgan.datasets import cache, sources
from kerasgan.datasets.labelled import LabelledImages, Split
from kerasgan.evaluation import intervals
from kerasgan.evaluation.features import classifier
from kerasgan.inference import sampling
from kerasgan.labels import Vocabulary
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput

# So many held-out images, the first ones, choose the best checkpoint while a model trains.
MONITORED = 500


class EvaluationInputs(NamedTuple):
    """What is judged, and by what.

    config: the run's, with the data that it is judged by.
    generated: uint8 [n, S, S, 3]; pairs: the wanted (hair, eyes) of each.
    real: uint8 [m, S, S, 3], the held-out images.
    judge: the classifier that was trained on the training images; None if they have no colours.
    """

    config: NoiseConfig
    split: Split
    generated: np.ndarray
    pairs: list[tuple[str, str]]
    real: np.ndarray
    judge: keras.Model | None
    seed: int

    @property
    def is_conditional(self) -> bool:
        return bool(self.config.CONDITIONS)


def subject(
    run: Run, config: NoiseConfig, split: Split, count: int, seed: int, checkpoint: str = "latest"
) -> EvaluationInputs:
    """Draw `count` images, under random conditions that the run knows, and train the judge.

    Args:
        config: the run's, with the data of the split.

    Raises:
        InvalidInput: if the run has no such checkpoint, or too few images are held out.
    """
    generator = sampling.load(run, checkpoint).sampling_generator
    held_out = split.held_out
    if len(held_out.rows) < 2 * intervals.GROUPS:
        raise InvalidInput(
            f"{len(held_out.rows)} images are held out, and an evaluation needs "
            f"{2 * intervals.GROUPS}; allowed: a larger --val-fraction, or other --data"
        )
    sampler = sampling.Sampler(generator, run.vocabulary, run.config.sigma)
    pairs = sampling.random_pairs(run.vocabulary, run.config.CONDITIONS, count, seed)
    has_colours = bool(split.training.vocabulary.hair and split.training.vocabulary.eyes)
    return EvaluationInputs(
        config,
        split,
        sampler.generate(pairs, seed),
        pairs,
        held_out.pictures(np.arange(len(held_out.rows))),
        classifier.trained(split.training) if has_colours else None,
        seed,
    )


def places(vocabulary: Vocabulary, pairs: Sequence[tuple[str, str]]) -> dict[str, np.ndarray]:
    """The places of (hair, eyes) in the vocabulary, {"hair", "eyes"}: int [n]."""
    indices = np.array([vocabulary.indices(*pair) for pair in pairs]).T
    return dict(zip(("hair", "eyes"), indices, strict=True))


def as_faces(judged: EvaluationInputs, wanted: dict[str, np.ndarray]) -> LabelledImages:
    """The generated images as data to train on, under their wanted colours."""
    vocabulary = judged.split.training.vocabulary
    rows = np.arange(len(judged.generated))
    return LabelledImages(
        cache.digest(judged.generated).hex(),
        judged.generated,
        rows,
        wanted["hair"],
        wanted["eyes"],
        np.full(len(rows), -1),
        vocabulary,
    )


def samples(judged: EvaluationInputs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two disjoint halves of the real images and as many generated ones, uint8.

    Such measures depend on the sizes of their samples: only equal sizes can be compared.
    """
    size = min(len(judged.real) // 2, len(judged.generated))
    order = np.random.default_rng(judged.seed).permutation(len(judged.real))
    return judged.real[order[:size]], judged.real[order[size : 2 * size]], judged.generated[:size]


def unseen(config: NoiseConfig, split: Split, count: int) -> np.ndarray:
    """At most `count` real images that no training and no choice of a checkpoint has used.

    Avatars are drawn anew, those after the held-out ones; of other data, they are held-out ones.

    Returns:
        uint8 [n, S, S, 3], in random order.
    """
    if config.data == "avatars":
        start = sources.held_out_avatars(config).stop
        return drawn(range(start, start + count), config.image_size)
    rows = np.arange(MONITORED if config.evaluate_every else 0, split.held_out.size)
    return split.held_out.pictures(np.random.default_rng(0).permutation(rows)[:count])


def drawn(numbers: Sequence[int], size: int) -> np.ndarray:
    """The avatars with these numbers, uint8 [n, size, size, 3]."""
    prepared, _ = sources.prepared(sources.of_avatars(numbers, size), size, is_strict=True)
    return prepared.pictures[np.arange(len(numbers))]
