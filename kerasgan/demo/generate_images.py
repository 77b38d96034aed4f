"""Generated images on the page."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from kerasgan.demo import run_selection
from kerasgan.models import latent, sampling
from kerasgan.models.sampling import Sampler
from kerasgan.runs import directory
from kerasgan.utils.errors import InvalidInput

AVERAGED, RAW = "averaged", "raw"
MAX_COUNT = 64
# Browsers have exact integers up to 2**53.
MAX_SEED = 2**53 - MAX_COUNT
# With the image itself, a square of nine.
VARIATIONS, MIDDLE = 8, 4
# Seeds of a walk beside the first, and frames from each to the next.
MAX_STOPS, FRAMES = 7, 12


class Shown(NamedTuple):
    """Images on the page.

    path, weights, sigma: of their generator, as in `by_seed`.
    seed: of the first image, or of that from which all others were chosen.
    noise: float32 [n, latent_dim].
    labels: int [n, L].
    choices: how often an image was chosen to be varied; 0 if each has a seed of its own.
    """

    path: str
    weights: str
    sigma: float
    seed: int
    noise: np.ndarray
    labels: np.ndarray
    choices: int = 0

    @property
    def captions(self) -> list[str]:
        """Captions of the labels of the first image."""
        return _sampler(*self[:3]).schema.captions(self.labels[0])

    def pixels(self) -> np.ndarray:
        """The images, uint8 [n, H, W, 3]."""
        return _sampler(*self[:3]).generate_from(self.noise, self.labels)


def by_seed(
    path: str, weights: str, sigma: float, seed: int | None, count: int, *values: str | None
) -> Shown:
    """Images by their seeds, the same as those of `kerasgan sample`.

    Args:
        path: folder of the run.
        weights: AVERAGED, or RAW for the weights that training updates.
        sigma: standard deviation of the noise.
        seed: that of the first image; image i has the seed `seed` + i. None: the field is empty.
        count: number of images, 1 to MAX_COUNT.
        values: of the run's labels in order, empty or None for random ones; others are ignored.

    Raises:
        InvalidInput: if a number is missing or out of range, or a label has no such value.
    """
    count, first = _check_integer("the number of images", count, 1, MAX_COUNT), _check_seed(seed)
    sampler, seeds = _sampler(path, weights, sigma), range(first, first + count)
    labels = sampling.random_labels(sampler.schema, _choice(sampler, values), seeds)
    return Shown(path, weights, sigma, first, sampler.noise(seeds), labels)


def vary(shown: Shown | None, index: int, strength: float) -> Shown:
    """An image, at index MIDDLE, and variations of its noise with the same labels.

    Args:
        index: of the image among those shown.
        strength: from 0 for the same image to 1 for independent noise; see `latent.variations`.

    Raises:
        InvalidInput: if no image is shown, or a number is missing or out of range.
    """
    if shown is None:
        raise InvalidInput("there are no images to vary")
    index = _check_integer("the index of the image", index, 0, len(shown.noise) - 1)
    return _around(shown._replace(choices=shown.choices + 1), index, strength)


def vary_again(shown: Shown | None, strength: float) -> Shown:
    """The image in the middle again, with variations in the same directions."""
    if shown is None or not shown.choices:
        raise InvalidInput("no image was chosen to be varied")
    return _around(shown, MIDDLE, strength)


def _around(shown: Shown, index: int, strength: float) -> Shown:
    _check_range("the strength", strength, 0, 1)
    noise, seed = shown.noise[index], (shown.seed, shown.choices)
    varied = latent.variations(noise, shown.sigma, strength, VARIATIONS, seed)
    return shown._replace(
        noise=np.insert(varied, MIDDLE, noise, axis=0),
        labels=np.tile(shown.labels[index], (VARIATIONS + 1, 1)),
    )


def walk(
    path: str,
    weights: str,
    sigma: float,
    seed: int | None,
    others: str,
    *values: str | None,
) -> np.ndarray:
    """Frames of an endless walk from one seed through others and back, uint8 [n, H, W, 3].

    Args:
        others: up to MAX_STOPS seeds, separated by commas.
        values: of the labels of all frames; random ones are those of `seed`. Other arguments: as in
            `by_seed`.
    """
    stops = _stops(seed, others)
    sampler, labels = _walker(path, weights, sigma, stops, values)
    positions = np.arange(FRAMES) / FRAMES
    legs = zip(stops, [*stops[1:], stops[0]], strict=True)
    return np.concatenate([sampler.interpolate(labels, leg, positions) for leg in legs])


def walk_frame(
    path: str,
    weights: str,
    sigma: float,
    seed: int | None,
    others: str,
    position: float,
    *values: str | None,
) -> np.ndarray:
    """One image of a walk, uint8 [H, W, 3].

    Args:
        position: 0 for the beginning, 1 for the end, which is the same. Other arguments: as in
            `walk`.
    """
    stops = _stops(seed, others)
    _check_range("the position", position, 0, 1)
    sampler, labels = _walker(path, weights, sigma, stops, values)
    leg, part = divmod(position * len(stops), 1)
    ends = (stops[int(leg + end) % len(stops)] for end in (0, 1))
    return sampler.interpolate(labels, tuple(ends), [part])[0]


def _stops(seed: int | None, others: str) -> list[int]:
    """The seeds of a walk."""
    words = re.split(r"\s*,\s*", others.strip())
    if len(words) > MAX_STOPS or not all(re.fullmatch("[0-9]{1,16}", word) for word in words):
        raise InvalidInput(
            f"the other seeds must be 1 to {MAX_STOPS} integers from 0 to {MAX_SEED}, separated by "
            f"commas, got {others[:50]!r}"
        )
    return [_check_seed(seed), *(_check_seed(int(word)) for word in words)]


def _walker(
    path: str, weights: str, sigma: float, stops: list[int], values: Sequence[str | None]
) -> tuple[Sampler, np.ndarray]:
    """The sampler of a walk, and the labels of all its images, int [L]."""
    sampler = _sampler(path, weights, sigma)
    return sampler, sampling.random_labels(sampler.schema, _choice(sampler, values), stops[:1])[0]


def sheet(
    path: str, weights: str, sigma: float, seed: int | None, *values: str | None
) -> Image.Image:
    """A grid by two labels, see `Sampler.sheet`.

    Args:
        values: those of the third label on are shared by all images. Others: as in `by_seed`.
    """
    sampler = _sampler(path, weights, sigma)
    choice = _choice(sampler, ("", "", *values[2:]))
    return sampler.sheet(_check_seed(seed), choice=choice)


def _choice(sampler: Sampler, values: Sequence[str | None]) -> dict[str, int]:
    """Indices of the values that are not empty, {label: index}."""
    given = dict(zip(sampler.schema.names, values, strict=False))
    return sampler.schema.choice({name: value for name, value in given.items() if value})


def _check_seed(seed: int | None) -> int:
    if seed is None:
        raise InvalidInput(f"a seed is missing; allowed: integers from 0 to {MAX_SEED}")
    return _check_integer("the seed", seed, 0, MAX_SEED)


def _check_integer(name: str, number: float, lowest: int, highest: int) -> int:
    _check_range(name, number, lowest, highest)
    if number != int(number):
        raise InvalidInput(f"{name} must be an integer from {lowest} to {highest}, got {number}")
    return int(number)


def _check_range(name: str, number: float, lowest: float, highest: float) -> None:
    # NaN compares false to everything.
    if (
        isinstance(number, bool)
        or not isinstance(number, int | float)
        or not (lowest <= number <= highest)
    ):
        raise InvalidInput(f"{name} must be from {lowest} to {highest}, got {number!r:.60}")


def _sampler(path: str, weights: str, sigma: float) -> Sampler:
    _check_range("sigma", sigma, 0, sys.float_info.max)
    run = directory.read(Path(path))
    model = run_selection.load_model(run)
    generator = model.generator if weights == RAW else model.sampling_generator
    return Sampler(generator, run.schema, sigma)
