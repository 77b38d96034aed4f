"""Pictures that are decoded or drawn once and then read at random from memory-mapped files."""

import hashlib
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs

from kerasgan import files, progress

_CHUNK = 64


class Prepared(NamedTuple):
    """N pictures with their labels.

    key: names the set; another content has another key.
    images: uint8 [N, S, S, 3], memory-mapped.
    hair, eyes: colour names [N].
    fraction: float64 [N] in [0, 1), a hash of the picture that its mirror image shares.
    """

    key: str
    images: np.ndarray
    hair: np.ndarray
    eyes: np.ndarray
    fraction: np.ndarray


def folder() -> Path:
    """Return the folder of prepared data: `$KERASGAN_CACHE`, or the user's cache folder."""
    return Path(os.environ.get("KERASGAN_CACHE") or platformdirs.user_cache_dir("kerasgan"))


def prepared(
    key: str,
    work: Callable[..., tuple[np.ndarray, str, str]],
    items: Sequence,
    size: int,
    title: str,
) -> Prepared:
    """Return what `work(item)`, a picture [size, size, 3] and its two colours, makes of the items.

    It is computed once and kept under `key`, which must tell apart whatever changes the result.
    Two processes may prepare the same thing at once: the one that is done first wins.

    Raises:
        Refused: if the cache folder cannot be written or its disk is too full.
    """
    target = folder() / key
    if not target.is_dir():
        files.check_writable(target, len(items) * size * size * 3)
        try:
            with files.replacing(target) as temporary:
                temporary.mkdir(parents=True)
                _prepare(temporary, parallel(work, items, title), len(items), size)
        except OSError:
            if not target.is_dir():
                raise
    columns = {
        name: np.load(target / f"{name}.npy", mmap_mode="r") for name in Prepared._fields[1:]
    }
    return Prepared(key, **columns)


def parallel(work: Callable, items: Sequence, title: str) -> Iterator:
    """Yield `work(item)` in order, computed by one process per core, under a progress bar.

    `work` must be importable: the processes start afresh, as TensorFlow does not survive a fork. A
    script of one's own therefore needs `if __name__ == "__main__":`. A few items are not worth it.
    """
    if len(items) <= _CHUNK:
        yield from map(work, items)
        return
    # Ctrl-C is the parent's to answer.
    quiet = {"initializer": signal.signal, "initargs": (signal.SIGINT, signal.SIG_IGN)}
    with ProcessPoolExecutor(mp_context=get_context("spawn"), **quiet) as pool:
        results = pool.map(work, items, chunksize=_CHUNK)
        yield from progress.bar(results, desc=title, total=len(items), unit=" pictures")


def _prepare(target: Path, results: Iterator, count: int, size: int) -> None:
    shape = (count, size, size, 3)
    images = np.lib.format.open_memmap(target / "images.npy", "w+", np.uint8, shape)
    colours, fractions = [], []
    for row, (pixels, hair, eyes) in enumerate(results):
        images[row] = pixels
        colours.append((hair, eyes))
        fractions.append(_fraction(pixels))
    images.flush()
    hair, eyes = np.array(colours).T
    for name, values in (("hair", hair), ("eyes", eyes), ("fraction", np.array(fractions))):
        np.save(target / f"{name}.npy", values)


def _fraction(picture: np.ndarray) -> float:
    one, mirrored = (np.ascontiguousarray(way).tobytes() for way in (picture, picture[:, ::-1]))
    return int.from_bytes(hashlib.sha256(min(one, mirrored)).digest()[:6]) / 2**48
