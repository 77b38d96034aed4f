"""Lazy reading of untrusted .npz files: headers are checked before any array is loaded."""

import math
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.lib import format as npy

from kerasgan.utils.printing import printable

_SUFFIX = ".npy"
_HEADER_READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


class Header(NamedTuple):
    """Shape and dtype of an array."""

    shape: tuple[int, ...]
    dtype: np.dtype


class LazyArrays(Mapping[str, np.ndarray]):
    """The arrays of an .npz file, each loaded when it is looked up.

    Attributes:
        path: the file.
        headers: {key: Header} of every array.

    Raises:
        zipfile.BadZipFile, ValueError, OSError and others that `zipfile` raises: if the file is
            not an archive, or a member is not an array of numbers or text whose size matches its
            header.
    """

    def __init__(self, path: Path):
        self.path = path
        self._file = zipfile.ZipFile(path)
        self.headers: dict[str, Header] = {}
        for member in self._file.infolist():
            key = member.filename.removesuffix(_SUFFIX)
            if key == member.filename:
                raise ValueError(f"{printable(key)} is not an {_SUFFIX} file")
            if key in self.headers:
                raise ValueError(f"{printable(key)} occurs twice")
            self.headers[key] = self._read_header(member, key)

    def _read_header(self, member: zipfile.ZipInfo, key: str) -> Header:
        with self._file.open(member) as stream:
            version = npy.read_magic(stream)
            if version not in _HEADER_READERS:
                raise ValueError(f"{printable(key)} has unknown .npy version {version}")
            shape, _, dtype = _HEADER_READERS[version](stream)
            size = stream.tell() + math.prod(shape) * dtype.itemsize
        if dtype.hasobject or min(shape, default=0) < 0 or size != member.file_size:
            raise ValueError(
                f"{printable(key)} has {member.file_size:,} bytes, but its header says {dtype} "
                f"{shape}"
            )
        return Header(shape, dtype)

    def verify(self) -> None:
        """Check all checksums without loading an array.

        Raises:
            zipfile.BadZipFile: if one is wrong.
        """
        if (name := self._file.testzip()) is not None:
            raise zipfile.BadZipFile(f"{printable(name)} has a wrong checksum")

    def select(self, is_selected: Callable[[str], bool]) -> "LazyArrays":
        """The arrays whose keys are selected, as a view of the same file."""
        selected = object.__new__(LazyArrays)
        selected.path, selected._file = self.path, self._file
        selected.headers = {key: self.headers[key] for key in self.headers if is_selected(key)}
        return selected

    def __getitem__(self, key: str) -> np.ndarray:
        if key not in self.headers:
            raise KeyError(key)
        with self._file.open(f"{key}{_SUFFIX}") as stream:
            return npy.read_array(stream, allow_pickle=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self.headers)

    def __len__(self) -> int:
        return len(self.headers)


def headers(arrays: Mapping[str, np.ndarray]) -> dict[str, Header]:
    """Headers of the arrays, {key: Header}; lazy arrays stay unloaded."""
    if isinstance(arrays, LazyArrays):
        return arrays.headers
    return {key: Header(array.shape, array.dtype) for key, array in arrays.items()}


def select(arrays: Mapping[str, np.ndarray], is_selected: Callable[[str], bool]) -> Mapping:
    """The arrays whose keys are selected; lazy arrays stay unloaded."""
    if isinstance(arrays, LazyArrays):
        return arrays.select(is_selected)
    return {key: array for key, array in arrays.items() if is_selected(key)}
