import os
import tracemalloc
import zipfile
from collections import OrderedDict

import numpy as np
import pytest

from kerasgan.evaluation.features import torch_file
from kerasgan.utils.errors import InvalidInput
from tests.torch_files import Storage, View, write_legacy, write_zip

formats = pytest.mark.parametrize("write", [write_legacy, write_zip])


@formats
def test_tensors_are_read_by_their_offsets_sizes_and_strides(tmp_path, write):
    values = np.arange(24, dtype="<f4")
    floats = Storage("7", "FloatStorage", values)
    count = Storage("3", "LongStorage", np.array([5], "<i8"))
    tensors = OrderedDict(
        whole=View(floats, 0, (2, 3, 4), (12, 4, 1)),
        transposed=View(floats, 0, (4, 3, 2), (1, 4, 12)),
        inside=View(floats, 6, (2, 2), (8, 3)),
        scalar=View(count, 0, (), ()),
    )
    # PyTorch's own are attributes of the dictionary.
    tensors._metadata = OrderedDict({"": {"version": 1}})
    # The contents stand in an order of their own.
    found = torch_file.read(write(tmp_path / "file.pth", tensors, [count, floats]))
    np.testing.assert_array_equal(found["whole"], values.reshape(2, 3, 4))
    np.testing.assert_array_equal(found["transposed"], values.reshape(2, 3, 4).T)
    np.testing.assert_array_equal(found["inside"], [[6, 9], [14, 17]])
    assert (found["scalar"], found["scalar"].dtype) == (5, np.int64)


@formats
def test_a_view_beyond_its_storage_is_refused(tmp_path, write):
    floats = Storage("7", "FloatStorage", np.zeros(4, "<f4"))
    path = write(tmp_path / "file.pth", {"a": View(floats, 2, (3,), (1,))}, [floats])
    with pytest.raises(InvalidInput, match=r"file\.pth must hold tensors"):
        torch_file.read(path)


class Program:
    def __reduce__(self):
        return os.mkdir, ("made",)


@formats
def test_nothing_but_tensors_is_unpickled(tmp_path, write):
    path = write(tmp_path / "file.pth", {"a": Program()}, [])
    with pytest.raises(InvalidInput, match="mkdir is not part of a tensor"):
        torch_file.read(path)
    assert not (tmp_path / "made").exists()
    halves = Storage("7", "HalfStorage", np.zeros(4, "<f2"))
    path = write(tmp_path / "file.pth", {"a": View(halves, 0, (4,), (1,))}, [halves])
    with pytest.raises(InvalidInput, match=r"torch\.HalfStorage is not part of a tensor"):
        torch_file.read(path)


@formats
@pytest.mark.parametrize("size", [-1, 5, 2**30, 2**62])
def test_a_storage_longer_than_the_file_is_refused_before_memory_is_taken(tmp_path, write, size):
    floats = Storage("7", "FloatStorage", np.zeros(4, "<f4"), size=size)
    path = write(tmp_path / "file.pth", {"a": View(floats, 0, (4,), (1,))}, [floats])
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput, match=r"file\.pth must hold tensors"):
            torch_file.read(path)
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


@formats
def test_a_cut_or_foreign_file_is_refused(tmp_path, write):
    floats = Storage("7", "FloatStorage", np.zeros(4, "<f4"))
    tensors = {"a": View(floats, 0, (4,), (1,))}
    path = write(tmp_path / "file.pth", tensors, [floats])
    whole = path.read_bytes()
    for length in (0, 1, 10, 30, 100, len(whole) - 17, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(InvalidInput, match=r"file\.pth must hold tensors"):
            torch_file.read(path)
    for content in (b"no pickle", b"PK\x03\x04 no archive"):
        path.write_bytes(content)
        with pytest.raises(InvalidInput, match=r"file\.pth must hold tensors"):
            torch_file.read(path)
    with pytest.raises(InvalidInput, match="byte order must be little-endian"):
        torch_file.read(write(path, tensors, [floats], is_little=False))


def test_another_magic_number_is_refused(tmp_path):
    path = write_legacy(tmp_path / "file.pth", {}, [], magic=5)
    with pytest.raises(InvalidInput, match=r"magic number and .* must be .*, got \(5, 1001\)"):
        torch_file.read(path)


def test_a_compressed_archive_is_refused(tmp_path):
    floats = Storage("7", "FloatStorage", np.zeros(4, "<f4"))
    tensors = {"a": View(floats, 0, (4,), (1,))}
    path = write_zip(tmp_path / "file.pth", tensors, [floats], compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(InvalidInput, match="must be stored uncompressed"):
        torch_file.read(path)
