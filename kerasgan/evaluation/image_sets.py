"""Distances between sets of images, for models that translate."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Self

import keras
import numpy as np

from kerasgan.evaluation import intervals
from kerasgan.evaluation.features import efficientnet, perceptual
from kerasgan.evaluation.metrics.distances import frechet_distance, sliced_wasserstein
from kerasgan.evaluation.result import number


def load_network() -> keras.Model | None:
    """The network of perceptual features, or None where its weights are not installed."""
    return perceptual.load() if efficientnet.is_installed() else None


def missing(network: keras.Model | None) -> dict[str, str]:
    """The distance that is not computed without the network, {name: reason}."""
    lacking = {"perceptual distance": f"its weights are not installed ({efficientnet.INSTALL})"}
    return {} if network else lacking


class ImageSet(NamedTuple):
    """Images, uint8 [n, H, W, 3], and their perceptual features, [n, d], or None."""

    pixels: np.ndarray
    features: np.ndarray | None

    @classmethod
    def of(cls, pixels: np.ndarray, network: keras.Model | None) -> Self:
        """The images with the features of a network, without one or without images none."""
        has_features = network is not None and len(pixels)
        return cls(pixels, perceptual.features(network, pixels) if has_features else None)

    def subset(self, rows: np.ndarray) -> Self:
        """The images that bool [n] selects."""
        features = None if self.features is None else self.features[rows]
        return type(self)(self.pixels[rows], features)


def distances(name: str, translated: ImageSet, real: ImageSet, seed: int) -> dict[str, dict]:
    """Distances of translations from real images; none of too few for an interval."""
    if min(len(translated.pixels), len(real.pixels)) < 2 * intervals.GROUPS:
        return {}
    distance = partial(sliced_wasserstein, seed=seed)
    shown = translated.pixels / 255.0, real.pixels / 255.0
    numbers = {f"sliced_wasserstein_{name}": _distance(distance, *shown, seed)}
    if real.features is not None and translated.features is not None:
        known, made = perceptual.standardised(real.features, translated.features)
        distance = _distance(frechet_distance, made, known, seed)
        numbers[f"perceptual_frechet_{name}"] = distance
    return numbers


def _distance(distance: Callable, translated: np.ndarray, real: np.ndarray, seed: int) -> dict:
    """Distance of translations from real images of others, beside its floor.

    Args:
        translated, real: rows of each set.
    """
    size = min(len(real), len(translated)) // 2
    order = np.random.default_rng(seed).permutation(2 * size)
    first, second, generated = real[order[:size]], real[order[size:]], translated[order[size:]]
    estimate, floor = (
        intervals.jackknife(distance, first, part, seed=seed) for part in (generated, second)
    )
    return number(estimate, size, seed, floor=floor)
