"""Generated images on the page."""

import math
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from kerasgan.demo import run_selection
from kerasgan.models import sampling
from kerasgan.models.sampling import Sampler
from kerasgan.runs import directory
from kerasgan.utils import images
from kerasgan.utils.errors import InvalidInput

AVERAGED, RAW = "averaged", "raw"
MAX_COUNT = 64
# Browsers have exact integers up to 2**53.
MAX_SEED = 2**53 - MAX_COUNT


def image_grid(
    path: str, weights: str, sigma: float, seed: int | None, count: int, *values: str | None
) -> Image.Image:
    """A grid of images, the same as that of `kerasgan sample`.

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
    sampler = _sampler(path, weights, sigma)
    labels = sampling.random_labels(
        sampler.schema, _choice(sampler, values), range(first, first + count)
    )
    return images.grid(sampler.generate(labels, first), math.ceil(count**0.5))


def interpolated_image(
    path: str,
    weights: str,
    sigma: float,
    seed: int | None,
    second_seed: int | None,
    position: float,
    *values: str | None,
) -> np.ndarray:
    """An image between two seeds, uint8 [H, W, 3].

    Args:
        position: 0 for `seed`, 1 for `second_seed`. Other arguments: as in `image_grid`.
    """
    seeds = _check_seed(seed), _check_seed(second_seed)
    _check_range("the position", position, 0, 1)
    sampler = _sampler(path, weights, sigma)
    labels = sampling.random_labels(sampler.schema, _choice(sampler, values), seeds[:1])
    return sampler.interpolate(labels[0], seeds, [position])[0]


def sheet(
    path: str, weights: str, sigma: float, seed: int | None, *values: str | None
) -> Image.Image:
    """A grid by two labels, see `Sampler.sheet`.

    Args:
        values: those of the third label on are shared by all images. Others: as in `image_grid`.
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
        raise InvalidInput(f"{name} must be from {lowest} to {highest}, got {number!r}")


def _sampler(path: str, weights: str, sigma: float) -> Sampler:
    _check_range("sigma", sigma, 0, sys.float_info.max)
    run = directory.read(Path(path))
    model = run_selection.load_model(run)
    generator = model.generator if weights == RAW else model.sampling_generator
    return Sampler(generator, run.schema, sigma)
