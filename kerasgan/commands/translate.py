"""kerasgan translate"""

from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options
from kerasgan.configs import CycleGANConfig
from kerasgan.configs.translation import TranslationConfig
from kerasgan.utils.errors import InvalidInput, unknown
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

    What is not asked to change is kept as the model reads it off the image.
    """
    from kerasgan.runs import lookup
    from kerasgan.utils import files

    found = lookup.run(run, TranslationConfig)
    wanted = _wanted(found, to, {"hair": hair, "eyes": eyes}, settings)
    files.check_writable(out)

    from kerasgan.inference import folders, image_to_image, sampling

    pictures = folders.targets(inputs, out)
    model = sampling.load(found, checkpoint)
    messages.tell(f"run: {found.name}")
    if isinstance(found.config, CycleGANConfig):
        translator = image_to_image.DomainTranslator(model.sampling_generator)
        steps = image_to_image.to_domain(translator, to or "b")
    else:
        steps = image_to_image.to_labels(image_to_image.Editor(model, found.vocabulary), wanted)
    problems = folders.translate(pictures, steps, triptych)
    messages.tell(f"wrote {len(pictures) - len(problems)} images to {out}")
    for picture, reason in problems.items():
        messages.tell(f"left out {printable(picture)}: it {reason}", err=True)
    if problems:
        messages.tell(f"left out {len(problems)} of {len(pictures)} images", err=True)
        click.get_current_context().exit(1)


def _wanted(
    run, to: str | None, colours: dict[str, str | None], settings: tuple[str, ...]
) -> list[tuple[str, int, float | None]]:
    """The labels to change, as `translation.changed` takes them."""
    names = run.vocabulary.attributes
    is_cyclegan = isinstance(run.config, CycleGANConfig)
    given = {f"--{kind}": colour for kind, colour in colours.items()}
    given |= {"--set": settings, "--to": to}
    allowed = ["--to"] if is_cyclegan else ["--set"] if names else ["--hair", "--eyes"]
    for option, value in given.items():
        if value and option not in allowed:
            raise InvalidInput(
                f"{run.name}, a run of {run.config.MODEL}, does not know {option}; "
                f"allowed: {', '.join(allowed)}"
            )
    wanted = [
        (kind, run.vocabulary.index(kind, colour), None)
        for kind, colour in colours.items()
        if colour
    ]
    wanted += [("attributes", *_setting(text, names)) for text in settings]
    if not (is_cyclegan or wanted):
        raise InvalidInput(f"nothing to change; allowed: {', '.join(allowed)}")
    return wanted


def _setting(text: str, names: tuple[str, ...]) -> tuple[int, float]:
    name, _, value = text.partition("=")
    places = {known.lower(): place for place, known in enumerate(names)}
    if name.lower() not in places:
        raise unknown("attribute", name, names)
    if value not in ("0", "1"):
        raise InvalidInput(f"{text!r} sets {name} to {value!r}; allowed: 0, 1")
    return places[name.lower()], float(value)
