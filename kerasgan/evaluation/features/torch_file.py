"""Reader of tensors saved by PyTorch before 1.6, without PyTorch and without its pickle."""

import pickle
import struct
from collections import OrderedDict
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
# Errors of reading a file that is cut short or has another format.
_DAMAGE = (
    pickle.UnpicklingError,
    struct.error,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)


class _Storage(NamedTuple):
    """size: in elements."""

    key: str
    dtype: np.dtype
    size: int


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
    ("torch", "FloatStorage"): np.dtype("<f4"),
    ("torch", "LongStorage"): np.dtype("<i8"),
}


class _Unpickler(pickle.Unpickler):
    """Accepts only dictionaries of tensors: any other pickle could run a program."""

    def find_class(self, module: str, name: str):
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not part of a tensor") from None

    def persistent_load(self, pid) -> _Storage:
        _, dtype, key, _, size, _ = pid
        return _Storage(key, dtype, size)


def read(path: Path) -> dict[str, np.ndarray]:
    """Read the file's state dictionary, {name: array}.

    Raises:
        ValueError: if the file is damaged, or holds anything but float32 and int64 tensors.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except _DAMAGE as reason:
        raise ValueError(f"{path} must hold tensors as saved by PyTorch 1.5: {reason}") from None


def _read(file: BinaryIO) -> dict[str, np.ndarray]:
    magic, protocol, _, tensors, keys = (_Unpickler(file).load() for _ in range(5))
    if (magic, protocol) != (_MAGIC, _PROTOCOL):
        raise ValueError(
            f"magic number and protocol must be {(_MAGIC, _PROTOCOL)}, got {(magic, protocol)}"
        )
    declared = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
    contents = {key: _content(file, declared[key]) for key in keys}
    return {name: _view(tensor, contents[tensor.storage.key]) for name, tensor in tensors.items()}


def _content(file: BinaryIO, storage: _Storage) -> bytes:
    (size,) = struct.unpack("<q", file.read(8))
    content = file.read(storage.size * storage.dtype.itemsize)
    if size != storage.size or len(content) != size * storage.dtype.itemsize:
        raise ValueError(f"storage {storage.key} of {storage.size} elements is cut short")
    return content


def _view(tensor: _Tensor, content: bytes) -> np.ndarray:
    dtype = tensor.storage.dtype
    strides = [stride * dtype.itemsize for stride in tensor.strides]
    # NumPy raises ValueError for views outside the buffer.
    return np.ndarray(tensor.shape, dtype, content, tensor.offset * dtype.itemsize, strides)
