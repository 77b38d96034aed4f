"""kerasgan sample"""

import math
import re
from collections.abc import Mapping
from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options, parameter_types
from kerasgan.configs.generation import LARGEST_SIGMA, GenerationConfig
from kerasgan.inference.requests import SampleRequest, parse
from kerasgan.labels import LabelSchema, format_values
from kerasgan.utils.errors import InvalidInput

_GRID_COUNT, _LIST_COUNT = 16, 5
_MOST_IN_GRID = 10_000
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


@click.command()
@options.run("the newest generation run, else the bundled one")
@options.checkpoint
@options.label_values
@click.option("--rows", metavar="LABEL", help="Label whose values are the rows of the sheet.")
@click.option("--columns", metavar="LABEL", help="Label whose values are its columns.")
@click.option(
    "-n",
    "--count",
    type=click.IntRange(min=1, max=10**6),
    help="Number of images in a grid or with --separate, of frames with --interpolate [default: "
    f"{_GRID_COUNT}], of images per line with --text [default: {_LIST_COUNT}]. Each image "
    "has a random combination in the data of the labels that are not set.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0, max=2**63 - 2**32),
    default=0,
    show_default=True,
    help="Seed of the noise and random labels; image i has the seed SEED + i.",
)
@click.option(
    "--sigma",
    type=parameter_types.FiniteNumber(min=0, max=LARGEST_SIGMA),
    help="Standard deviation of the noise.  [default: as in training]",
)
@click.option("--separate", is_flag=True, help="Write one file per image to the folder OUT.")
@click.option(
    "--text",
    type=parameter_types.FilePath(exists=True, dir_okay=False),
    help="Generate a list of lines such as '1,breed=tabby,coat=short', or with the colours of a "
    "tag file, as sample_<id>_<n>.png.",
)
@click.option(
    "--interpolate",
    is_flag=True,
    help="Interpolate between the noise of SEED and SEED + 1, as a row or, if OUT ends in .gif, "
    "an animation.",
)
@click.option("--out", type=parameter_types.FilePath(), help="Image file, or folder of files.")
def sample(
    run, checkpoint, values, rows, columns, count, seed, sigma, separate, text, interpolate, out
):
    """Generate images with the given labels.

    Without all labels, this is a sheet of two labels' values. With -n or --separate, the other
    labels are random: `-n 36` is a grid of 36 images, `-n 2000 --separate` a folder of 2,000 files.
    """
    _check_output(out, text, separate, interpolate)

    from kerasgan.runs import lookup

    wanted = [*values, *filter(None, (rows, columns))]
    run = lookup.run(run, GenerationConfig, labels=wanted)
    schema = run.conditions
    _check_labels(run, wanted, text)
    choice = schema.choice(values)
    requests, problems = _read_requests(text, run) if text else ([], [])
    is_complete = len(choice) == len(schema.labels)
    _check_choice(run, choice, text, interpolate and not is_complete)
    has_axes, others = bool(rows or columns), text or separate or interpolate or count
    is_sheet = has_axes or not (is_complete or others)
    _check_axes(has_axes, others)
    count = _checked_count(count, text, separate)
    captions = schema.captions(schema.indices(values))
    name = _file_name(captions) or ("sheet" if is_sheet else "images")
    out = _checked_output(out, text, separate, name, seed)
    sampler = _load(run, checkpoint).sampler(sigma)
    messages.echo(f"run: {run.name}")
    if text:
        _write_requests(sampler, requests, count, seed, out)
    elif interpolate:
        _write_interpolation(sampler, schema.indices(values), seed, count, out)
    elif is_sheet:
        _write_sheet(sampler, choice, _name(schema, rows), _name(schema, columns), seed, out)
    else:
        labels = _random_labels(schema, choice, seed, count)
        (_write_files if separate else _write_grid)(sampler, labels, seed, out)
    messages.echo(f"wrote {out}")
    _report(text, problems)


def _load(run, checkpoint: str):
    from kerasgan.inference import loading

    return loading.load(run, checkpoint)


def _check_axes(has_axes: bool, others) -> None:
    if has_axes and others:
        raise InvalidInput("--rows and --columns exclude -n, --separate, --text and --interpolate")


def _checked_count(count: int | None, text: Path | None, separate: bool) -> int:
    count = count or (_LIST_COUNT if text else _GRID_COUNT)
    if count > _MOST_IN_GRID and not (text or separate):
        raise InvalidInput(f"-n is {count}; one file holds {_MOST_IN_GRID:,} images: --separate")
    return count


def _report(text: Path | None, problems: list[str]) -> None:
    """Print the lines of a list that were left out; exit code 1 if there are any."""
    for problem in problems:
        messages.echo(f"{text}: {problem}", err=True)
    if problems:
        click.get_current_context().exit(1)


