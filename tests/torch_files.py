"""Files of tensors as PyTorch saves them, written without it."""

import io
import pickle
import struct
import sys
import types
import zipfile
from collections import OrderedDict
from contextlib import contextmanager
from unittest import mock

MAGIC = 0x1950A86A20F9469CFC6C
KINDS = ("FloatStorage", "LongStorage", "HalfStorage")


class Storage:
    """A storage of a file: the key, the kind and the elements, and how many it claims to have."""

    def __init__(self, key, kind, values, size=None):
        self.key = key
        self.kind = kind
        self.size = values.size if size is None else size
        self.content = values.tobytes()


class View:
    """A tensor, which pickles as PyTorch's do."""

    def __init__(self, storage, offset, shape, strides):
        self.arguments = (storage, offset, shape, strides, False, OrderedDict())

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.arguments


@contextmanager
def names():
    """The names of PyTorch's that its files hold."""

    def _rebuild_tensor_v2():
        raise NotImplementedError

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    for name in KINDS:
        setattr(torch, name, type(name, (), {"__module__": "torch"}))
    with mock.patch.dict(sys.modules, {"torch": torch, "torch._utils": utils}):
        yield


class Pickler(pickle.Pickler):
    # What follows the size: the legacy format has a view of the storage there, never used.
    rest = ()

    def persistent_id(self, value):
        if isinstance(value, Storage):
            kind = getattr(sys.modules["torch"], value.kind)
            return ("storage", kind, value.key, "cpu", value.size, *self.rest)
        return None


class LegacyPickler(Pickler):
    rest = (None,)


def pickled(pickler, value):
    with io.BytesIO() as file, names():
        pickler(file, protocol=2).dump(value)
        return file.getvalue()


def write_legacy(path, tensors, storages, magic=MAGIC, is_little=True):
    """Write a file as PyTorch did before 1.6."""
    keys = [storage.key for storage in storages]
    parts = (magic, 1001, {"little_endian": is_little}, tensors, keys)
    contents = [struct.pack("<q", storage.size) + storage.content for storage in storages]
    path.write_bytes(b"".join([*(pickled(LegacyPickler, part) for part in parts), *contents]))
    return path


def write_zip(path, tensors, storages, is_little=True, compression=zipfile.ZIP_STORED):
    """Write a file as PyTorch does since 1.6."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr(f"{path.stem}/data.pkl", pickled(Pickler, tensors))
        archive.writestr(f"{path.stem}/byteorder", "little" if is_little else "big")
        for storage in storages:
            archive.writestr(f"{path.stem}/data/{storage.key}", storage.content)
        archive.writestr(f"{path.stem}/version", "3\n")
    return path
