"""Avatars as image files."""

from functools import partial
from pathlib import Path

from PIL import Image

from kerasgan.datasets import parallel
from kerasgan.datasets.avatars import portrait, traits
from kerasgan.utils import files
from kerasgan.utils.errors import unknown


def render(folder: Path, count: int, size: int, style: str, seed: int) -> None:
    """Write avatars as `images/<index>.png` and tags.csv into a new or empty folder.

    Args:
        folder: the folder to write.
        count: number of avatars.
        size: height and width in pixels.
        style: one of `portrait.STYLES`.
        seed: seed of the avatars.

    Raises:
        InvalidInput: if the folder is not empty or cannot be written, or the style is unknown.
    """
    if style not in portrait.STYLES:
        raise unknown("style", style, portrait.STYLES)
    files.check_vacant(folder, count * size * size * 3)
    work = partial(draw, seed=seed, size=size, style=style)
    with files.replacing(folder) as temporary:
        (temporary / "images").mkdir(parents=True)
        lines = []
        for index, (image, tag) in enumerate(
            parallel.parallel_map(work, range(count), count, "Drawing")
        ):
            image.save(temporary / "images" / f"{index}.png", optimize=True)
            lines.append(f"{index},{tag}\n")
        (temporary / "tags.csv").write_text("".join(lines))


def draw(index: int, seed: int, size: int, style: str) -> tuple[Image.Image, str]:
    """Draw the avatar with this index, and write its tag."""
    face = traits.face(seed, index)
    return portrait.draw(face, size, style), face.description
