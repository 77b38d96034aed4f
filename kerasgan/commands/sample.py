"""kerasgan sample"""

import math
import re
from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options
from kerasgan.configs.generation import GenerationConfig
from kerasgan.labels import SampleRequest, parse_requests
from kerasgan.utils.errors import InvalidInput

_GRID_COUNT, _LIST_COUNT = 16, 5
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


@click.command()
@options.run("the newest generation run, else the bundled one")
@options.checkpoint
@click.option(
    "--hair",
    type=str.lower,
    metavar="COLOUR",
    help="Hair colour.  [default: all in the data, or random ones with -n]",
)
@click.option(
    "--eyes",
    type=str.lower,
    metavar="COLOUR",
    help="Eye colour.  [default: all in the data, or random ones with -n]",
)
@click.option(
    "-n",
    "--count",
    type=click.IntRange(min=1),
    help="Number of images in a grid or with --separate, of frames with --interpolate [default: "
    f"{_GRID_COUNT}], of images per line with --text [default: {_LIST_COUNT}]. Without --hair or "
    "--eyes, each image has a random pair of colours from the data.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0, max=2**63 - 2**32),
    default=0,
    show_default=True,
    help="Seed of the noise and random colours; image i has the seed SEED + i.",
)
@click.option(
    "--sigma",
    type=click.FloatRange(min=0),
    help="Standard deviation of the noise.  [default: as in training]",
)
@click.option("--separate", is_flag=True, help="Write one file per image to the folder OUT.")
@click.option(
    "--text",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Generate a list of lines such as '1,blue hair red eyes', as sample_<id>_<n>.png.",
)
@click.option(
    "--interpolate",
    is_flag=True,
    help="Interpolate between the noise of SEED and SEED + 1, as a row or, if OUT ends in .gif, "
    "an animation.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Image file, or folder of files.")
def sample(run, checkpoint, hair, eyes, count, seed, sigma, separate, text, interpolate, out):
    """Generate images with the given hair and eyes.

    Without both, this is a sheet of all colours. With -n or --separate, colours are random: `-n 36`
    is a grid of 36 images, `-n 2000 --separate` a folder of 2,000 files.
    """
    _check_output(out, text, separate, interpolate)

    from kerasgan.runs import lookup
    from kerasgan.utils import files

    run = lookup.run(run, GenerationConfig)
    _check_colours(run, hair, eyes, text, interpolate)
    requests, problems = _read_requests(text, run) if text else ([], [])
    has_choice = run.config.CONDITIONS and not (hair and eyes)
    is_sheet = has_choice and not (text or separate or interpolate or count)
    count = count or (_LIST_COUNT if text else _GRID_COUNT)
    name = "-".join(filter(None, (hair, eyes))) or ("sheet" if is_sheet else "faces")
    is_folder = bool(text or separate)
    default = f"{text.stem if text else name}-samples" if is_folder else f"{name}-seed{seed}.png"
    out = out or Path(default)
    files.check_writable(out if is_folder else out.parent)

    sampler = _load_sampler(run, checkpoint, sigma)
    messages.tell(f"run: {run.name}")
    if text:
        _write_requests(sampler, requests, count, seed, out)
    elif interpolate:
        _write_interpolation(sampler, (hair or "", eyes or ""), seed, count, out)
    elif is_sheet:
        _write_sheet(sampler, hair, eyes, seed, out)
    else:
        pairs = _choose_pairs(run, hair, eyes, seed, count)
        (_write_files if separate else _write_grid)(sampler, pairs, seed, out)
    messages.tell(f"wrote {out}")
    for problem in problems:
        messages.tell(f"{text}: {problem}", err=True)
    if problems:
        click.get_current_context().exit(1)


def _check_output(out: Path | None, text: Path | None, separate: bool, interpolate: bool) -> None:
    if sum((separate, text is not None, interpolate)) > 1:
        raise InvalidInput("--separate, --text and --interpolate exclude one another")
    allowed = _SUFFIXES + ((".gif",) if interpolate else ())
    if out and not (text or separate) and out.suffix.lower() not in allowed:
        raise InvalidInput(f"--out must end in {', '.join(allowed)}, got {out}")


