"""Figures of the course reports, from the runs of an experiment. Each writes a PNG file."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kerasgan import tasks
from kerasgan.experiments import chosen_images
from kerasgan.experiments.comparison import RunResults, by_setting, figure
from kerasgan.inference import loading
from kerasgan.inference.image_to_image import EditRequest, other_domain
from kerasgan.reporting import html_page
from kerasgan.utils import images
from kerasgan.utils.errors import InvalidInput

log = logging.getLogger(__name__)

_COLUMNS = 12


def requested(
    compared: Sequence[RunResults], folder: Path, labels: Sequence[Mapping[str, str]]
) -> list[str]:
    """A row of images with these labels for each setting, from the same noise.

    Args:
        labels: of each image, {name: value}.

    Returns:
        The figure as HTML; none if the data of a run lacks a label or value.
    """
    cells = []
    for results, *_ in by_setting(compared).values():
        try:
            indices = np.array([results.run.schema.indices(values) for values in labels])
        except InvalidInput as error:
            log.warning("no figure of the report's labels: %s", error)
            return []
        cells.extend(loading.load(results.run).sampler().generate(indices, seed=0))
    captions = [" ".join(values.values()) for values in labels]
    sheet = images.grid(cells, len(labels), [*by_setting(compared)], captions)
    return [figure(sheet, folder / "requested.png")]


def combinations(compared: Sequence[RunResults], folder: Path, setting: str) -> list[str]:
    """Images of all combinations of labels in the data, by number, and the key of the numbers.

    The number of an image is that of its row plus that of its column, both counted from 0.

    Returns:
        The figure and the key as HTML.
    """
    run = by_setting(compared)[setting][0].run
    indices = np.array(run.schema.combinations)
    generated = loading.load(run).sampler().generate(indices, seed=0)
    first = range(0, len(indices), _COLUMNS)
    sheet = images.grid(
        generated, _COLUMNS, [*map(str, first)], [*map(str, range(min(_COLUMNS, len(indices))))]
    )
    key = [f"{number}: {' '.join(run.schema.captions(row))}" for number, row in enumerate(indices)]
    return [figure(sheet, folder / "combinations.png"), html_page.folded("key", key)]


def translations(compared: Sequence[RunResults], folder: Path, photos: Sequence[Path]) -> list[str]:
    """For each direction a column per photo: the photo, then its translation by each setting.

    Returns:
        The figures as HTML.

    Raises:
        InvalidInput: if a file cannot be read.
    """
    runs = [results.run for results, *_ in by_setting(compared).values()]
    parts = []
    for domain in tasks.of_images(runs[0].config).domains:
        sheet = chosen_images.sheet(runs, photos, EditRequest(domain))
        name = f"photos, {other_domain(domain)} to {domain}.png"
        parts.append(figure(sheet, folder / name))
    return parts
