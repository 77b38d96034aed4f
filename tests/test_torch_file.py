"""Files as PyTorch 1.5 saved them, written without it."""

import io
import os
import pickle
import struct
import sys
import types
from collections import OrderedDict

import numpy as np
import pytest

from kerasgan.evaluation.features import torch_file


class Storage:
    """A storage of a file: the key, the kind and the elements."""

    def __init__(self, key, kind, values):
        self.pid = ("storage", kind, key, "cpu", len(values), None)
        self.content = struct.pack("<q", len(values)) + values.tobytes()


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return value.pid if isinstance(value, Storage) else None


class View:
    """A tensor, which pickles as PyTorch's do."""

    def __init__(self, storage, offset, shape, strides):
        self.arguments = (storage, offset, shape, strides, False, OrderedDict())

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.arguments


@pytest.fixture
def torch(monkeypatch):
    """The names of PyTorch's that its files hold."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for name in ("FloatStorage", "LongStorage", "HalfStorage"):
        setattr(torch, name, type(name, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2():
        raise NotImplementedError

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    return torch


def write(path, tensors, storages, magic=0x1950A86A20F9469CFC6C):
    with io.BytesIO() as file:
        for part in (magic, 1001, {"little_endian": True}, tensors, [s.pid[2] for s in storages]):
            Pickler(file, protocol=2).dump(part)
        path.write_bytes(file.getvalue() + b"".join(storage.content for storage in storages))
    return path


def test_tensors_are_read_by_their_offsets_sizes_and_strides(torch, tmp_path):
    values = np.arange(24, dtype="<f4")
    floats = Storage("7", torch.FloatStorage, values)
    count = Storage("3", torch.LongStorage, np.array([5], "<i8"))
    tensors = OrderedDict(
        whole=View(floats, 0, (2, 3, 4), (12, 4, 1)),
        transposed=View(floats, 0, (4, 3, 2), (1, 4, 12)),
        inside=View(floats, 6, (2, 2), (8, 3)),
        scalar=View(count, 0, (), ()),
    )
    # The contents stand in an order of their own.
    found = torch_file.read(write(tmp_path / "file.pth", tensors, [count, floats]))
    np.testing.assert_array_equal(found["whole"], values.reshape(2, 3, 4))
    np.testing.assert_array_equal(found["transposed"], values.reshape(2, 3, 4).T)
    np.testing.assert_array_equal(found["inside"], [[6, 9], [14, 17]])
    assert (found["scalar"], found["scalar"].dtype) == (5, np.int64)


def test_a_view_beyond_its_storage_is_refused(torch, tmp_path):
    floats = Storage("7", torch.FloatStorage, np.zeros(4, "<f4"))
    path = write(tmp_path / "file.pth", {"a": View(floats, 2, (3,), (1,))}, [floats])
    with pytest.raises(ValueError, match=r"file\.pth must hold tensors"):
        torch_file.read(path)


class Program:
    def __reduce__(self):
        return os.mkdir, ("made",)


def test_nothing_but_tensors_is_unpickled(torch, tmp_path):
    path = write(tmp_path / "file.pth", {"a": Program()}, [])
    with pytest.raises(ValueError, match="mkdir is not part of a tensor"):
        torch_file.read(path)
    assert not (tmp_path / "made").exists()
    halves = Storage("7", torch.HalfStorage, np.zeros(4, "<f2"))
    path = write(tmp_path / "file.pth", {"a": View(halves, 0, (4,), (1,))}, [halves])
    with pytest.raises(ValueError, match=r"torch\.HalfStorage is not part of a tensor"):
        torch_file.read(path)


def test_a_cut_or_foreign_file_is_refused(torch, tmp_path):
    floats = Storage("7", torch.FloatStorage, np.zeros(4, "<f4"))
    tensors = {"a": View(floats, 0, (4,), (1,))}
    path = write(tmp_path / "file.pth", tensors, [floats])
    whole = path.read_bytes()
    for length in (0, 1, 10, 30, 100, len(whole) - 17, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"file\.pth must hold tensors"):
            torch_file.read(path)
    path.write_bytes(b"no pickle")
    with pytest.raises(ValueError, match=r"file\.pth must hold tensors"):
        torch_file.read(path)
    with pytest.raises(ValueError, match=r"magic number and protocol must be .*, got \(5, 1001\)"):
        torch_file.read(write(path, tensors, [floats], magic=5))
