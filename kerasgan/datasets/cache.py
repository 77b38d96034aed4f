"""A disk cache of prepared images: decoded or drawn once, then read at random."""

import errno
import json
import logging
import math
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import platformdirs
from filelock import FileLock, Timeout

from kerasgan.datasets.hashes import digest
from kerasgan.datasets.preparation import PIXELS, TABLES, Preparation
from kerasgan.utils import files
from kerasgan.utils.sizes import Size, sides

log = logging.getLogger(__name__)

_CHUNK = 64
# To be raised whenever the format of the files changes.
_FORMAT = 3
# The state of the pixels when they were last compared with their hashes.
_CHECKED = "checked.json"
# Ending of the name of a folder whose preparation has not ended.
UNFINISHED = ".unfinished"
# Raised while reading damaged content.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    ValueError,
    AttributeError,
    FileNotFoundError,
    IsADirectoryError,
)


class CachedImages:
    """Images in a file, read on access: uint8 [N, H, W, 3], indexed by integer arrays.

    The file is not memory-mapped: pages that a process has touched count as its memory.

    Args:
        file: the raw bytes of the images.
        size: (H, W), or one number for both.
        rows: int64 [N], the indices of these images in the file; default: all.
    """

    def __init__(self, file: Path, size: Size, rows: np.ndarray | None = None):
        self._path, self._size = file, size
        self._file = os.open(file, os.O_RDONLY)
        shape = (*sides(size), 3)
        self._bytes = math.prod(shape)
        self._rows = rows
        count = os.fstat(self._file).st_size // self._bytes if rows is None else len(rows)
        self.shape = (count, *shape)

    def __del__(self) -> None:
        os.close(self._file)

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        """Read the images with these indices: uint8 [*rows.shape, H, W, 3]."""
        rows = np.asarray(rows) if self._rows is None else self._rows[rows]
        images = np.empty((rows.size, *self.shape[1:]), np.uint8)
        for image, row in zip(images, rows.ravel().tolist(), strict=True):
            # An array is a buffer, which its annotations do not state.
            buffers = cast(list[bytearray], [image])
            if os.preadv(self._file, buffers, row * self._bytes) != self._bytes:
                raise OSError(f"{self._path} has no image {row}")
        return images.reshape(*rows.shape, *self.shape[1:])

    def subset(self, rows: np.ndarray) -> "CachedImages":
        """The images with these indices."""
        return CachedImages(
            self._path, self._size, rows if self._rows is None else self._rows[rows]
        )


class Prepared(NamedTuple):
    """N prepared images.

    images: uint8 [N, H, W, 3]; an unreadable image is black.
    digests: uint8 [N, 16], hashes of the pixels.
    fractions: float64 [N] in [0, 1), a hash of the pixels that copies share, even if mirrored or
        compressed. A threshold on it splits the images so that no copy is on both sides.
    unreadable: {index: reason}.
    """

    images: CachedImages
    digests: np.ndarray
    fractions: np.ndarray
    unreadable: dict[int, str]


def folder() -> Path:
    """The cache folder: `$KERASGAN_CACHE`, or the user's cache folder."""
    return Path(os.environ.get("KERASGAN_CACHE") or platformdirs.user_cache_dir("kerasgan"))


def prepare(
    key: str,
    load_image: Callable[..., np.ndarray | str],
    items: Iterable,
    count: int,
    size: Size,
    title: str,
) -> Prepared:
    """Load images once and keep them on disk.

    What is on the disk is compared with the hashes that were stored if it changed since, and loaded
    anew if it differs. If two processes need the same images, one prepares them and the other
    waits; if a process was killed, the next one goes on where it was.

    Args:
        key: identifies the images; must differ whenever the pixels may differ.
        load_image: item -> uint8 [H, W, 3], or the reason why it is unreadable; importable.
        items: the arguments of `load_image`; consumed only if the images are not yet cached.
        count: number of items.
        size: (H, W), or one number for both.
        title: label of the progress bar.

    Raises:
        InvalidInput: if the cache folder cannot be written or its disk is too full.
    """
    key = f"{key}-v{_FORMAT}"
    target = folder() / key
    prepared = _opened(target, count, size) if target.is_dir() else None
    if prepared is None:
        files.check_writable(target, count * math.prod(sides(size)) * 3)
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(key):
            # Another process may have prepared it in the meantime.
            prepared = _opened(target, count, size) if target.is_dir() else None
            if prepared is None:
                unfinished = target.with_name(f"{key}{UNFINISHED}")
                Preparation(unfinished, size).run(load_image, items, count, title)
                _publish(unfinished, target)
                prepared = _opened(target, count, size)
    if prepared is None:
        raise OSError(errno.EIO, "what was written cannot be read back", str(target))
    log.debug("reading prepared images from %s", target)
    return prepared


def _publish(folder: Path, target: Path) -> None:
    """Put a prepared folder in the place of a damaged one, if there is one."""
    if target.exists():
        files.set_aside(target)
    files.publish(folder, target)
    files.remove_set_aside(target.parent)


def _opened(target: Path, count: int, size: Size) -> Prepared | None:
    """The images in a folder, or None and a warning if they are not those that were written."""
    try:
        with np.load(target / TABLES) as tables:
            digests, fractions = tables["digests"], tables["fractions"]
            unreadable = json.loads(str(tables["unreadable"]))
        bytes_found = (target / PIXELS).stat().st_size
        if (len(digests), bytes_found) != (count, count * math.prod(sides(size)) * 3):
            raise ValueError(f"{len(digests)} images in {bytes_found} bytes, of {count}")
        images = CachedImages(target / PIXELS, size)
        _check_digests(target, images, digests)
    except _DAMAGE as error:
        log.warning("%s is damaged and will be prepared again: %s", target, error)
        return None
    unreadable = {int(index): why for index, why in unreadable.items()}
    return Prepared(images, digests, fractions, unreadable)


def _check_digests(target: Path, images: CachedImages, digests: np.ndarray) -> None:
    """Raise ValueError if an image differs from its digest.

    A file that is in the state in which it was compared is not read: the system changes the time of
    its status with every write, which no tool can set.
    """
    state = json.dumps(_state(target / PIXELS))
    checked = target / _CHECKED
    if checked.is_file() and checked.read_text() == state:
        return
    for start in range(0, len(digests), _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, len(digests)))
        for row, pixels in zip(rows.tolist(), images[rows], strict=True):
            if digest(pixels) != digests[row].tobytes():
                raise ValueError(f"image {row} differs from what was written")
    # A folder of other users is compared every time.
    with suppress(PermissionError):
        files.write(checked, state)


def _state(file: Path) -> list[int]:
    status = file.stat()
    return [status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]


@contextmanager
def _locked(key: str) -> Iterator[None]:
    lock = FileLock(folder() / f"{key}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log.info("waiting for another process that prepares the same images")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
