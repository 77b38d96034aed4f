"""Which process trains a run."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kerasgan.utils.errors import InvalidInput

_FILE = ".lock"


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Keep other processes from training this run at the same time; a killed one lets go.

    Raises:
        InvalidInput: if another process trains it.
    """
    try:
        with FileLock(folder / _FILE, timeout=0):
            yield
    except Timeout:
        raise InvalidInput(f"{folder} is being trained by another process") from None


def has_lock(folder: Path) -> bool:
    """Whether a process has ever locked this folder."""
    return os.path.lexists(folder / _FILE)


def is_locked(folder: Path) -> bool:
    """Whether a process trains this run.

    Raises:
        InvalidInput: if something else than a file is in the place of the lock.
    """
    if not has_lock(folder):
        return False
    file = folder / _FILE
    if not file.is_file():
        raise InvalidInput(f"{file} is no file")
    # Shared, so that lists made at the same time do not take one another for training, and of a
    # file that is only read, as a run may be another user's.
    with file.open() as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
