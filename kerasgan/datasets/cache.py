"""Images that are decoded or drawn once and then read at random from their file."""

import hashlib
import json
import logging
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs
from filelock import FileLock, Timeout
from PIL import Image

from kerasgan.datasets import duplicates
from kerasgan.utils import files, progress

log = logging.getLogger(__name__)

_CHUNK = 64
# Raise it whenever what is kept changes its form.
_FORMAT = 2
_PIXELS, _TABLES = "pixels.bin", "tables.npz"


class Pictures:
    """Images in a file, read when they are asked for.

    They are not memory-mapped: pages that a process has touched count as its memory.

    Args:
        file: the bytes of uint8 [N, S, S, 3].
        size: S.
        rows: which of them these are, in this order; all unless given.
    """

    def __init__(self, file: Path, size: int, rows: np.ndarray | None = None):
        self._path, self._size = file, size
        self._file = os.open(file, os.O_RDONLY)
        self._bytes = size * size * 3
        self._rows = rows
        count = os.fstat(self._file).st_size // self._bytes if rows is None else len(rows)
        self.shape = (count, size, size, 3)

    def __del__(self) -> None:
        os.close(self._file)

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        """Uint8 [*rows.shape, S, S, 3]."""
        rows = np.asarray(rows) if self._rows is None else self._rows[rows]
        pictures = np.empty((rows.size, *self.shape[1:]), np.uint8)
        for picture, row in zip(pictures, rows.ravel().tolist(), strict=True):
            if os.preadv(self._file, [picture], row * self._bytes) != self._bytes:
                raise OSError(f"the file of prepared images has no image {row}")
        return pictures.reshape(*rows.shape, *self.shape[1:])

    def part(self, rows: np.ndarray) -> "Pictures":
        """Those of the images with these numbers."""
        return Pictures(self._path, self._size, rows if self._rows is None else self._rows[rows])


class Prepared(NamedTuple):
    """N images.

    pictures: uint8 [N, S, S, 3]; an unreadable one is black.
    digests: bytes [N], hashes of the pixels.
    fractions: float64 [N] in [0, 1), drawn from the pixels; the same for all images that are
        equal but for mirroring and compression.
    unreadable: {row: why}.
    """

    pictures: Pictures
    digests: np.ndarray
    fractions: np.ndarray
    unreadable: dict[int, str]


def folder() -> Path:
    """The folder of prepared data: `$KERASGAN_CACHE`, or the user's cache folder."""
    return Path(os.environ.get("KERASGAN_CACHE") or platformdirs.user_cache_dir("kerasgan"))


def prepared(
    key: str,
    work: Callable[..., np.ndarray | str],
    items: Iterable,
    count: int,
    size: int,
    title: str,
) -> Prepared:
    """What `work(item)` makes of the items: uint8 [size, size, 3], or why it cannot.

    It is computed once and kept under `key`, which must tell apart whatever changes the result. Of
    two processes that want the same thing one prepares it and the other waits.

    Args:
        items: are taken as they are needed.
        count: how many there are.

    Raises:
        InvalidInput: if the cache folder cannot be written or its disk is too full.
    """
    key = f"{key}-v{_FORMAT}"
    target = folder() / key
    if not target.is_dir():
        files.check_writable(target, count * size * size * 3)
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(key):
            if not target.is_dir():
                files.remove_stale(folder(), key)
                with files.replacing(target) as temporary:
                    temporary.mkdir()
                    _prepare(temporary, parallel(work, items, count, title), count, size)
    log.debug("reading prepared images from %s", target)
    tables = np.load(target / _TABLES)
    unreadable = {int(row): why for row, why in json.loads(str(tables["unreadable"])).items()}
    pictures = Pictures(target / _PIXELS, size)
    return Prepared(pictures, tables["digests"], tables["fractions"], unreadable)


@contextmanager
def _alone(key: str) -> Iterator[None]:
    lock = FileLock(folder() / f"{key}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log.info("waiting for another process, which prepares the same images")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def parallel(work: Callable, items: Iterable, count: int, title: str) -> Iterator:
    """Yield `work(item)` in order, computed by one process per core, under a progress bar.

    `work` must be importable: the processes start afresh, as TensorFlow does not survive a fork. A
    script of one's own therefore needs `if __name__ == "__main__":`. A few items are not worth it.
    """
    if count <= _CHUNK:
        yield from map(work, items)
        return
    with (
        ProcessPoolExecutor(mp_context=get_context("spawn")) as pool,
        progress.bar(desc=title, total=count, unit=" images") as bar,
    ):
        # A window at a time: `map` takes all items at once, and they may be images.
        items = iter(items)
        while window := list(islice(items, 16 * _CHUNK * (os.cpu_count() or 1))):
            with _interrupts_held():
                results = pool.map(work, window, chunksize=_CHUNK)
            for result in results:
                yield result
                bar.update()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C from processes that start meanwhile: they inherit for good what is blocked.

    It is the parent's to answer, and they would tell of it, also while they import.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _prepare(target: Path, results: Iterator, count: int, size: int) -> None:
    digests = np.empty((count, 16), np.uint8)
    fractions = np.empty(count)
    signatures = np.empty((count, *duplicates.SHAPE), np.uint8)
    unreadable = {}
    with (target / _PIXELS).open("wb") as file:
        for row, pixels in enumerate(results):
            if isinstance(pixels, str):
                unreadable[row] = pixels
                pixels = np.zeros((size, size, 3), np.uint8)
            file.write(pixels.tobytes())
            one, mirrored = digest(pixels), digest(pixels[:, ::-1])
            digests[row] = np.frombuffer(one, np.uint8)
            fractions[row] = int.from_bytes(min(one, mirrored)[:6]) / 2**48
            signatures[row] = duplicates.signature(Image.fromarray(pixels))
    group = duplicates.groups(signatures)
    shared = np.ones(count)
    np.minimum.at(shared, group, fractions)
    np.savez(
        target / _TABLES,
        digests=digests,
        fractions=shared[group],
        unreadable=json.dumps(unreadable),
    )


def digest(*arrays: np.ndarray) -> bytes:
    """A hash of the arrays' bytes, 16 bytes long."""
    hashed = hashlib.blake2b(digest_size=16)
    for array in arrays:
        hashed.update(np.ascontiguousarray(array))
    return hashed.digest()
