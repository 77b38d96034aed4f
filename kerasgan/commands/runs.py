"""kerasgan runs ..."""

import sys
from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options, parameter_types
from kerasgan.commands.names import NamedGroup
from kerasgan.utils.errors import InvalidInput


@click.group(cls=NamedGroup, invoke_without_command=True)
@options.as_json
@click.pass_context
def runs(context: click.Context, as_json: bool) -> None:
    """List the runs in $KERASGAN_HOME/runs, the newest last.

    The exit code is 1 if one of them is damaged.
    """
    options.check_json(context, as_json)
    if context.invoked_subcommand:
        return
    from kerasgan.runs import home, status

    found = status.of_home()
    if not found:
        folder = home.folder().absolute()
        hint = "train one with: kerasgan train acgan --preset quick"
        messages.echo(f"no run in {folder}; {hint}", err=as_json)
    if as_json:
        messages.document(list(map(status.record, found)))
    elif found:
        messages.table(status.HEAD, map(status.row, found))
    if any(run.problem for run in found):
        context.exit(1)


@runs.command()
@options.run_names
@click.option("--yes", is_flag=True, help="Delete without asking.")
def delete(names: tuple[str, ...], yes: bool) -> None:
    """Delete runs, given by path, number or name, with all their files.

    Other runs keep their numbers.
    """
    from kerasgan.runs import directory, home, locks, lookup, status
    from kerasgan.utils import files

    # The target of a link is deleted, not the link; a run that is named twice, only once.
    folders = dict.fromkeys(lookup.folder(name).resolve() for name in names)
    known = {folder.resolve() for folder in home.runs()}
    for folder in folders:
        # Before sizes are summed, which may take long.
        if folder not in known:
            directory.read(folder)
    found = [status.of_folder(folder) for folder in folders]
    for run in found:
        if run.state == "training":
            raise InvalidInput(f"{run.path} is being trained by another process")
    messages.table(status.HEAD, map(status.row, found))
    if not (yes or _confirmed()):
        messages.echo("nothing was deleted")
        sys.exit(1)
    for run in found:
        # Its training may have started since.
        with locks.lock(run.path):
            files.set_aside(run.path)
        files.remove_set_aside(run.path.parent)
        messages.echo(f"deleted {run.path}")


@runs.command()
@click.argument("name", metavar="RUN", shell_complete=options.complete_run)
@click.option("--out", type=parameter_types.FilePath(), help="GIF file.  [default: the run's name]")
@options.open_output
def film(name: str, out: Path | None, open_output: bool) -> None:
    """Write the sample sheets of RUN as an animation, in the order of their steps."""
    from kerasgan.runs import film, lookup
    from kerasgan.utils import files

    run = lookup.run(name)
    out = out or Path(f"{run.path.name}.gif")
    if out.suffix.lower() != ".gif":
        raise InvalidInput(f"--out must end in .gif, got {out}")
    files.check_file(out)
    count = film.write(run, out)
    messages.echo(f"wrote {out}: {count} sheets")
    if open_output:
        messages.open_output(out)


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise InvalidInput("cannot ask whether to delete without a terminal; use --yes")
    try:
        return click.confirm("Delete all of these?")
    except click.Abort:
        # The cursor is still on the line of the question.
        messages.echo("", err=True)
        raise KeyboardInterrupt from None
