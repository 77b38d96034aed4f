"""Chosen images as several runs translate or edit them, side by side."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from kerasgan import tasks
from kerasgan.configs.translation import TRAINING
from kerasgan.datasets import decoding
from kerasgan.inference import loading
from kerasgan.inference.image_to_image import EditRequest
from kerasgan.runs.directory import Run
from kerasgan.utils import images
from kerasgan.utils.errors import InvalidInput

_SIDE = 256


def sheet(runs: Sequence[Run], files: Sequence[Path], request: EditRequest) -> Image.Image:
    """A column for each file: the original above a row of each run.

    Args:
        runs: of models that translate or edit.
        request: the domain, or the labels to change.

    Raises:
        InvalidInput: if a file cannot be read, or the request does not apply to a run.
    """
    originals = [_read(file) for file in files]
    rows, labels = [originals], ["original", *(run.path.name for run in runs)]
    for run in runs:
        task = tasks.of_images(run.config)
        changes = task.checked_changes(run.schema, request)
        round_trip = task.scaled(run, loading.load(run), changes, TRAINING)
        rows.append([next(round_trip(original)) for original in originals])
    cells = [_fitted(image) for row in rows for image in row]
    return images.grid(cells, len(files), labels, [file.stem for file in files])


def _read(file: Path) -> np.ndarray:
    try:
        return np.asarray(decoding.read(file))
    except InvalidInput as reason:
        raise InvalidInput(f"{file} {reason}") from reason


def _fitted(image: np.ndarray) -> np.ndarray:
    """An image inside of a white square."""
    return np.asarray(ImageOps.pad(Image.fromarray(image), (_SIDE, _SIDE), color="white"))
