"""kerasgan export"""

from pathlib import Path

import click

from kerasgan import options
from kerasgan.commands import messages


@click.command()
@options.run("the newest run")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder of served models.  [default: export/ in the run]",
)
@options.checkpoint
def export(run: str | None, out: Path | None, checkpoint: str) -> None:
    """Write a SavedModel, OUT/<model>/<version>/, as TensorFlow Serving expects it."""
    from kerasgan import finding, serving

    found = finding.run(run)
    messages.tell(f"run: {found.name}")
    messages.tell(f"wrote {serving.export(found, out, checkpoint)}")
