"""Files that are either whole or absent, and the folders where they go."""

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
# What parsers of text raise on bad content.
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
    """Yield a temporary name beside `path` and rename it to `path` when the block ends well.

    What is written under the temporary name may be a file or a folder; a folder takes the place of
    an absent or empty one only. If the block fails, nothing is left behind.
    """
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
    made = [parent for parent in path.parents if not parent.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        if temporary.is_file():
            # Without this a power cut may leave the new name with the old disk's content.
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
        temporary.replace(path)
        log.debug("wrote %s", path)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)
        for parent in made:
            # Not empty if all went well.
            with suppress(OSError):
                parent.rmdir()


def write(path: Path, content: str | bytes) -> None:
    """Write a file, text as UTF-8, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def named_if_damaged(path: Path) -> Iterator[None]:
    """Refuse, naming the file, what fails because of its content while the block reads it."""
    try:
        yield
    except _BAD_CONTENT as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise InvalidInput(f"{path} cannot be read: {reason}") from error


def remove_stale(folder: Path, name: str = "*") -> None:
    """Remove what a killed process left in `folder` under temporary names of `name`."""
    for stale in folder.glob(f"{TEMPORARY}*-{name}"):
        shutil.rmtree(stale) if stale.is_dir() else stale.unlink()


def set_aside(folder: Path) -> None:
    """Give a folder that is to be removed another name, under which nobody looks for it."""
    folder.rename(folder.with_name(f"{TEMPORARY}{os.getpid()}-{_REMOVED}-{folder.name}"))


def remove_set_aside(parent: Path) -> None:
    """Remove what was set aside in `parent`, by a process that was killed too."""
    remove_stale(parent, f"{_REMOVED}-*")


def check_writable(folder: Path, needed_bytes: int = 0) -> None:
    """Refuse a folder that cannot be written or whose disk lacks `needed_bytes`.

    The folder itself may be absent: then its nearest existing parent is judged.

    Raises:
        InvalidInput: naming the folder, and the space needed and left.
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
    """Refuse a folder that exists and is not empty, or that `check_writable` refuses."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidInput(f"{folder} is not empty; allowed: a new or an empty folder")
    check_writable(folder, needed_bytes)