def _checked_output(
    out: Path | None, text: Path | None, separate: bool, name: str, seed: int
) -> Path:
    """The file or folder to write, which can be written; by default one named after the images."""
    from kerasgan.utils import files

    is_folder = bool(text or separate)
    default = f"{text.stem if text else name}-samples" if is_folder else f"{name}-seed{seed}.png"
    out = out or Path(default)
    (files.check_writable if is_folder else files.check_file)(out)
    return out


def _file_name(captions: list[str]) -> str:
    # A config.json from elsewhere may contain any text as a value, such as "../..".
    return re.sub(r"[^\w.-]+", "_", "-".join(captions))[:100]


def _name(schema: LabelSchema, label: str | None) -> str | None:
    return label and schema.label(label).name


def _check_output(out: Path | None, text: Path | None, separate: bool, interpolate: bool) -> None:
    if sum((separate, text is not None, interpolate)) > 1:
        raise InvalidInput("--separate, --text and --interpolate exclude one another")
    allowed = _SUFFIXES + ((".gif",) if interpolate else ())
    if out and not (text or separate) and out.suffix.lower() not in allowed:
        raise InvalidInput(f"--out must end in {', '.join(allowed)}, got {out}")


def _check_labels(run, wanted: list[str], text: Path | None) -> None:
    if not run.conditions.labels and (wanted or text):
        raise InvalidInput(
            f"{run.name} is a run of {run.config.MODEL} without labels: leave out --text and "
            f"{', '.join(wanted) or 'labels'}"
        )
    if text and wanted:
        raise InvalidInput(f"--text and labels exclude one another, got {', '.join(wanted)} too")


def _check_choice(run, choice: dict[str, int], text: Path | None, lacks_labels: bool) -> None:
    schema = run.conditions
    if lacks_labels:
        missing = [name for name in schema.names if name not in choice]
        raise InvalidInput(
            f"--interpolate needs a value of each label, and lacks {', '.join(missing)}"
        )
    if not text and run.config.ONLY_COMBINATIONS and len(choice) == len(schema.labels):
        schema.combination_index([choice[name] for name in schema.names])


def _read_requests(text: Path, run) -> tuple[list[SampleRequest], list[str]]:
    schema = run.conditions

    def check(values: Mapping[str, str]) -> None:
        choice = schema.choice(values)
        _check_choice(run, choice, None, lacks_labels=False)
        if run.config.ONLY_COMBINATIONS and not schema.matching(choice):
            raise InvalidInput(f"no image has {format_values(values)}")

    requests, problems = parse(text.read_text(errors="replace"), check)
    if not requests:
        raise InvalidInput("; ".join([f"{text} has no valid line", *problems[:3]]))
    return requests, problems


def _random_labels(schema: LabelSchema, choice: dict[str, int], seed: int, count: int):
    from kerasgan.models import sampling

    return sampling.random_labels(schema, choice, range(seed, seed + count))


def _write_sheet(sampler, choice, rows: str | None, columns: str | None, seed: int, out: Path):
    from kerasgan.utils import images

    images.save(sampler.sheet(seed, choice=choice, rows=rows, columns=columns), out)


def _write_grid(sampler, labels, seed: int, out: Path) -> None:
    from kerasgan.utils import images

    images.save(images.grid(sampler.generate(labels, seed), math.ceil(len(labels) ** 0.5)), out)


def _write_files(sampler, labels, seed: int, out: Path) -> None:
    from PIL import Image

    from kerasgan.utils import images, progress

    generated = progress.bar(
        sampler.iterate(labels, seed), desc="Generating", total=len(labels), unit=" images"
    )
    for index, (indices, image) in enumerate(zip(labels, generated, strict=True)):
        name = _file_name(sampler.schema.captions(indices)) or "image"
        images.save(Image.fromarray(image), out / f"{name}-seed{seed + index}.png")


def _write_requests(
    sampler, requests: list[SampleRequest], count: int, seed: int, out: Path
) -> None:
    from PIL import Image

    from kerasgan.utils import images

    for number, values in requests:
        labels = _random_labels(sampler.schema, sampler.schema.choice(values), seed, count)
        for index, image in enumerate(sampler.iterate(labels, seed), start=1):
            images.save(Image.fromarray(image), out / f"sample_{number}_{index}.png")


def _write_interpolation(sampler, labels: tuple[int, ...], seed: int, count: int, out: Path):
    import numpy as np

    from kerasgan.utils import images

    positions = np.linspace(0.0, 1.0, count)
    images.save_row(sampler.interpolate(labels, (seed, seed + 1), positions), out)
