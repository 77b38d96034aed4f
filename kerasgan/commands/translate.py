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
@options.run("the newest run that translates")
@click.option("--to", type=click.Choice(["a", "b"]), help="cyclegan: the domain.  [default: b]")
@click.option("--hair", type=str.lower, metavar="COLOUR", help="stargan: the hair colour.")
@click.option("--eyes", type=str.lower, metavar="COLOUR", help="stargan: the eye colour.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=0|1",
    help="stargan: an attribute; may be repeated.",
)
@click.option("--triptych", is_flag=True, help="Write original, translated and translated back.")
@options.checkpoint
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder of PNGs.")
def translate(inputs, run, to, hair, eyes, settings, triptych, checkpoint, out) -> None:
    """Translate images, files and whole folders INPUT, into the folder OUT, at their own size.

    Labels that no option names stay as the model reads them off the image.
    """
    from kerasgan.runs import lookup
    from kerasgan.utils import files

    found = lookup.run(run, TranslationConfig)

    from kerasgan import tasks
    from kerasgan.inference import folders, sampling
    from kerasgan.inference.image_to_image import EditRequest

    task = tasks.of(found.config)
    given = {"--to": to, "--hair": hair, "--eyes": eyes, "--set": settings}
    _check_options(found, given, task.options(found.vocabulary))
    colours = {name: colour for name, colour in (("hair", hair), ("eyes", eyes)) if colour}
    request = EditRequest(to, colours, dict(map(_setting, settings)))
    changes = task.changes(found.vocabulary, request)
    if not changes:
        allowed = ", ".join(task.options(found.vocabulary))
        raise InvalidInput(f"nothing to change; allowed: {allowed}")
    files.check_writable(out)
    targets = folders.targets(inputs, out)
    model = sampling.load(found, checkpoint)
    messages.tell(f"run: {found.name}")
    steps = task.steps(task.translator(found, model), changes)
    problems = folders.translate(targets, steps, triptych)
    messages.tell(f"wrote {len(targets) - len(problems)} images to {out}")
    for file, reason in problems.items():
        messages.tell(f"left out {printable(file)}: it {reason}", err=True)
    if problems:
        messages.tell(f"left out {len(problems)} of {len(targets)} images", err=True)
        click.get_current_context().exit(1)


def _check_options(run, given: dict[str, object], allowed: tuple[str, ...]) -> None:
    for option, value in given.items():
        if value and option not in allowed:
            raise InvalidInput(
                f"{option} does not apply to {run.name}, a run of {run.config.MODEL}; "
                f"allowed: {', '.join(allowed)}"
            )


def _setting(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    if value not in ("0", "1"):
        raise InvalidInput(f"--set {text!r} must be NAME=0 or NAME=1, got {value!r}")
    return name, float(value)
