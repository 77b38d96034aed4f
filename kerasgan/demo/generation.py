"""Images that the page draws from noise."""

import math
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from kerasgan.demo import choices
from kerasgan.inference.sampling import Sampler
from kerasgan.runs import directory
from kerasgan.utils import images
from kerasgan.utils.errors import InvalidInput

AVERAGED, RAW = "averaged", "raw"
# How many faces at once, and the largest seed: browsers have whole numbers up to 2**53.
MOST = 64
LARGEST_SEED = 2**53 - MOST


def faces(
    path: str, weights: str, sigma: float, seed: int | None, hair: str, eyes: str, count: int
) -> Image.Image:
    """A grid of faces, as `kerasgan sample` draws it.

    Args:
        path: the run's folder.
        weights: AVERAGED, or RAW for those that training changes.
        sigma: standard deviation of the noise.
        seed: of the first face; the next has the next seed. None is an empty field.
        hair, eyes: colours; passed over by a model that knows none.
        count: how many, from 1 to MOST.

    Raises:
        InvalidInput: if a number is missing or out of its range, or the model does not know this
            pair of colours.
    """
    count = _whole("the number of faces", count, 1, MOST)
    pictures = _sampler(path, weights, sigma).pictures([(hair, eyes)] * count, _seed(seed))
    return images.grid(pictures, math.ceil(count**0.5))


def face_between(
    path: str,
    weights: str,
    sigma: float,
    seed: int | None,
    hair: str,
    eyes: str,
    other: int | None,
    place: float,
) -> np.ndarray:
    """The face, uint8 [S, S, 3], at a place between two seeds: 0 is `seed`, 1 is `other`.

    All else is as `faces` takes it.
    """
    seeds = _seed(seed), _seed(other)
    _within("the place", place, 0, 1)
    return _sampler(path, weights, sigma).between((hair, eyes), seeds, [place])[0]


def sheet(path: str, weights: str, sigma: float, seed: int | None) -> Image.Image:
    """Every hair by every eye colour, or a square of faces; all else is as in `faces`."""
    return _sampler(path, weights, sigma).sheet(_seed(seed))


def _seed(seed: int | None) -> int:
    if seed is None:
        raise InvalidInput(f"a seed is missing; allowed: whole numbers from 0 to {LARGEST_SEED}")
    return _whole("the seed", seed, 0, LARGEST_SEED)


def _whole(name: str, number: float, least: int, most: int) -> int:
    _within(name, number, least, most)
    if number != int(number):
        raise InvalidInput(f"{name} is {number}; allowed: whole numbers from {least} to {most}")
    return int(number)


def _within(name: str, number: float, least: float, most: float) -> None:
    # A number that is not one compares false to everything.
    if (
        isinstance(number, bool)
        or not isinstance(number, int | float)
        or not (least <= number <= most)
    ):
        raise InvalidInput(f"{name} is {number!r}; allowed: from {least} to {most}")


def _sampler(path: str, weights: str, sigma: float) -> Sampler:
    _within("sigma", sigma, 0, sys.float_info.max)
    run = directory.read(Path(path))
    model = choices.model(run)
    return Sampler(run, model.generator if weights == RAW else model.sampling_generator, sigma)
