"""Image files, translated into a folder."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from kerasgan.datasets import decoding, layouts
from kerasgan.inference.image_to_image import Steps
from kerasgan.utils import images, progress
from kerasgan.utils.errors import InvalidInput


def targets(inputs: Sequence[Path], out: Path) -> dict[Path, Path]:
    """{picture: the PNG file of its translation}.

    A file keeps its stem, and below a folder its path; of several folders each keeps its name. Two
    files that differ in their endings alone keep them.

    Args:
        inputs: files, and folders that are gone through recursively.

    Raises:
        InvalidInput: if a folder has no image, if two images would be written to one file, or if
            one would be written over an image that is to be translated.
    """
    folders = [path for path in inputs if path.is_dir()]
    places = {}
    for path in inputs:
        if path.is_dir():
            root = Path(path.resolve().name) if len(folders) > 1 else Path()
            names = [Path(one.name) for one in layouts.read(path, "images").images]
            places |= {path / name: root / name for name in names}
        else:
            places[path] = Path(path.name)
    stems = Counter(place.with_suffix("") for place in places.values())
    found, owners = {}, {}
    for picture, place in places.items():
        if stems[place.with_suffix("")] == 1:
            place = place.with_suffix("")
        target = out / place.with_name(f"{place.name}.png")
        if owners.setdefault(target, picture) != picture:
            raise InvalidInput(
                f"{owners[target]} and {picture} would both be written to {target}; "
                "translate them one after the other"
            )
        found[picture] = target
    sources = {picture.resolve() for picture in found}
    for target in found.values():
        if target.resolve() in sources:
            raise InvalidInput(f"--out {out} would write over {target}; allowed: another folder")
    return found


def translate(files: dict[Path, Path], steps: Steps, is_triptych: bool) -> dict[Path, str]:
    """Translate image by image and return why some could not be, {picture: reason}.

    Args:
        files: as `targets` returns them.
        is_triptych: whether to write original, translated and translated back side by side.
    """
    problems = {}
    with progress.bar(desc="Translating", total=len(files), unit=" images") as bar:
        for picture, target in files.items():
            try:
                with enough_memory():
                    images.save(_translated(picture, steps, is_triptych), target)
            except InvalidInput as reason:
                problems[picture] = str(reason)
            bar.update()
    return problems


@contextmanager
def enough_memory() -> Iterator[None]:
    """Refuse an image for which the memory turns out not to suffice."""
    try:
        yield
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise InvalidInput("needs more memory than there is") from error


def _translated(file: Path, steps: Steps, is_triptych: bool) -> Image.Image:
    picture = np.asarray(decoding.read(file))
    if is_triptych:
        return Image.fromarray(np.concatenate([picture, *steps(picture)], axis=1))
    return Image.fromarray(next(steps(picture)))
