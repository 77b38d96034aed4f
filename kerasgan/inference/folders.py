"""Translate image files and folders into a folder of PNG files."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from kerasgan.datasets import decoding, layouts
from kerasgan.inference.image_to_image import RoundTrip
from kerasgan.utils import images, progress
from kerasgan.utils.errors import InvalidInput


def output_files(inputs: Sequence[Path], out: Path) -> dict[Path, Path]:
    """The PNG file for each image file, {input: output}.

    A file keeps its stem and its path inside an input folder; with several input folders, the
    folder's name too. Files that differ only in their suffix keep it: 0.jpg becomes 0.jpg.png.

    Args:
        inputs: files, and folders, which are searched recursively.

    Raises:
        InvalidInput: if a folder has no image, two images have the same output, or an output
            would overwrite an input.
    """
    relative_paths = _relative_paths(inputs)
    stems = Counter(path.with_suffix("") for path in relative_paths.values())
    outputs, sources = {}, {}
    for file, path in relative_paths.items():
        if stems[path.with_suffix("")] == 1:
            path = path.with_suffix("")
        output = out / path.with_name(f"{path.name}.png")
        if sources.setdefault(output, file) != file:
            raise InvalidInput(
                f"{sources[output]} and {file} would both be written to {output}; translate them "
                "one after the other"
            )
        outputs[file] = output
    resolved = {file.resolve() for file in outputs}
    for output in outputs.values():
        if output.resolve() in resolved:
            raise InvalidInput(
                f"--out must be a folder without input images, got {out}, where {output} would be "
                "overwritten"
            )
    return outputs


def _relative_paths(inputs: Sequence[Path]) -> dict[Path, Path]:
    folders = [path for path in inputs if path.is_dir()]
    paths = {}
    for path in inputs:
        if path.is_dir():
            root = Path(path.resolve().name) if len(folders) > 1 else Path()
            names = [Path(image.name) for image in layouts.read(path, "images").images]
            paths |= {path / name: root / name for name in names}
        else:
            paths[path] = Path(path.name)
    return paths


def translate_files(
    files: dict[Path, Path], round_trip: RoundTrip, is_triptych: bool
) -> dict[Path, str]:
    """Translate image files one by one.

    Args:
        files: {input: output}.
        is_triptych: whether to write the original and all of the round trip side by side.

    Returns:
        The files that could not be translated, {input: reason}.
    """
    problems = {}
    with progress.bar(desc="Translating", total=len(files), unit=" images") as bar:
        for file, output in files.items():
            try:
                with out_of_memory_as_invalid_input():
                    images.save(_translate_file(file, round_trip, is_triptych), output)
            except InvalidInput as reason:
                problems[file] = str(reason)
            bar.update()
    return problems


@contextmanager
def out_of_memory_as_invalid_input() -> Iterator[None]:
    """Raise InvalidInput where memory runs out, since only this image is too large."""
    try:
        yield
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise InvalidInput("needs more memory than is available") from error


def _translate_file(file: Path, round_trip: RoundTrip, is_triptych: bool) -> Image.Image:
    image = np.asarray(decoding.read(file))
    if is_triptych:
        return Image.fromarray(np.concatenate([image, *round_trip(image)], axis=1))
    return Image.fromarray(next(round_trip(image)))
