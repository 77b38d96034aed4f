"""Images that the page makes out of other images."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from kerasgan import tasks
from kerasgan.configs.translation import TranslationConfig
from kerasgan.datasets import decoding, sources, unpaired
from kerasgan.datasets.avatars import portrait, traits
from kerasgan.demo import choices
from kerasgan.demo.guard import is_inside
from kerasgan.inference.folders import enough_memory
from kerasgan.inference.image_to_image import EditRequest, Steps, other
from kerasgan.models.base import AdversarialModel
from kerasgan.runs import directory
from kerasgan.runs.directory import Run
from kerasgan.tasks.base import Translator
from kerasgan.utils.errors import InvalidInput

# Pixels of an image that a browser may send: what a camera takes.
LIMIT = 50_000_000


@lru_cache(choices.KEPT)
def _translator(run: Run, model: AdversarialModel) -> Translator:
    return tasks.of(run.config).translator(run, model)


def translate(
    path: str,
    file: str,
    folder: Path,
    is_whole: bool,
    domain: str,
    hair: str,
    eyes: str,
    turned: Sequence[str],
) -> list[np.ndarray]:
    """An image, its translation, and that translated back, uint8 [H, W, 3] each.

    Args:
        path: the run's folder.
        file: the image.
        folder: what the file must lie below.
        is_whole: whether to keep its size where it is larger than the images of training.
        domain: that CycleGAN translates to, "a" or "b".
        hair, eyes: colours that StarGAN shall change to; where they are empty, it keeps them.
        turned: attributes that StarGAN shall make what they are not.

    Raises:
        InvalidInput: naming the file, if it cannot be read or translated, has more pixels than
            LIMIT, or lies elsewhere.
    """
    if not is_inside(file, folder):
        raise InvalidInput("this file was not uploaded here")
    run = directory.read(Path(path))
    colours = {name: colour for name, colour in (("hair", hair), ("eyes", eyes)) if colour}
    steps = _steps(run, EditRequest(domain, colours, dict.fromkeys(turned)))
    size = run.config.image_size
    try:
        with enough_memory():
            picture = decoding.read(Path(file), None if is_whole else size, LIMIT)
            if not is_whole and min(picture.size) > size:
                picture = ImageOps.cover(picture, (size, size), Image.Resampling.LANCZOS)
            original = np.asarray(picture)
            return [original, *steps(original)]
    except InvalidInput as reason:
        raise InvalidInput(f"{Path(file).name} {reason}") from reason


def _steps(run: Run, request: EditRequest) -> Steps:
    task = tasks.of(run.config)
    changes = task.changes(run.vocabulary, request)
    return task.steps(_translator(run, choices.model(run)), changes)


def knows_avatars(config: TranslationConfig) -> bool:
    """Whether drawn faces are what the run has learnt to translate."""
    return config.data == "avatars" and not getattr(config, "domain_a", "")


def domain_names(config: TranslationConfig) -> dict[str, str]:
    """What to call CycleGAN's domains "a" and "b"."""
    if knows_avatars(config):
        return unpaired.STYLES
    return {
        domain: Path(getattr(config, f"domain_{domain}", "")).name or domain
        for domain in unpaired.DOMAINS
    }


def drawn_face(path: str, domain: str, number: int) -> Image.Image:
    """An avatar that the run was not trained on.

    Args:
        path: the run's folder.
        domain: that CycleGAN shall translate it to: it is drawn in the style of the other.
        number: which one, from 0 on.
    """
    config = directory.read(Path(path)).config
    style = unpaired.STYLES[other(domain) if tasks.of(config).domains else "b"]
    face = traits.face(sources.AVATAR_SEED, config.num_avatars + number)
    return portrait.draw(face, config.image_size, style)
