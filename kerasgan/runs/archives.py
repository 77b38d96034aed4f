"""Arrays in .npz files that others may have made: their headers are read before them."""

import math
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.lib import format as npy

from kerasgan.utils.printing import printable

_ENDING = ".npy"
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


class Header(NamedTuple):
    """What an array is."""

    shape: tuple[int, ...]
    dtype: np.dtype


class Arrays(Mapping[str, np.ndarray]):
    """The arrays of an .npz file, of which none is in memory before it is asked for.

    path: the file.
    headers: of each array, {key: header}.

    Raises:
        zipfile.BadZipFile, ValueError, OSError and what zipfile raises else: if the file is no
            archive, or a member is no array of numbers or text of the size that its header says.
    """

    def __init__(self, path: Path):
        self.path = path
        self._file = zipfile.ZipFile(path)
        self.headers: dict[str, Header] = {}
        for member in self._file.infolist():
            key = member.filename.removesuffix(_ENDING)
            if key == member.filename:
                raise ValueError(f"{printable(key)} is no {_ENDING} file")
            if key in self.headers:
                raise ValueError(f"{printable(key)} occurs twice")
            self.headers[key] = self._header(member, key)

    def _header(self, member: zipfile.ZipInfo, key: str) -> Header:
        with self._file.open(member) as stream:
            version = npy.read_magic(stream)
            if version not in _HEADERS:
                raise ValueError(f"{printable(key)} has version {version} of the .npy format")
            shape, _, dtype = _HEADERS[version](stream)
            size = stream.tell() + math.prod(shape) * dtype.itemsize
        if dtype.hasobject or min(shape, default=0) < 0 or size != member.file_size:
            raise ValueError(
                f"{printable(key)} has {member.file_size:,} bytes, and says that it is {dtype} "
                f"{shape}"
            )
        return Header(shape, dtype)

    def verify(self) -> None:
        """Raise zipfile.BadZipFile if a checksum is wrong; takes the memory of no array."""
        if (name := self._file.testzip()) is not None:
            raise zipfile.BadZipFile(f"bad checksum of {printable(name)}")

    def chosen(self, keys: Callable[[str], bool]) -> "Arrays":
        """Those arrays of the file whose keys are wanted."""
        part = object.__new__(Arrays)
        part.path, part._file = self.path, self._file
        part.headers = {key: header for key, header in self.headers.items() if keys(key)}
        return part

    def __getitem__(self, key: str) -> np.ndarray:
        if key not in self.headers:
            raise KeyError(key)
        with self._file.open(f"{key}{_ENDING}") as stream:
            return npy.read_array(stream, allow_pickle=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self.headers)

    def __len__(self) -> int:
        return len(self.headers)


def headers(arrays: Mapping[str, np.ndarray]) -> dict[str, Header]:
    """What the arrays are, without reading those of a file."""
    if isinstance(arrays, Arrays):
        return arrays.headers
    return {key: Header(array.shape, array.dtype) for key, array in arrays.items()}


def chosen(arrays: Mapping[str, np.ndarray], keys: Callable[[str], bool]) -> Mapping:
    """The arrays whose keys are wanted, without reading those of a file."""
    if isinstance(arrays, Arrays):
        return arrays.chosen(keys)
    return {key: array for key, array in arrays.items() if keys(key)}
