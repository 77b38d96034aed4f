"""kerasgan export"""

from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options


@click.command()
@options.run("the newest run")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for exported models.  [default: export/ in the run]",
)
@options.checkpoint
def export(run: str | None, out: Path | None, checkpoint: str) -> None:
    """Write a SavedModel for TensorFlow Serving to OUT/<model>/<version>/."""
    from kerasgan import tasks
    from kerasgan.inference import saved_model
    from kerasgan.runs import lookup

    found = lookup.run(run)
    messages.tell(f"run: {found.name}")
    endpoints = tasks.of(found.config).endpoints
    messages.tell(f"wrote {saved_model.export(found, endpoints, out, checkpoint)}")
