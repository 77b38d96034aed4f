"""kerasgan export"""

from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options, parameter_types
from kerasgan.inference.formats import FORMATS


@click.command()
@options.run("the newest run, else the bundled one")
@click.option(
    "--out",
    type=parameter_types.FilePath(),
    help="Folder of models for TensorFlow Serving.  [default: export/ in the run]",
)
@options.checkpoint
@click.option(
    "--format",
    "form",
    type=parameter_types.Choice(list(FORMATS)),
    default="savedmodel",
    show_default=True,
    help=" ".join(f"{name}: {form.description}." for name, form in FORMATS.items()),
)
def export(run: str | None, out: Path | None, checkpoint: str, form: str) -> None:
    """Export a model to OUT/<model>/<version>/.

    It is compared with `sample` before it is kept.
    """
    from kerasgan.runs import lookup

    found = lookup.run(run)
    messages.echo(f"run: {found.name}")

    from kerasgan import api

    written = api.export(found, out=out, checkpoint=checkpoint, format=form)
    messages.echo(f"wrote {written}")
