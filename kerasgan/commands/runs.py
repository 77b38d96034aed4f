"""kerasgan runs ..."""

import sys

import click

from kerasgan.commands import messages, options
from kerasgan.commands.names import NamedGroup
from kerasgan.utils.errors import InvalidInput


@click.group(cls=NamedGroup, invoke_without_command=True)
@click.pass_context
def runs(context: click.Context) -> None:
    """List the runs below $KERASGAN_HOME/runs, the newest last.

    Exit code 1: one of them is damaged.
    """
    if context.invoked_subcommand:
        return
    from kerasgan.runs import status
    from kerasgan.runs.directory import home

    found = status.of_home()
    if not found:
        folder = home().absolute()
        messages.tell(f"no run in {folder}; train one with: kerasgan train acgan --preset quick")
        return
    messages.tell(status.as_text(found))
    if any(one.problem for one in found):
        context.exit(1)


@runs.command()
@options.run_names
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(names: tuple[str, ...], yes: bool) -> None:
    """Delete runs, by path, number or name, and all that is in them.

    Other runs keep their numbers.
    """
    from kerasgan.runs import directory, locks, lookup, status
    from kerasgan.utils import files

    # What is linked to is deleted, not the link; and a run that is named twice, once.
    folders = dict.fromkeys(lookup.folder(name).resolve() for name in names)
    known = {folder.resolve() for folder in directory.folders()}
    found = [status.of_folder(folder) for folder in folders]
    for one in found:
        if one.problem and one.path not in known:
            raise InvalidInput(one.problem)
        if one.state == "training":
            raise InvalidInput(f"{one.path} is being trained by another process")
    messages.tell(status.as_text(found))
    if not (yes or _confirmed()):
        messages.tell("nothing was deleted")
        click.get_current_context().exit(1)
    for one in found:
        # It may be trained by now.
        with locks.lock(one.path):
            files.set_aside(one.path)
        files.remove_set_aside(one.path.parent)
        messages.tell(f"deleted {one.path}")


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise InvalidInput("cannot ask whether to delete without a terminal; --yes does not ask")
    try:
        return click.confirm("Delete all of this?")
    except click.Abort:
        # The cursor stands behind the question.
        messages.tell("", err=True)
        raise KeyboardInterrupt from None
