"""The plans of `kerasgan sample`: what its options, or a file's record, ask for."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from kerasgan.commands import options
from kerasgan.configs.generation import GenerationConfig
from kerasgan.inference.requests import MOST_IN_FILE, SampleRequest, check_combination, read
from kerasgan.labels import MISSING, LabelSchema
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput

GRID_COUNT, LIST_COUNT = 16, 5
# Options that are no part of an image's record.
_BESIDE_LIKE = {"like", "run", "checkpoint", "form", "out", "open_output"}


class Choices(NamedTuple):
    """The options that choose the images, as they are given."""

    values: dict[str, str]
    rows: str | None
    columns: str | None
    count: int | None
    grid: tuple[int, int] | None
    seed: int
    separate: bool
    text: Path | None
    interpolate: bool

    @property
    def is_folder(self) -> bool:
        """Whether each image is a file."""
        return self.separate or self.text is not None

    @property
    def has_axes(self) -> bool:
        """Whether a sheet is asked for."""
        return bool(self.rows or self.columns)

    @property
    def number(self) -> int:
        """Number of images, with --text per line."""
        default = LIST_COUNT if self.text else GRID_COUNT
        return self.count or (math.prod(self.grid) if self.grid else default)


class Plan(NamedTuple):
    """What to generate, and by what.

    Attributes:
        request: its `write` generates and writes the images.
        out: file or folder, by default.
        step: that the checkpoint must have; None for any.
        original: pixels of the image that is generated again, to compare with.
        problems: lines of a list that are left out.
    """

    run: Run
    checkpoint: str
    sigma: float | None
    request: Any
    out: Path
    step: int | None = None
    original: bytes | None = None
    problems: Sequence[str] = ()


def of_options(
    choices: Choices, run: str | None, checkpoint: str, sigma: float | None, suffix: str
) -> Plan:
    """The plan that these options ask for, with output files of this suffix.

    Raises:
        InvalidInput: if an option is impossible or excludes another.
    """
    from kerasgan.runs import lookup

    _check_choices(choices)
    wanted = [*choices.values, *filter(None, (choices.rows, choices.columns))]
    found = lookup.run(run, GenerationConfig, labels=wanted)
    _check_labels(found, wanted, choices.text)
    _check_values(found, choices)
    requests, problems = read(choices.text, found) if choices.text else ([], [])
    request, out = _request(choices, found.conditions, requests, suffix)
    return Plan(found, checkpoint, sigma, request, out, problems=problems)


def _request(
    choices: Choices, schema: LabelSchema, requests: list[SampleRequest], suffix: str
) -> tuple[Any, Path]:
    """What generates and writes, and the name of its file or folder."""
    from kerasgan.inference import generated, generated_folders

    indices = schema.indices(choices.values)
    seed, count = choices.seed, choices.number
    labels = generated.as_texts(schema.values(indices))
    name = generated_folders.file_name(schema.captions(indices))
    if choices.text:
        listed = generated_folders.ListedFiles(requests, seed, count, suffix)
        return listed, Path(f"{choices.text.stem}-samples")
    if choices.separate:
        files = generated_folders.Files(seed, labels, count, suffix)
        return files, Path(f"{name or 'images'}-samples")
    file = Path(f"{name or 'images'}-seed{seed}{suffix}")
    if choices.interpolate:
        return generated.Interpolation(seed=seed, labels=labels, count=count), file
    if choices.has_axes or not (choices.count or choices.grid or MISSING not in indices):
        axes = {"row_label": choices.rows, "column_label": choices.columns}
        axes = {axis: label and schema.label(label).name for axis, label in axes.items()}
        sheet = generated.Sheet(seed=seed, labels=labels, **axes)
        return sheet, Path(f"{name or 'sheet'}-seed{seed}{suffix}")
    columns = choices.grid[0] if choices.grid else generated.Grid.square(count)
    return generated.Grid(seed=seed, labels=labels, count=count, columns=columns), file


def of_record(like: Path, run: str | None, checkpoint: str, suffix: str) -> Plan:
    """The plan of the record in the file `like`, by its run or another.

    Raises:
        InvalidInput: if the file has no usable record, or another option is given.
    """
    context = click.get_current_context()
    given = options.given(context, context.params)
    if others := given.keys() - _BESIDE_LIKE:
        names = [param.opts[0] for param in context.command.params if param.name in others]
        raise InvalidInput(f"--like excludes {', '.join(names)}, which the record in {like} has")

    from kerasgan.datasets import decoding
    from kerasgan.inference import sample_record
    from kerasgan.runs import lookup

    source, image = sample_record.read(like)
    found = lookup.run(source.run if run is None else run, GenerationConfig)
    out = Path(f"{like.stem}-again{suffix}")
    if run is not None or "checkpoint" in given:
        return Plan(found, checkpoint, source.sigma, image, out)
    pixels = decoding.read(like).tobytes()
    return Plan(found, source.checkpoint, source.sigma, image, out, source.step, pixels)


def _check_choices(choices: Choices) -> None:
    if sum((choices.separate, choices.text is not None, choices.interpolate)) > 1:
        raise InvalidInput("--separate, --text and --interpolate exclude one another")
    is_no_grid = choices.is_folder or choices.interpolate
    if choices.has_axes and (is_no_grid or choices.count or choices.grid):
        raise InvalidInput(
            "--rows and --columns exclude -n, --grid, --separate, --text and --interpolate"
        )
    if choices.grid and is_no_grid:
        raise InvalidInput("--grid excludes --separate, --text and --interpolate")
    if choices.grid and choices.count not in (None, math.prod(choices.grid)):
        columns, rows = choices.grid
        raise InvalidInput(
            f"-n must be the {columns * rows} images of --grid {columns}x{rows}, got "
            f"{choices.count}; -n can be left out"
        )
    if choices.number > MOST_IN_FILE and not choices.is_folder:
        raise InvalidInput(
            f"{choices.number:,} images; one file holds {MOST_IN_FILE:,} images: --separate"
        )


def _check_labels(run, wanted: list[str], text: Path | None) -> None:
    if not run.conditions.labels and (wanted or text):
        raise InvalidInput(
            f"{run.name} is a run of {run.config.MODEL} without labels: leave out --text and "
            f"{', '.join(wanted) or 'labels'}"
        )
    if text and wanted:
        raise InvalidInput(f"--text and labels exclude one another, got {', '.join(wanted)} too")


def _check_values(run, choices: Choices) -> None:
    schema = run.conditions
    choice = schema.choice(choices.values)
    missing = [name for name in schema.names if name not in choice]
    if choices.interpolate and missing:
        raise InvalidInput(
            f"--interpolate needs a value of each label, and lacks {', '.join(missing)}"
        )
    if not choices.text:
        check_combination(run, choice)
