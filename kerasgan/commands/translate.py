"""kerasgan translate"""

from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options
from kerasgan.configs.translation import TranslationConfig
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.printing import printable


@click.command()
@click.argument(
    "inputs",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="INPUT...",
)
@options.run("the newest translation run, else the bundled one")
@options.checkpoint
@click.option("--to", type=click.Choice(["a", "b"]), help="cyclegan: target domain.  [default: b]")
@click.option("--hair", type=str.lower, metavar="COLOUR", help="stargan: new hair colour.")
@click.option("--eyes", type=str.lower, metavar="COLOUR", help="stargan: new eye colour.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=0|1",
    help="stargan: new value of an attribute; repeatable.",
)
@click.option("--triptych", is_flag=True, help="Write original, translated and back, side by side.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder for the PNG files."
)
def translate(inputs, run, checkpoint, to, hair, eyes, settings, triptych, out) -> None:
    """Translate or edit image files and folders, at their own size.

    StarGAN's discriminator reads labels without an option off the image, and they are kept.
    """
    from kerasgan.runs import lookup
    from kerasgan.utils import files

    run = lookup.run(run, TranslationConfig)

    from kerasgan import tasks
    from kerasgan.inference import folders, sampling
    from kerasgan.inference.image_to_image import EditRequest

    task = tasks.of(run.config)
    given = {"--to": to, "--hair": hair, "--eyes": eyes, "--set": settings}
    allowed = task.options(run.vocabulary)
    _check_options(run, given, allowed)
    colours = {name: colour for name, colour in (("hair", hair), ("eyes", eyes)) if colour}
    request = EditRequest(to, colours, dict(map(_parse_setting, settings)))
    changes = task.changes(run.vocabulary, request)
    if not changes:
        raise InvalidInput(f"nothing to change; allowed: {', '.join(allowed)}")
    files.check_writable(out)
    output_files = folders.output_files(inputs, out)
    model = sampling.load(run, checkpoint)
    messages.tell(f"run: {run.name}")
    round_trip = task.round_trip(task.translator(run, model), changes)
    problems = folders.translate_files(output_files, round_trip, triptych)
    messages.tell(f"wrote {len(output_files) - len(problems)} images to {out}")
    for file, reason in problems.items():
        messages.tell(f"left out {printable(file)}: it {reason}", err=True)
    if problems:
        messages.tell(f"left out {len(problems)} of {len(output_files)} images", err=True)
        click.get_current_context().exit(1)


def _check_options(run, given: dict[str, object], allowed: tuple[str, ...]) -> None:
    for option, value in given.items():
        if value and option not in allowed:
            raise InvalidInput(
                f"{option} does not apply to this run of {run.config.MODEL}; "
                f"allowed: {', '.join(allowed)}"
            )


def _parse_setting(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    if value not in ("0", "1"):
        raise InvalidInput(f"--set {text!r} must be NAME=0 or NAME=1, got {value!r}")
    return name, float(value)
