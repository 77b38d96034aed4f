"""kerasgan resume [RUN]"""

import rich_click as click

from kerasgan.commands import messages, options
from kerasgan.commands.train import echo_end


@click.command()
@click.argument("run", required=False, shell_complete=options.complete_run)
@click.option("--steps", type=click.IntRange(min=1), help="New number of steps.")
@click.option(
    "--epochs", type=click.IntRange(min=1), help="New number of epochs, of a run that has some."
)
@click.option("--data", help="Where the run's data is now, if it has moved.")
@click.option("--domain-a", help="Where domain a is now, if it has moved.")
@click.option("--domain-b", help="Where domain b is now, if it has moved.")
@click.option("--from-start", is_flag=True, help="Begin at step 0 if all checkpoints are damaged.")
def resume(run, steps, epochs, from_start: bool, **locations: str | None) -> None:
    """Continue the training of RUN from its newest checkpoint.

    RUN is a path, number or name. Default: the newest run.
    """
    from kerasgan.runs import lookup
    from kerasgan.training import trainer

    found = lookup.run(run, shipped=False)
    messages.echo(f"run: {found.path}")
    moved = {name: path for name, path in locations.items() if path is not None}
    lengths = {"steps": steps, "epochs": epochs}
    length = {unit: number for unit, number in lengths.items() if number is not None}
    done = trainer.resume(found, length, moved, from_start)
    echo_end(done)
