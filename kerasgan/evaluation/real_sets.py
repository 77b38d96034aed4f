"""Real images that generated ones are compared with, and their features."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from kerasgan.configs.generation import GenerationConfig
from kerasgan.datasets import sources
from kerasgan.datasets.labelled import Split

# The first held-out images choose the best checkpoint during training.
MONITORED = 500


class NotMet(Exception):
    """A metric's need is not met.

    Args:
        title: the metrics that are missing.
        reason: why, or how to get them.
    """

    def __init__(self, title: str, reason: str):
        super().__init__(f"{title}: {reason}")
        self.title = title
        self.reason = reason


class RealSets(NamedTuple):
    """Real images that generated ones are compared with.

    real: uint8 [n, H, W, 3].
    other: as many others, whose distance from `real` is the floor; None: no floor is wanted.
    count: how many generated images are compared.
    """

    real: np.ndarray
    other: np.ndarray | None
    count: int


class FeatureSets:
    """Features of real images, computed once.

    Args:
        sets: the images.
        extract: uint8 [n, H, W, 3] -> [n, ...].
        reference: features of `sets.real`, where they are known.
    """

    def __init__(
        self,
        sets: RealSets,
        extract: Callable[[np.ndarray], np.ndarray],
        reference: np.ndarray | None = None,
    ):
        self.extract = extract
        self.count = sets.count
        self.real = extract(sets.real) if reference is None else reference
        self.other = None if sets.other is None else extract(sets.other)


def unseen(config: GenerationConfig, split: Split, count: int) -> np.ndarray:
    """At most `count` real images that neither trained the model nor chose a checkpoint.

    New avatars, numbered after the held-out ones; from other data, held-out images.

    Returns:
        uint8 [n, H, W, 3], in random order.
    """
    if config.has_avatars:
        start = sources.held_out_avatars(config.num_avatars, config.val_fraction).stop
        return render_avatars(range(start, start + count), config.image_size)
    rows = np.arange(MONITORED if config.evaluate_every else 0, split.held_out.size)
    return split.held_out.pixels(np.random.default_rng(0).permutation(rows)[:count])


def render_avatars(numbers: Sequence[int], size: int) -> np.ndarray:
    """The avatars with these numbers, uint8 [n, size, size, 3]."""
    prepared, _ = sources.prepare(sources.avatar_source(numbers, size), size, is_strict=True)
    return prepared.images[np.arange(len(numbers))]
