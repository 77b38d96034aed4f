"""kerasgan runs"""

import click

from kerasgan.commands.names import NamedGroup


@click.group(cls=NamedGroup, invoke_without_command=True)
@click.pass_context
def runs(context: click.Context) -> None:
    """List the runs below $KERASGAN_HOME/runs, the newest last.

    Exit code 1: one of them is damaged.
    """
    if context.invoked_subcommand:
        return
    from kerasgan import overview
    from kerasgan.runs import home

    found = overview.of_home()
    if not found:
        folder = home().absolute()
        click.echo(f"no run in {folder}; train one with: kerasgan train acgan --preset quick")
        return
    click.echo(overview.as_text(found))
    if any(one.problem for one in found):
        context.exit(1)
