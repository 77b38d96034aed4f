"""Translated and edited images on the page."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from kerasgan import tasks
from kerasgan.configs.translation import TranslationConfig
from kerasgan.datasets import decoding, sources, unpaired
from kerasgan.datasets.avatars import portrait, traits
from kerasgan.demo import run_selection
from kerasgan.inference.folders import out_of_memory_as_invalid_input
from kerasgan.inference.image_to_image import (
    DomainTranslator,
    Editor,
    EditRequest,
    RoundTrip,
    other_domain,
)
from kerasgan.models.base import AdversarialModel
from kerasgan.runs import directory
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.local_pages import is_inside
from kerasgan.utils.sizes import sides

# Photographs of current cameras fit.
MAX_PIXELS = 50_000_000


@lru_cache(run_selection.CACHE_SIZE)
def _translator(run: Run, model: AdversarialModel) -> DomainTranslator | Editor:
    return tasks.of(run.config).translator(run, model)


def triptych(
    path: str,
    file: str,
    folder: Path,
    keep_size: bool,
    domain: str,
    *values: str | None,
) -> list[np.ndarray]:
    """An image, its translation, and that translated back if it can be, uint8 [H, W, 3] each.

    Args:
        path: folder of the run.
        file: the image.
        folder: must contain the file.
        keep_size: whether to keep the size of images larger than those in training.
        domain: target domain for CycleGAN and CUT, "a" or "b".
        values: of the run's labels for StarGAN, in order; empty to keep one.

    Raises:
        InvalidInput: naming the file, if it is outside of the folder, cannot be read or
            translated, or has more than MAX_PIXELS pixels.
    """
    if not is_inside(file, folder):
        raise InvalidInput("this file was not uploaded here")
    run = directory.read(Path(path))
    named = zip(run.schema.names, values, strict=False)
    request = EditRequest(domain, {name: value for name, value in named if value})
    round_trip = _round_trip(run, request)
    height, width = sides(run.config.image_size)
    try:
        with out_of_memory_as_invalid_input():
            largest = None if keep_size else max(height, width)
            image = decoding.read(Path(file), largest, MAX_PIXELS)
            if not keep_size and image.height > height and image.width > width:
                image = ImageOps.cover(image, (width, height), Image.Resampling.LANCZOS)
            original = np.asarray(image)
            return [original, *round_trip(original)]
    except InvalidInput as reason:
        raise InvalidInput(f"{Path(file).name} {reason}") from reason


def _round_trip(run: Run, request: EditRequest) -> RoundTrip:
    task = tasks.of(run.config)
    changes = task.changes(run.schema, request)
    return task.round_trip(_translator(run, run_selection.load_model(run)), changes)


def domain_names(config: TranslationConfig) -> dict[str, str]:
    """Names of the domains "a" and "b"."""
    if config.has_avatars:
        return unpaired.STYLES
    return {
        domain: Path(getattr(config, f"domain_{domain}", "")).name or domain
        for domain in unpaired.DOMAINS
    }


def new_avatar(path: str, domain: str, number: int) -> Image.Image:
    """Draw an avatar that the run was not trained on.

    Args:
        path: folder of the run.
        domain: target domain for CycleGAN and CUT; the avatar has the style of the other one.
        number: of the avatar, from 0 on.
    """
    config = directory.read(Path(path)).config
    style = unpaired.STYLES[other_domain(domain) if tasks.of(config).domains else "b"]
    face = traits.face(sources.AVATAR_SEED, config.num_avatars + number)
    return portrait.draw(face, config.image_size, style)
