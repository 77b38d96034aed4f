"""kerasgan cache: the folder of prepared images."""

from pathlib import Path

import rich_click as click

from kerasgan.commands import messages, options
from kerasgan.commands.names import NamedGroup


@click.group(cls=NamedGroup, invoke_without_command=True)
@options.as_json
@click.pass_context
def cache(context: click.Context, as_json: bool) -> None:
    """Print the folder of prepared images and trained classifiers, and its size."""
    options.check_json(context, as_json)
    if context.invoked_subcommand:
        return
    if as_json:
        folder, size = _measured()
        messages.document({"folder": str(folder), "size": size})
    else:
        messages.echo(description())


def description() -> str:
    """The cache folder and its size."""
    from kerasgan.utils import printing

    folder, size = _measured()
    return f"{folder}: {printing.mebibytes(size)}"


def _measured() -> tuple[Path, int]:
    """The cache folder and its size in bytes."""
    from kerasgan.datasets.cache import folder
    from kerasgan.utils import files

    return folder(), files.folder_size(folder())


@cache.command()
def clear() -> None:
    """Delete the prepared images and classifiers; they are made again when they are needed.

    Images that another command is preparing are kept, and files that are not kerasgan's.
    """
    from filelock import FileLock, Timeout

    from kerasgan.datasets.cache import UNFINISHED, folder
    from kerasgan.utils import files

    files.remove_abandoned(folder())
    files.remove_set_aside(folder())
    for lock in folder().glob("*.lock"):
        try:
            with FileLock(lock, timeout=0):
                _delete(lock.with_suffix(""))
                _delete(lock.with_suffix(UNFINISHED))
        except Timeout:
            messages.notify(f"kept, as another command is preparing it: {lock.with_suffix('')}")
    for classifier in folder().glob("classifier-*.weights.h5"):
        classifier.unlink()
    messages.echo(description())


def _delete(prepared: Path) -> None:
    """Delete a folder of prepared images; a training that has opened them reads on."""
    from kerasgan.utils import files

    if prepared.is_dir():
        files.set_aside(prepared)
        files.remove_set_aside(prepared.parent)
