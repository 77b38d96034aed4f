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
    with pytest.raises(InvalidInput, match="needs 3 MiB, 1 MiB are free"):
        files.check_writable(tmp_path / "run", 3 * 2**20)


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
