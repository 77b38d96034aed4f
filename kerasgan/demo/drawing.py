"""Pictures that the page draws from noise."""

import math
from pathlib import Path

import numpy as np
from PIL import Image

from kerasgan import images, runs
from kerasgan.demo import choices
from kerasgan.errors import Refused
from kerasgan.sampling import Sampler

AVERAGED, RAW = "averaged", "raw"


def faces(
    path: str, weights: str, sigma: float, seed: int | None, hair: str, eyes: str, count: int
) -> Image.Image:
    """Return a grid of faces, as `kerasgan sample` draws it.

    Args:
        path: the run's folder.
        weights: AVERAGED, or RAW for those that training changes.
        sigma: standard deviation of the noise.
        seed: of the first face; the next has the next seed. None is an empty field.
        hair, eyes: colours; passed over by a model that knows none.
        count: how many.

    Raises:
        Refused: if there is no seed, or the model does not know this pair of colours.
    """
    pictures = _sampler(path, weights, sigma).pictures([(hair, eyes)] * count, _given(seed))
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
    """Return the face, uint8 [S, S, 3], at a place between two seeds: 0 is `seed`, 1 is `other`.

    All else is as `faces` takes it.
    """
    seeds = _given(seed), _given(other)
    return _sampler(path, weights, sigma).between((hair, eyes), seeds, [place])[0]


def sheet(path: str, weights: str, sigma: float, seed: int | None) -> Image.Image:
    """Return every hair by every eye colour, or a square of faces; all else is as in `faces`."""
    return _sampler(path, weights, sigma).sheet(_given(seed))


def _given(seed: int | None) -> int:
    if seed is None:
        raise Refused("a seed is missing; allowed: whole numbers from 0 on")
    return seed


def _sampler(path: str, weights: str, sigma: float) -> Sampler:
    run = runs.read(Path(path))
    model = choices.model(run)
    return Sampler(run, model.generator if weights == RAW else model.sampling_generator, sigma)
