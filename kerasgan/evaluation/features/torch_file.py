"""Reader of tensors saved by PyTorch, without PyTorch and without its pickle.

Since PyTorch 1.6, a file is a ZIP archive of a pickle and of one entry per storage. Before, it was
a row of pickles and storages.
"""

import io
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from kerasgan.utils.errors import InvalidInput

_ZIP = b"PK\x03\x04"
_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
# Errors of reading a file that is cut short or has another format.
_DAMAGE = (
    pickle.UnpicklingError,
    struct.error,
    zipfile.BadZipFile,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    MemoryError,
    OSError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
)
_DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Storage(NamedTuple):
    """size: in elements."""

    key: str
    dtype: np.dtype
    size: int

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize


class _Tensor(NamedTuple):
    """A view of a storage; offset and strides are in elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _rebuild(storage, offset, shape, strides, *_) -> _Tensor:
    return _Tensor(storage, offset, shape, strides)


_ALLOWED = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
    # A pickle may change the attributes of what it names: these are names, not NumPy's own types.
    **{("torch", name): name for name in _DTYPES},
}


class _Unpickler(pickle.Unpickler):
    """Accepts only dictionaries of tensors: any other pickle could run a program."""

    def find_class(self, module: str, name: str):
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not part of a tensor") from None

    def persistent_load(self, pid) -> _Storage:
        _, kind, key, _, size, *_ = pid
        return _Storage(key, _DTYPES[kind], size)


def read(path: Path) -> dict[str, np.ndarray]:
    """Read the file's state dictionary, {name: array}; the arrays are read-only.

    Raises:
        InvalidInput: if the file is missing, damaged, or holds anything but float32 and int64
            tensors.
    """
    try:
        with path.open("rb") as file:
            is_zip = file.read(len(_ZIP)) == _ZIP
            file.seek(0)
            tensors, contents = (_read_zip if is_zip else _read_legacy)(file, path.stat().st_size)
        return {
            str(name): _view(tensor, contents[tensor.storage.key])
            for name, tensor in tensors.items()
        }
    except _DAMAGE as reason:
        raise InvalidInput(f"{path} must hold tensors saved by PyTorch: {reason}") from None


def _read_zip(file: BinaryIO, length: int) -> tuple[dict[str, _Tensor], dict[str, bytes]]:
    with zipfile.ZipFile(file) as archive:
        # The folder has the name that the file was saved under.
        folder = archive.namelist()[0].partition("/")[0]
        order = f"{folder}/byteorder"
        if order in archive.namelist():
            _check_order(_entry(archive, order, length) == b"little")
        pickled = _entry(archive, f"{folder}/data.pkl", length)
        tensors = _Unpickler(io.BytesIO(pickled)).load()
        storages = _storages(tensors.values(), length)
        return tensors, {
            key: _entry(archive, f"{folder}/data/{key}", storage.nbytes)
            for key, storage in storages.items()
        }


def _entry(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """An entry of at most as many bytes. PyTorch compresses none, which could grow in memory."""
    entry = archive.getinfo(name)
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > most:
        raise ValueError(
            f"{name} must be stored uncompressed, in at most {most:,} bytes, "
            f"got {entry.file_size:,}"
        )
    return archive.read(entry)


def _read_legacy(file: BinaryIO, length: int) -> tuple[dict[str, _Tensor], dict[str, bytes]]:
    magic, protocol, system, tensors, keys = (_Unpickler(file).load() for _ in range(5))
    if (magic, protocol) != (_MAGIC, _PROTOCOL):
        raise ValueError(
            f"magic number and protocol must be {(_MAGIC, _PROTOCOL)}, got {(magic, protocol)}"
        )
    _check_order(system["little_endian"])
    storages = _storages(tensors.values(), length)
    return tensors, {key: _content(file, storages[key]) for key in keys}


def _content(file: BinaryIO, storage: _Storage) -> bytes:
    (size,) = struct.unpack("<q", file.read(8))
    if size != storage.size:
        raise ValueError(f"storage {storage.key} must be of {storage.size} elements, got {size}")
    return file.read(storage.nbytes)


def _check_order(is_little: bool) -> None:
    if not is_little:
        raise ValueError("the byte order must be little-endian")


def _storages(tensors: Iterable[_Tensor], length: int) -> dict[str, _Storage]:
    """The tensors' storages, {key: storage}, checked to be no longer than the file."""
    storages = {tensor.storage.key: tensor.storage for tensor in tensors}
    sizes = [storage.nbytes for storage in storages.values()]
    if min(sizes, default=0) < 0 or sum(sizes) > length:
        raise ValueError(f"storages of {sum(sizes):,} bytes are not in a file of {length:,}")
    return storages


def _view(tensor: _Tensor, content: bytes) -> np.ndarray:
    storage = tensor.storage
    if len(content) != storage.nbytes:
        raise ValueError(
            f"storage {storage.key} must be of {storage.nbytes} bytes, got {len(content)}"
        )
    dtype = storage.dtype
    strides = [stride * dtype.itemsize for stride in tensor.strides]
    # NumPy raises ValueError for views outside the buffer.
    return np.ndarray(tensor.shape, dtype, content, tensor.offset * dtype.itemsize, strides)
