"""kerasgan resume [RUN]"""

import rich_click as click

from kerasgan.commands import messages, options


@click.command()
@click.argument("run", required=False, shell_complete=options.complete_run)
@click.option("--steps", type=click.IntRange(min=1), help="New number of steps.")
def resume(run: str | None, steps: int | None) -> None:
    """Continue the training of RUN from its newest checkpoint.

    RUN is a path, number or name. Default: the newest run.
    """
    from kerasgan.runs import lookup
    from kerasgan.training import trainer

    found = lookup.run(run, shipped=False)
    messages.tell(f"run: {found.path}")
    done = trainer.resume(found, steps)
    messages.tell(
        f"trained {done.config.steps} steps: {done.path}; to train further: "
        f"kerasgan resume {done.path} --steps {2 * done.config.steps}"
    )
