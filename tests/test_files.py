import subprocess
import sys

import pytest

from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput


def test_a_failing_write_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "image.png"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), files.replacing(target) as temporary:
        _fail_half_way(temporary)
    assert [path.name for path in tmp_path.iterdir()] == ["image.png"]
    assert target.read_text() == "old"


def test_a_failing_write_takes_the_folders_along_that_it_made(tmp_path):
    (tmp_path / "old").mkdir()
    target = tmp_path / "old" / "new" / "newer" / "image.png"
    with pytest.raises(ZeroDivisionError), files.replacing(target) as temporary:
        _fail_half_way(temporary)
    assert list(tmp_path.rglob("*")) == [tmp_path / "old"]


def test_the_new_name_appears_only_when_all_is_written(tmp_path):
    target = tmp_path / "new" / "image.png"
    with files.replacing(target) as temporary:
        temporary.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"


def test_a_folder_appears_whole(tmp_path):
    with files.replacing(tmp_path / "model") as temporary:
        temporary.mkdir()
        (temporary / "part").write_text("x")
    assert [path.name for path in tmp_path.rglob("*")] == ["model", "part"]


def test_what_a_killed_process_left_is_removed(tmp_path):
    (tmp_path / ".tmp-1-step.npz").write_text("x")
    (tmp_path / ".tmp-2-model").mkdir()
    (tmp_path / "step.npz").write_text("x")
    files.remove_stale(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["step.npz"]


def test_a_full_disk_is_refused_before_work_begins(tmp_path, monkeypatch):
    monkeypatch.setattr(files.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 2**20}))
    files.check_writable(tmp_path / "run", 2**20)
    lack = "needs 3.0 MiB, 1.0 MiB are free"
    with pytest.raises(InvalidInput, match=lack):
        files.check_writable(tmp_path / "run", 3 * 2**20)
    with pytest.raises(OSError, match=f"not enough disk: {lack}: '{tmp_path / 'file'}'"):
        files.check_space(tmp_path / "file", 3 * 2**20)


def test_content_reaches_the_disk_before_its_name_and_the_name_before_the_end(
    tmp_path, monkeypatch
):
    synced = []
    monkeypatch.setattr(files, "_sync", lambda path: synced.append((path.name, target.exists())))
    target = tmp_path / "new" / "model"
    with files.replacing(target) as temporary:
        (temporary / "part").mkdir(parents=True)
        (temporary / "part" / "weights").touch()
    names = [name for name, _ in synced]
    assert names == [temporary.name, "weights", "part", "new", tmp_path.name]
    assert [was_renamed for _, was_renamed in synced] == [False, False, False, True, True]
    synced.clear()
    target = tmp_path / "file"
    with files.replacing(target) as temporary:
        temporary.touch()
    assert synced == [(temporary.name, False), (tmp_path.name, True)]


def test_two_writers_of_one_name_use_two_temporary_names(tmp_path, monkeypatch):
    target = tmp_path / ("n" * 250 + ".png")
    with files.replacing(target) as first, files.replacing(target) as second:
        first.write_text("first")
        second.write_text("second")
        assert first.suffix == ".png"
    assert target.read_text() == "first"


def test_an_error_of_the_disk_names_the_file(tmp_path):
    with pytest.raises(OSError, match="No space left") as full, files.replacing(tmp_path / "file"):
        raise OSError(28, "No space left on device")
    assert full.value.filename == str(tmp_path / "file")


def test_only_what_an_ended_process_of_this_machine_left_is_abandoned(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from kerasgan.utils import files\n"
        "with files.replacing(Path(sys.argv[1])) as temporary:\n"
        "    temporary.mkdir(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "model")], check=True)
    (left,) = tmp_path.iterdir()
    other = tmp_path / left.name.replace(files._machine(), "0" * 8)
    other.mkdir()
    with files.replacing(tmp_path / "file") as mine:
        mine.touch()
        files.remove_abandoned(tmp_path)
        assert set(tmp_path.iterdir()) == {other, mine}


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput, match="not a writable folder"):
        files.check_writable(tmp_path / "file" / "run")


def test_only_new_and_empty_folders_are_vacant(tmp_path):
    files.check_vacant(tmp_path / "new")
    files.check_vacant(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput, match="is not empty"):
        files.check_vacant(tmp_path)


def _fail_half_way(path):
    path.write_text("half of the n")
    raise ZeroDivisionError
