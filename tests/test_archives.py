"""Untrusted checkpoints: only arrays that the model expects are loaded."""

import io
import json
import shutil
import tracemalloc
import zipfile

import numpy as np
import pytest

from kerasgan.inference import loading
from kerasgan.runs import archives, checkpoints, directory
from kerasgan.utils.errors import InvalidInput
from tests import stubs

MEMBER = "run.json.npy"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A run with two checkpoints."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("saved"))
        run = stubs.painted()
        newest = run.checkpoint_files[1].with_name("step-000002.npz")
        shutil.copyfile(run.checkpoint_files[1], newest)
        rewrite(newest, **{MEMBER: record(newest, step=2)})
        return directory.read(run.path.absolute())


@pytest.fixture
def run(saved, tmp_path):
    shutil.copytree(saved.path, tmp_path / "run")
    return directory.read(tmp_path / "run")


def members(path):
    with zipfile.ZipFile(path) as file:
        return {info.filename: file.read(info) for info in file.infolist()}


def rewrite(path, kind=zipfile.ZIP_STORED, **changed):
    """Rewrite members of the archive, {member: content}; None removes one."""
    contents = {**members(path), **changed}
    with zipfile.ZipFile(path, "w", kind) as file:
        for name, content in contents.items():
            if content is not None:
                file.writestr(name, content)


def npy(array, **header):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), allow_pickle=True)
    if not header:
        return stream.getvalue()
    stream = io.BytesIO()
    described = {"descr": "<f4", "fortran_order": False, "shape": (1,), **header}
    np.lib.format.write_array_header_1_0(stream, described)
    return stream.getvalue() + np.asarray(array).tobytes()


def record(path, **changed):
    found = json.loads(str(np.load(path)["run.json"]))
    return npy(np.array(json.dumps({**found, **changed})))


def a_weight(path):
    return next(name for name in members(path) if name.startswith("averaged_generator/000"))


def with_record(content):
    return lambda path: rewrite(path, **{MEMBER: content})


def with_weight(content):
    return lambda path: rewrite(path, **{a_weight(path): content})


MAGIC = b"\x93NUMPY\x01\x00"
DAMAGE = {
    "an .npy": lambda path: path.write_bytes(npy(np.zeros(3))),
    "no archive": lambda path: path.write_bytes(b"text"),
    "no record": with_record(None),
    "record is a list": with_record(npy(np.array("[1]"))),
    "record is deep": with_record(npy(np.array("[" * 10**5))),
    "record is numbers": with_record(npy(np.zeros(3))),
    "record is bytes": with_record(npy(np.array(b"{}"))),
    "record is large": with_record(npy(np.array("x" * 5 * 2**20))),
    "run is a number": lambda path: with_record(record(path, run=5))(path),
    "run is empty": lambda path: with_record(record(path, run={}))(path),
    "step is a text": lambda path: with_record(record(path, step="2"))(path),
    "step is negative": lambda path: with_record(record(path, step=-2))(path),
    "objects": lambda path: rewrite(path, **{"zz.npy": npy(np.array([{}], object))}),
    "72 TiB": with_weight(npy([1.0], shape=(10**13, 2))),
    "negative": with_weight(npy([1.0], shape=(-1, -1))),
    "less than it says": with_weight(npy([1.0], shape=(9,))),
    "more than it says": with_weight(npy([1.0] * 99, shape=(9,))),
    "a bad header": with_weight(MAGIC + b"\x10\x00(((("),
    "a long header": with_weight(MAGIC + b"\xff\xff" + b"(" * 65535),
    "version 9": with_weight(b"\x93NUMPY\x09\x00" + b" " * 99),
    "no array": with_weight(b"text"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_checkpoint_is_named_and_the_one_before_taken(run, caplog, damage):
    damage(run.checkpoint_files[2])
    assert checkpoints.newest(run)[0] == 1
    assert f"{run.checkpoint_files[2]} is damaged" in caplog.text
    with pytest.raises(InvalidInput, match=f"{run.checkpoint_files[2]} is damaged"):
        checkpoints.load(run, "2")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_key_that_occurs_twice_is_damage(run):
    with zipfile.ZipFile(run.checkpoint_files[2], "a") as file:
        file.writestr(a_weight(run.checkpoint_files[2]), npy([1.0]))
    assert checkpoints.newest(run)[0] == 1


MISFITS = {
    "foreign": (lambda name: {"zz.npy": npy([1.0])}, "missing or unexpected: zz"),
    "foreign\x1b": (lambda name: {"averaged_generator/\x1b.npy": npy([1.0])}, r"/\\x1b"),
    "missing": (lambda name: {name: None}, "missing or unexpected: averaged_generator/000"),
    "shape": (lambda name: {name: npy(np.zeros((2, 3), "f4"))}, r"got float32 \(2, 3\)"),
    "type": (lambda name: {name: npy(np.zeros(1))}, r"must be float32 .*, got float64 \(1,\)"),
    "text": (lambda name: {name: npy(np.array(["a"]))}, r"must be float32 .*, got <U1 \(1,\)"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), MISFITS.values(), ids=map(repr, MISFITS))
def test_unexpected_arrays_are_refused_by_file_and_key_and_not_loaded(
    run, monkeypatch, change, message
):
    rewrite(run.checkpoint_files[2], **change(a_weight(run.checkpoint_files[2])))
    read = []
    get = archives.LazyArrays.__getitem__
    monkeypatch.setattr(
        archives.LazyArrays, "__getitem__", lambda self, key: (read.append(key), get(self, key))[1]
    )
    with pytest.raises(InvalidInput, match=message) as refused:
        loading.load(run)
    assert str(run.checkpoint_files[2]) in str(refused.value)
    assert read == ["run.json"]


def test_a_zip_bomb_takes_no_memory(run):
    """200 MB of zeros in 200 kB."""
    path = run.checkpoint_files[2]
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file, file.open("zz.npy", "w") as zz:
        header = {"descr": "|u1", "fortran_order": False, "shape": (2 * 10**8,)}
        np.lib.format.write_array_header_1_0(zz, header)
        for _ in range(20):
            zz.write(bytes(10**7))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput, match="missing or unexpected: zz"):
            loading.load(run)
        assert tracemalloc.get_traced_memory()[1] < 10**8
    finally:
        tracemalloc.stop()


def test_arrays_are_read_as_they_were_written(tmp_path):
    written = {"a": np.arange(6.0).reshape(2, 3), "b/c": np.array("text"), "d": np.array(7)}
    np.savez_compressed(tmp_path / "x.npz", **written)
    found = archives.LazyArrays(tmp_path / "x.npz")
    found.verify()
    assert found.keys() == written.keys()
    for key, array in written.items():
        np.testing.assert_array_equal(found[key], array)
    assert list(archives.select(found, "a".__eq__)) == ["a"]
