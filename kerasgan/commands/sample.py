"""kerasgan sample"""

import math
import re
from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options
from kerasgan.configs.generation import GenerationConfig
from kerasgan.labels import SampleRequest, parse_list
from kerasgan.utils.errors import InvalidInput

_GRID_COUNT, _LIST_COUNT = 16, 5
_ENDINGS = (".png", ".jpg", ".jpeg", ".webp")


@click.command()
@options.run("the newest run that draws")
@click.option(
    "--hair",
    type=str.lower,
    metavar="COLOUR",
    help="Hair colour; without it, all that the run's data has, or random ones, see -n.",
)
@click.option(
    "--eyes",
    type=str.lower,
    metavar="COLOUR",
    help="Eye colour; without it, all that the run's data has, or random ones, see -n.",
)
@click.option(
    "-n",
    "--count",
    type=click.IntRange(min=1),
    help="Images, in a grid or with --separate, and frames of --interpolate [default: "
    f"{_GRID_COUNT}]; images of each line of --text [default: {_LIST_COUNT}]. Without --hair or "
    "--eyes each image has a random one, out of the pairs that the run's data has.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0, max=2**63 - 2**32),
    default=0,
    show_default=True,
    help="Image i has the seed SEED + i, which chooses its noise and its random colours.",
)
@click.option("--sigma", type=click.FloatRange(min=0), help="Noise.  [default: the run's]")
@click.option("--separate", is_flag=True, help="A file for each image, in the folder --out.")
@click.option(
    "--text",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Draw a list of lines such as '1,blue hair red eyes' as sample_<id>_<n>.png.",
)
@click.option(
    "--interpolate",
    is_flag=True,
    help="Walk from the noise of SEED to that of SEED + 1: a row, or a GIF by --out's ending.",
)
@options.checkpoint
@click.option("--out", type=click.Path(path_type=Path), help="The image; or the folder.")
def sample(run, hair, eyes, count, seed, sigma, separate, text, interpolate, checkpoint, out):
    """Draw faces of the wanted hair and eyes.

    Without both, the sheet of all colours; with -n or --separate, faces of random colours:
    `-n 36` is a grid of 36, `-n 2000 --separate` a folder of 2,000 files.
    """
    if sum((separate, text is not None, interpolate)) > 1:
        raise InvalidInput("--separate, --text and --interpolate exclude one another")
    if out and not (text or separate):
        _refuse_wrong_ending(out, interpolate)

    from kerasgan.runs import lookup
    from kerasgan.utils import files

    found = lookup.run(run, GenerationConfig)
    is_free = not found.config.CONDITIONS
    is_sheet = not (text or separate or interpolate or count or is_free or (hair and eyes))
    _refuse_unknown(found, hair, eyes, text)
    if interpolate and not (is_free or (hair and eyes)):
        raise InvalidInput("--interpolate needs both --hair and --eyes")
    wanted, problems = _read_list(text, found) if text else ([], [])
    count = count or (_LIST_COUNT if text else _GRID_COUNT)
    name = "-".join(filter(None, (hair, eyes))) or ("sheet" if is_sheet else "faces")
    if text or separate:
        out = out or Path(f"{text.stem if text else name}-samples")
    else:
        out = out or Path(f"{name}-seed{seed}.png")
    files.check_writable(out if text or separate else out.parent)

    from kerasgan.inference import sampling
    from kerasgan.utils import images

    sampler = sampling.Sampler(found, sampling.load(found, checkpoint).sampling_generator, sigma)
    messages.tell(f"run: {found.name}")
    if text:
        _draw_list(sampler, wanted, count, seed, out)
    elif interpolate:
        images.save_row(sampler.walk(sampling.ANY if is_free else (hair, eyes), seed, count), out)
    elif is_sheet:
        images.save(sampler.sheet(seed, hair and [hair], eyes and [eyes]), out)
    else:
        choices = [sampling.ANY] if is_free else found.vocabulary.with_colours(hair, eyes)
        pairs = [sampling.pair_of(choices, seed + index) for index in range(count)]
        if separate:
            _draw_files(sampler, pairs, seed, out)
        else:
            grid = images.grid(sampler.pictures(pairs, seed), math.ceil(count**0.5))
            images.save(grid, out)
    messages.tell(f"wrote {out}")
    for problem in problems:
        messages.tell(f"{text}: {problem}", err=True)
    if problems:
        click.get_current_context().exit(1)


def _draw_files(sampler, pairs: list[tuple[str, str]], seed: int, out: Path) -> None:
    from PIL import Image

    from kerasgan.utils import images, progress

    faces = progress.bar(
        sampler.each(pairs, seed), desc="Drawing", total=len(pairs), unit=" images"
    )
    for index, (pair, face) in enumerate(zip(pairs, faces, strict=True)):
        # Colours are whatever config.json says.
        colours = re.sub(r"[^\w.-]+", "_", "-".join(filter(None, pair)))[:100] or "faces"
        images.save(Image.fromarray(face), out / f"{colours}-seed{seed + index}.png")


def _draw_list(sampler, wanted: list[SampleRequest], count: int, seed: int, out: Path) -> None:
    from PIL import Image

    from kerasgan.utils import images

    for number, *pair in wanted:
        for index, face in enumerate(sampler.each([pair] * count, seed), start=1):
            images.save(Image.fromarray(face), out / f"sample_{number}_{index}.png")


def _refuse_unknown(found, hair: str | None, eyes: str | None, text: Path | None) -> None:
    if not found.config.CONDITIONS and (hair or eyes or text):
        raise InvalidInput(
            f"{found.name} is a run of {found.config.MODEL}, which knows no colours: leave out "
            "--hair, --eyes and --text"
        )
    if text and (hair or eyes):
        raise InvalidInput("--text names the colours itself: leave out --hair and --eyes")
    for kind, colour in (("hair", hair), ("eyes", eyes)):
        if colour is not None:
            found.vocabulary.index(kind, colour)
    if hair and eyes and "pair" in found.config.CONDITIONS:
        found.vocabulary.pair_index(hair, eyes)


def _refuse_wrong_ending(out: Path, interpolate: bool) -> None:
    allowed = _ENDINGS + ((".gif",) if interpolate else ())
    if out.suffix.lower() not in allowed:
        raise InvalidInput(
            f"--out {out} has the ending {out.suffix!r}; allowed: {', '.join(allowed)}"
        )


def _read_list(text: Path, found) -> tuple[list[SampleRequest], list[str]]:
    vocabulary = found.vocabulary
    check = vocabulary.pair_index if "pair" in found.config.CONDITIONS else vocabulary.indices
    wanted, problems = parse_list(text.read_text(errors="replace"), check)
    if not wanted:
        raise InvalidInput(f"{text} has no line that can be drawn; {'; '.join(problems[:3])}")
    return wanted, problems