def _check_colours(
    run, hair: str | None, eyes: str | None, text: Path | None, interpolate: bool
) -> None:
    names = run.config.CONDITIONS
    if not names and (hair or eyes or text):
        raise InvalidInput(
            f"{run.name} is a run of {run.config.MODEL}, which has no conditions: leave out "
            "--hair, --eyes and --text"
        )
    if text and (hair or eyes):
        raise InvalidInput("--text and --hair or --eyes exclude one another")
    if interpolate and names and not (hair and eyes):
        raise InvalidInput("--interpolate needs both --hair and --eyes")
    for kind, colour in (("hair", hair), ("eyes", eyes)):
        if colour is not None:
            run.vocabulary.index(kind, colour)
    if hair and eyes and "pair" in names:
        run.vocabulary.pair_index(hair, eyes)


def _read_requests(text: Path, run) -> tuple[list[SampleRequest], list[str]]:
    vocabulary = run.vocabulary
    check = vocabulary.pair_index if "pair" in run.config.CONDITIONS else vocabulary.indices
    requests, problems = parse_requests(text.read_text(errors="replace"), check)
    if not requests:
        raise InvalidInput(f"{text} has no valid line; {'; '.join(problems[:3])}")
    return requests, problems


def _load_sampler(run, checkpoint: str, sigma: float | None):
    from kerasgan.inference import sampling

    generator = sampling.load(run, checkpoint).sampling_generator
    return sampling.Sampler(generator, run.vocabulary, run.config.sigma if sigma is None else sigma)


def _choose_pairs(
    run, hair: str | None, eyes: str | None, seed: int, count: int
) -> list[tuple[str, str]]:
    from kerasgan.inference import sampling

    if not run.config.CONDITIONS:
        return [sampling.UNCONDITIONAL] * count
    pairs = run.vocabulary.matching_pairs(hair, eyes)
    return [sampling.choose_pair(pairs, seed + index) for index in range(count)]


def _write_sheet(sampler, hair: str | None, eyes: str | None, seed: int, out: Path) -> None:
    from kerasgan.utils import images

    images.save(sampler.sheet(seed, hair and [hair], eyes and [eyes]), out)


def _write_grid(sampler, pairs: list[tuple[str, str]], seed: int, out: Path) -> None:
    from kerasgan.utils import images

    images.save(images.grid(sampler.generate(pairs, seed), math.ceil(len(pairs) ** 0.5)), out)


def _write_files(sampler, pairs: list[tuple[str, str]], seed: int, out: Path) -> None:
    from PIL import Image

    from kerasgan.utils import images, progress

    generated = progress.bar(
        sampler.iterate(pairs, seed), desc="Generating", total=len(pairs), unit=" images"
    )
    for index, (pair, image) in enumerate(zip(pairs, generated, strict=True)):
        # A config.json from elsewhere may contain any text as a colour, such as "../..".
        colours = re.sub(r"[^\w.-]+", "_", "-".join(filter(None, pair)))[:100] or "faces"
        images.save(Image.fromarray(image), out / f"{colours}-seed{seed + index}.png")


def _write_requests(
    sampler, requests: list[SampleRequest], count: int, seed: int, out: Path
) -> None:
    from PIL import Image

    from kerasgan.utils import images

    for number, *pair in requests:
        for index, image in enumerate(sampler.iterate([pair] * count, seed), start=1):
            images.save(Image.fromarray(image), out / f"sample_{number}_{index}.png")


def _write_interpolation(sampler, pair: tuple[str, str], seed: int, count: int, out: Path) -> None:
    import numpy as np

    from kerasgan.utils import images

    positions = np.linspace(0.0, 1.0, count)
    images.save_row(sampler.interpolate(pair, (seed, seed + 1), positions), out)
