"""kerasgan sample"""

import math
from pathlib import Path

import click
from PIL import Image

from kerasgan.attributes import Vocabulary, Wanted, parse_list
from kerasgan.errors import Refused

_GRID_COUNT, _LIST_COUNT = 16, 5
_ENDINGS = (".png", ".jpg", ".jpeg", ".webp")


@click.command()
@click.option("--run", help="A path, number or name.  [default: the newest run]")
@click.option("--hair", help="Hair colour; without it, all that the run's data has.")
@click.option("--eyes", help="Eye colour; without it, all that the run's data has.")
@click.option(
    "-n",
    "--count",
    type=click.IntRange(min=1),
    help=f"Pictures of the hair and eyes, frames of --interpolate [default: {_GRID_COUNT}], or "
    f"pictures of each line of --text [default: {_LIST_COUNT}].",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0, max=2**63 - 2**32),
    default=0,
    show_default=True,
    help="Picture i has the seed SEED + i.",
)
@click.option("--sigma", type=click.FloatRange(min=0), help="Noise.  [default: the run's]")
@click.option("--separate", is_flag=True, help="A file for each picture, in the folder --out.")
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
@click.option("--out", type=click.Path(path_type=Path), help="The picture; or the folder.")
def sample(run, hair, eyes, count, seed, sigma, separate, text, interpolate, out) -> None:
    """Draw faces with hair and eyes of the wanted colours, or the sheet of all colours."""
    _refuse_wrong_mixtures(hair, eyes, count, separate, text, interpolate)
    count = count or (_LIST_COUNT if text else _GRID_COUNT)
    name = "-".join(filter(None, (hair, eyes))) or "sheet"
    if text or separate:
        out = out or Path(f"{text.stem if text else name}-samples")
    else:
        out = out or Path(f"{name}-seed{seed}.png")
        _refuse_wrong_ending(out, interpolate)

    from kerasgan import files, runs

    found = runs.find(run)
    for kind, colour in (("hair", hair), ("eyes", eyes)):
        if colour is not None:
            found.vocabulary.index(kind, colour)
    wanted, problems = _read_list(text, found.vocabulary) if text else ([], [])
    files.check_writable(out if text or separate else out.parent)

    from kerasgan import images, sampling

    sampler = sampling.Sampler(found, sampling.load_generator(found), sigma)
    click.echo(f"run: {found.path}")
    if text:
        for number, *pair in wanted:
            for index, face in enumerate(sampler.pictures([pair] * count, seed), start=1):
                images.save(Image.fromarray(face), out / f"sample_{number}_{index}.png")
    elif separate:
        for index, face in enumerate(sampler.pictures([(hair, eyes)] * count, seed)):
            images.save(Image.fromarray(face), out / f"{name}-seed{seed + index}.png")
    elif interpolate:
        faces = sampler.walk((hair, eyes), seed, count)
        if out.suffix.lower() == ".gif":
            images.save_gif(faces, out)
        else:
            images.save(images.grid(faces, len(faces)), out)
    elif hair and eyes:
        faces = sampler.pictures([(hair, eyes)] * count, seed)
        images.save(images.grid(faces, math.ceil(count**0.5)), out)
    else:
        images.save(sampler.sheet(seed, hair and [hair], eyes and [eyes]), out)
    click.echo(f"wrote {out}")
    for problem in problems:
        click.echo(f"{text}: {problem}", err=True)
    if problems:
        click.get_current_context().exit(1)


def _refuse_wrong_mixtures(hair, eyes, count, separate, text, interpolate) -> None:
    if sum((separate, text is not None, interpolate)) > 1:
        raise Refused("--separate, --text and --interpolate exclude one another")
    if text and (hair or eyes):
        raise Refused("--text names the colours itself: leave out --hair and --eyes")
    if not (text or (hair and eyes)) and (separate or interpolate or count):
        raise Refused("-n, --separate and --interpolate need both --hair and --eyes, or --text")


def _refuse_wrong_ending(out: Path, interpolate: bool) -> None:
    allowed = _ENDINGS + ((".gif",) if interpolate else ())
    if out.suffix.lower() not in allowed:
        raise Refused(f"--out {out} has the ending {out.suffix!r}; allowed: {', '.join(allowed)}")


def _read_list(text: Path, vocabulary: Vocabulary) -> tuple[list[Wanted], list[str]]:
    wanted, problems = parse_list(text.read_text(errors="replace"), vocabulary)
    if not wanted:
        raise Refused(f"{text} has no line that can be drawn; {'; '.join(problems[:3])}")
    return wanted, problems
