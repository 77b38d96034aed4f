"""The lock of the process that trains a run."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout, lock_descriptor

from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput

_FILE = ".lock"
# `is_locked` takes the lock for an instant; then others try again.
_RETRY_SECONDS = 0.02
_RETRIES = 3


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Keep other processes from training this run; the lock ends with its process.

    Raises:
        InvalidInput: if another process trains the run.
    """
    files.check_writable(folder)
    try:
        with FileLock(folder / _FILE, _RETRIES * _RETRY_SECONDS, poll_interval=_RETRY_SECONDS):
            yield
    except Timeout:
        raise InvalidInput(f"{folder} is being trained by another process") from None


def has_lock(folder: Path) -> bool:
    """Whether a process has ever locked this folder."""
    return os.path.lexists(folder / _FILE)


def is_locked(folder: Path) -> bool:
    """Whether a process trains this run.

    Raises:
        InvalidInput: if the lock is not a file.
    """
    if not has_lock(folder):
        return False
    file = folder / _FILE
    if not file.is_file():
        raise InvalidInput(f"{file} must be a file")
    # Opened for reading, because the run may belong to another user.
    with file.open() as opened:
        for _ in range(_RETRIES):
            if lock_descriptor(opened.fileno(), blocking=False):
                return False
            time.sleep(_RETRY_SECONDS)
    return True
