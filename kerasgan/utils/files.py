"""Atomic writing of files and folders, and checks of where they are written."""

import csv
import errno
import functools
import hashlib
import logging
import os
import platform
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.printing import mebibytes

log = logging.getLogger(__name__)

TEMPORARY = ".tmp-"
# Bytes of a name that a temporary name ends in: the suffix selects an image format.
_LONGEST_ENDING = 150
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
    fails, nothing is left behind. After a power failure, `path` has its old or its new content.
    """
    with temporary_beside(path) as temporary:
        yield temporary
        publish(temporary, path)


@contextmanager
def temporary_beside(path: Path) -> Iterator[Path]:
    """Yield a path in the folder of `path`, and remove what is still there after the block.

    Its name is unique, also among the machines that share a disk. An OSError of the block that
    names no file gets the name of `path`.
    """
    temporary = _temporary(path)
    created = [parent for parent in path.parents if not parent.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        for parent in created:
            _sync(parent.parent)
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)
        for parent in created:
            # It holds the new file if the block succeeded.
            with suppress(OSError):
                parent.rmdir()


def publish(temporary: Path, path: Path) -> None:
    """Rename a file or folder once its content, and then the new name, are on the disk."""
    # Otherwise the new name may have no content after a power failure, or be missing.
    for parent, _, names in os.walk(temporary):
        for name in (*names, "."):
            _sync(Path(parent, name))
    if temporary.is_file():
        _sync(temporary)
    temporary.replace(path)
    _sync(path.parent)
    log.debug("wrote %s", path)


def sync(path: Path) -> None:
    """Write what was appended to a file to the disk; nothing if there is no such file."""
    with suppress(FileNotFoundError):
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems cannot do this with folders.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _temporary(path: Path) -> Path:
    """A new name beside `path`, with the machine, the process and the end of the name."""
    ending = os.fsdecode(os.fsencode(path.name)[-_LONGEST_ENDING:])
    process = f"{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"
    return path.with_name(f"{TEMPORARY}{process}-{ending}")


@functools.cache
def _machine() -> str:
    installation = b""
    with suppress(OSError):
        installation = Path("/etc/machine-id").read_bytes()
    return hashlib.blake2b(platform.node().encode() + installation, digest_size=4).hexdigest()


def write(path: Path, content: str | bytes) -> None:
    """Write a file atomically, text as UTF-8, where other bytes of a file's name are escaped."""
    with replacing(path) as temporary:
        is_text = isinstance(content, str)
        temporary.write_bytes(content.encode(errors="backslashreplace") if is_text else content)


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


def remove_abandoned(folder: Path) -> None:
    """Remove temporary files that processes of this machine left in `folder` when they ended."""
    for path in folder.glob(f"{TEMPORARY}{_machine()}-*"):
        process = path.name.removeprefix(TEMPORARY).split("-")[1]
        if process.isdecimal() and not _is_running(int(process)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # It belongs to another user.
        return True
    return True


def set_aside(folder: Path) -> None:
    """Rename a folder that is to be removed, so that it disappears at once."""
    folder.rename(_temporary(folder.with_name(f"{_REMOVED}-{folder.name}"[:_LONGEST_ENDING])))


def remove_set_aside(parent: Path) -> None:
    """Remove folders of `parent` that were set aside, by killed processes too."""
    remove_stale(parent, f"{_REMOVED}-*")


def folder_size(folder: Path) -> int:
    """Bytes of all files in a folder and in those below it."""
    total = 0
    for path in folder.rglob("*"):
        # Temporary files of other processes come and go.
        with suppress(OSError):
            total += path.lstat().st_size if path.is_file() else 0
    return total


def check_writable(folder: Path, needed_bytes: int = 0) -> None:
    """Check that a folder can be written and that its disk has `needed_bytes` left.

    If the folder does not exist, its nearest existing parent is checked.

    Raises:
        InvalidInput: if the folder is not writable, or the space is not enough.
    """
    existing = folder.absolute()
    try:
        while not _exists(existing):
            existing = existing.parent
        # Also finds a disk that is read-only, and folders that are no place for files.
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise InvalidInput(
            f"cannot write to {folder}: {existing} is not a writable folder ({error.strerror})"
        ) from error
    if lack := _lack_of_space(existing, needed_bytes):
        raise InvalidInput(f"not enough disk for {folder}: {lack}")


def check_space(file: Path, needed_bytes: int) -> None:
    """Raise an OSError that names the file and both sizes if its disk has not enough space left."""
    if lack := _lack_of_space(file.parent, needed_bytes):
        raise OSError(errno.ENOSPC, f"not enough disk: {lack}", str(file))


def _lack_of_space(folder: Path, needed_bytes: int) -> str:
    free = shutil.disk_usage(folder).free
    needed = f"needs {mebibytes(needed_bytes)}, {mebibytes(free)} are free"
    return needed if free < needed_bytes else ""


def _exists(path: Path) -> bool:
    """Whether there is anything of this name, also a link to nothing.

    Raises:
        OSError: if there can be nothing of this name.
    """
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True


def check_file(file: Path) -> None:
    """Check that a file can be written, or replaced if it is one."""
    check_writable(file.parent)
    if file.is_dir() or not file.name:
        raise InvalidInput(f"cannot write {file}: it is a folder; allowed: a file")


def check_vacant(folder: Path, needed_bytes: int = 0) -> None:
    """Check that a folder is new or empty and, with `check_writable`, that it can be written."""
    if os.path.exists(folder) and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidInput(f"{folder} is not empty; allowed: a new or an empty folder")
    check_writable(folder, needed_bytes)
    remove_abandoned(folder.parent)
