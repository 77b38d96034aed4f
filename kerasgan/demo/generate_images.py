"""Generated images on the page."""

import math
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from kerasgan.demo import run_selection
from kerasgan.inference.sampling import Sampler
from kerasgan.runs import directory
from kerasgan.utils import images
from kerasgan.utils.errors import InvalidInput

AVERAGED, RAW = "averaged", "raw"
MAX_COUNT = 64
# Browsers have exact integers up to 2**53.
MAX_SEED = 2**53 - MAX_COUNT


def face_grid(
    path: str, weights: str, sigma: float, seed: int | None, hair: str, eyes: str, count: int
) -> Image.Image:
    """A grid of faces, the same as that of `kerasgan sample`.

    Args:
        path: folder of the run.
        weights: AVERAGED, or RAW for the weights that training updates.
        sigma: standard deviation of the noise.
        seed: that of the first face; face i has the seed `seed` + i. None: the field is empty.
        hair, eyes: colours; ignored if the model has no conditions.
        count: number of faces, 1 to MAX_COUNT.

    Raises:
        InvalidInput: if a number is missing or out of range, or the model has no such colours.
    """
    count = _check_integer("the number of faces", count, 1, MAX_COUNT)
    faces = _sampler(path, weights, sigma).generate([(hair, eyes)] * count, _check_seed(seed))
    return images.grid(faces, math.ceil(count**0.5))


def interpolated_face(
    path: str,
    weights: str,
    sigma: float,
    seed: int | None,
    hair: str,
    eyes: str,
    second_seed: int | None,
    position: float,
) -> np.ndarray:
    """A face between two seeds, uint8 [S, S, 3].

    Args:
        position: 0 for `seed`, 1 for `second_seed`. Other arguments: as in `face_grid`.
    """
    seeds = _check_seed(seed), _check_seed(second_seed)
    _check_range("the position", position, 0, 1)
    return _sampler(path, weights, sigma).interpolate((hair, eyes), seeds, [position])[0]


def sheet(path: str, weights: str, sigma: float, seed: int | None) -> Image.Image:
    """A grid of all hair and eye colours, see `Sampler.sheet`. Arguments: as in `face_grid`."""
    return _sampler(path, weights, sigma).sheet(_check_seed(seed))


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
    return Sampler(generator, run.vocabulary, sigma)
