"""kerasgan export"""

from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options


@click.command()
@options.run("the newest run, else the bundled one")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder of models for TensorFlow Serving.  [default: export/ in the run]",
)
@options.checkpoint
def export(run: str | None, out: Path | None, checkpoint: str) -> None:
    """Export a SavedModel to OUT/<model>/<version>/, the layout of TensorFlow Serving."""
    from kerasgan import tasks
    from kerasgan.inference import saved_model
    from kerasgan.runs import lookup

    found = lookup.run(run)
    messages.tell(f"run: {found.name}")
    endpoints = tasks.of(found.config).endpoints
    messages.tell(f"wrote {saved_model.export(found, endpoints, out, checkpoint)}")
