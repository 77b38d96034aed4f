"""Atomic writing of files and folders, and checks of where they are written."""

import csv
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kerasgan.utils.errors import InvalidInput

log = logging.getLogger(__name__)

TEMPORARY = ".tmp-"
# Exceptions of parsers for damaged content.
_BAD_CONTENT = (
    csv.Error,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
)
_REMOVED = "removed"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` and rename it to `path` if the block succeeds.

    The block may write a file or a folder; a folder can replace only an empty one. If the block
    fails, nothing is left behind.
    """
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
    created = [parent for parent in path.parents if not parent.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        if temporary.is_file():
            # Otherwise the new name may have no content after a power failure.
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
        temporary.replace(path)
        log.debug("wrote %s", path)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)
        for parent in created:
            # It holds the new file if the block succeeded.
            with suppress(OSError):
                parent.rmdir()


def write(path: Path, content: str | bytes) -> None:
    """Write a file atomically, text as UTF-8."""
    with replacing(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def named_if_damaged(path: Path) -> Iterator[None]:
    """Turn errors of the block about the content of a file into InvalidInput with its name."""
    try:
        yield
    except _BAD_CONTENT as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise InvalidInput(f"{path} cannot be read: {reason}") from error


def remove_stale(folder: Path, name: str = "*") -> None:
    """Remove temporary files of `name` that a killed process left in `folder`."""
    for stale in folder.glob(f"{TEMPORARY}*-{name}"):
        shutil.rmtree(stale) if stale.is_dir() else stale.unlink()


def set_aside(folder: Path) -> None:
    """Rename a folder that is to be removed, so that it disappears at once."""
    folder.rename(folder.with_name(f"{TEMPORARY}{os.getpid()}-{_REMOVED}-{folder.name}"))


def remove_set_aside(parent: Path) -> None:
    """Remove folders of `parent` that were set aside, by killed processes too."""
    remove_stale(parent, f"{_REMOVED}-*")


def check_writable(folder: Path, needed_bytes: int = 0) -> None:
    """Check that a folder can be written and that its disk has `needed_bytes` left.

    If the folder does not exist, its nearest existing parent is checked.

    Raises:
        InvalidInput: if the folder is not writable, or the space is not enough.
    """
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise InvalidInput(f"cannot write to {folder}: {existing} is not a writable folder")
    free = shutil.disk_usage(existing).free
    if free < needed_bytes:
        raise InvalidInput(
            f"not enough disk for {folder}: needs {needed_bytes / 2**20:,.0f} MiB, "
            f"{free / 2**20:,.0f} MiB are free"
        )


def check_vacant(folder: Path, needed_bytes: int = 0) -> None:
    """Check that a folder is new or empty and, with `check_writable`, that it can be written."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidInput(f"{folder} is not empty; allowed: a new or an empty folder")
    check_writable(folder, needed_bytes)
