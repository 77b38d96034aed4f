"""Preparation of images in a folder, which goes on where a process that was killed was."""

import json
import math
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from kerasgan.datasets import duplicates, parallel
from kerasgan.datasets.hashes import digest
from kerasgan.utils import files
from kerasgan.utils.sizes import Size, sides

PIXELS, TABLES = "pixels.bin", "tables.npz"
_ROWS, _DONE = "rows.bin", "done.json"
# Images between two records of what is on the disk for certain.
_RECORDED = 5_000
_ROW = np.dtype(
    [("digest", np.uint8, 16), ("number", np.uint64), ("signature", np.uint8, duplicates.SHAPE)]
)


class Preparation:
    """N images on their way into a folder.

    Every so many images, what was written is flushed to the disk and counted. Another process
    begins there.

    Args:
        folder: of this preparation alone; new, or left by a process that ended.
        size: of the images, (H, W) or one number for both.
    """

    def __init__(self, folder: Path, size: Size):
        self._folder = folder
        self._shape = (*sides(size), 3)
        self.done, self._unreadable = 0, {}
        try:
            record = json.loads((folder / _DONE).read_text())
            self.done, self._unreadable = int(record["done"]), dict(record["unreadable"])
        except (OSError, ValueError, KeyError, TypeError):
            # Nothing is there, or nothing that can be used.
            pass

    def run(
        self, load_image: Callable[..., np.ndarray | str], items: Iterable, count: int, title: str
    ) -> None:
        """Load the images that are missing, and write the tables of all.

        Args:
            load_image: item -> uint8 [H, W, 3], or the reason why it is unreadable; importable.
            items: N arguments of `load_image`.
            count: N.
            title: label of the progress bar.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        left = islice(items, self.done, None)
        results = parallel.parallel_map(load_image, left, count - self.done, title)
        try:
            self._write_all(results)
            self._write_tables(count)
        except BaseException as error:
            if isinstance(error, OSError) and error.filename is None:
                error.filename = str(self._folder)
            if not (self._folder / _DONE).exists():
                shutil.rmtree(self._folder)
            raise

    def _write_all(self, results: Iterator) -> None:
        pixels_file, rows_file = self._folder / PIXELS, self._folder / _ROWS
        with pixels_file.open("ab") as pixels, rows_file.open("ab") as rows:
            pixels.truncate(self.done * math.prod(self._shape))
            rows.truncate(self.done * _ROW.itemsize)
            for index, result in enumerate(results, self.done):
                self._write(index, result, pixels, rows)
                if (index + 1) % _RECORDED == 0:
                    self._record(index + 1, pixels, rows)

    def _write(self, index: int, result: np.ndarray | str, pixels, rows) -> None:
        if isinstance(result, str):
            self._unreadable[str(index)] = result
            result = np.zeros(self._shape, np.uint8)
        pixels.write(result.tobytes())
        original, mirrored = digest(result), digest(result[:, ::-1])
        row = np.zeros((), _ROW)
        row["digest"] = np.frombuffer(original, np.uint8)
        row["number"] = int.from_bytes(min(original, mirrored)[:8])
        row["signature"] = duplicates.signature(Image.fromarray(result))
        rows.write(row.tobytes())

    def _record(self, done: int, *written) -> None:
        for file in written:
            file.flush()
            os.fsync(file.fileno())
        record = {"done": done, "unreadable": self._unreadable}
        files.write(self._folder / _DONE, json.dumps(record))

    def _write_tables(self, count: int) -> None:
        rows = np.fromfile(self._folder / _ROWS, _ROW, count)
        group = duplicates.group(rows["signature"])
        lowest = np.full(count, np.iinfo(np.uint64).max)
        np.minimum.at(lowest, group, rows["number"])
        # The lowest of several numbers is a low one: only its hash is uniform.
        shared = np.array([int.from_bytes(digest(number)[:6]) / 2**48 for number in lowest])
        np.savez(
            self._folder / TABLES,
            digests=rows["digest"],
            fractions=shared[group],
            unreadable=json.dumps(self._unreadable),
        )
        for name in (_ROWS, _DONE):
            (self._folder / name).unlink(missing_ok=True)
