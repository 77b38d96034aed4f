"""kerasgan sample"""

import logging
import sys
from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options, parameter_types, sample_plans
from kerasgan.commands.sample_plans import GRID_COUNT, LIST_COUNT, Choices, Plan
from kerasgan.configs.generation import LARGEST_SIGMA
from kerasgan.inference.requests import LARGEST_SEED, MOST_IMAGES
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput

_SUFFIXES = {"png": (".png",), "jpg": (".jpg", ".jpeg"), "webp": (".webp",)}

log = logging.getLogger(__name__)


@click.command()
@options.run("the newest generation run, else the bundled one")
@options.checkpoint
@options.label_values
@click.option("--rows", metavar="LABEL", help="Label whose values are the rows of the sheet.")
@click.option("--columns", metavar="LABEL", help="Label whose values are its columns.")
@click.option(
    "-n",
    "--count",
    type=click.IntRange(min=1, max=MOST_IMAGES),
    help="Number of images in a grid or with --separate, of frames with --interpolate [default: "
    f"{GRID_COUNT}], of images per line with --text [default: {LIST_COUNT}]. Each image "
    "has a random combination in the data of the labels that are not set.",
)
@click.option(
    "--grid",
    type=parameter_types.GridType(),
    help="Columns and rows of a grid, such as 8x4, which also set -n.  [default: a square]",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0, max=LARGEST_SEED),
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
@click.option(
    "--like",
    type=parameter_types.FilePath(exists=True, dir_okay=False),
    metavar="FILE",
    help="Generate the image in FILE again, a PNG file by this command, from its record of run, "
    "checkpoint, labels and seed. --run and --checkpoint replace those of the record.",
)
@click.option(
    "--format",
    "form",
    type=parameter_types.Choice(list(_SUFFIXES)),
    help="Format of the files in a folder, or of the file that is written without --out.  "
    "[default: png]",
)
@click.option("--out", type=parameter_types.FilePath(), help="Image file, or folder of files.")
@options.open_output
def sample(run, checkpoint, sigma, like, form, out, open_output, **chosen):
    """Generate images with the given labels.

    Without all labels, this is a sheet of two labels' values. With -n or --separate, the other
    labels are random: `-n 36` is a grid of 36 images, `-n 2000 --separate` a folder of 2,000 files.
    """
    choices = Choices(**chosen)
    _check_output(out, form, choices)
    suffix = f".{form or 'png'}"
    if like is None:
        plan = sample_plans.of_options(choices, run, checkpoint, sigma, suffix)
    else:
        plan = sample_plans.of_record(like, run, checkpoint, suffix)
    out = out or plan.out
    (files.check_writable if choices.is_folder else files.check_file)(out)
    sampler, source = _load(plan)
    messages.echo(f"run: {plan.run.name}")
    plan.request.write(sampler, source, out)
    messages.echo(f"wrote {out}")
    if plan.original is not None:
        _compare(plan.original, out)
    if open_output:
        messages.open_output(out)
    for problem in plan.problems:
        messages.echo(f"{choices.text}: {problem}", err=True)
    if plan.problems:
        sys.exit(1)


def _check_output(out: Path | None, form: str | None, choices: Choices) -> None:
    if out is None or choices.is_folder:
        return
    known = [suffix for suffixes in _SUFFIXES.values() for suffix in suffixes]
    allowed = [*known, *([".gif"] if choices.interpolate else [])]
    if out.suffix.lower() not in allowed:
        raise InvalidInput(f"--out must end in {', '.join(allowed)}, got {out}")
    if form and out.suffix.lower() not in _SUFFIXES[form]:
        raise InvalidInput(
            f"--out must end in {' or '.join(_SUFFIXES[form])} with --format {form}, got {out}"
        )


def _load(plan: Plan):
    """The sampler of the run's checkpoint, and the `Source` of its images."""
    from kerasgan.inference import loading
    from kerasgan.inference.generated import Source
    from kerasgan.runs import checkpoints

    step, arrays = checkpoints.load(plan.run, plan.checkpoint)
    if plan.step not in (None, step):
        raise InvalidInput(
            f"checkpoint {plan.checkpoint} of {plan.run.name} must be of step {plan.step}, as in "
            f"the image's record, got {step}"
        )
    sampler = loading.from_arrays(plan.run, arrays).sampler(plan.sigma)
    name = checkpoints.BEST if plan.checkpoint == checkpoints.BEST else str(step)
    return sampler, Source(plan.run.name, name, step, sampler.sigma)


def _compare(original: bytes, out: Path) -> None:
    """Write a message if the image in a PNG file is not the original."""
    from kerasgan.datasets import decoding

    if out.suffix.lower() == ".png" and original != decoding.read(out).tobytes():
        log.warning(
            "%s differs from the original: its run, the machine or a package has changed", out
        )
