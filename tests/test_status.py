"""The states that `kerasgan runs` shows."""

import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile

import pytest
from filelock import lock_descriptor, unlock_descriptor

from kerasgan.labels import LabelSchema
from kerasgan.runs import directory, home, locks, status
from kerasgan.training import failure_signs
from kerasgan.training.callbacks import append_event
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput
from tests.conftest import tiny_config


def archive(run, step):
    with zipfile.ZipFile(run.checkpoints / f"step-{step:06d}.npz", "w") as file:
        file.writestr("step", str(step))


@pytest.fixture
def run():
    """A run of ten steps that has made six, with two rows of metrics."""
    made = directory.create(
        tiny_config("acgan", steps=10), LabelSchema(), "0123", "report", "kerasgan"
    )
    made.checkpoints.mkdir()
    for step in (4, 6):
        archive(made, step)
    (made.checkpoints / "step-000009-kept.npz").write_bytes(b"a person's own")
    made.metrics_file.write_text(
        "step,seconds,d_loss,g_loss,d_accuracy_hair,accuracy_hair\n"
        "4,1.0,0.7,0.8,0.1,0.25\n"
        "8,2.0,0.5,0.6,0.2,nan\n"
    )
    return made


def evaluated(run, **numbers):
    content = {"numbers": {name: {"value": value} for name, value in numbers.items()}}
    (run.path / directory.EVALUATION_FILE).write_text(json.dumps(content))


def test_a_stopped_run_is_told_by_its_newest_checkpoint_and_its_last_row(run):
    seen = status.of_run(run)
    assert (seen.state, seen.step) == ("stopped", 6)
    assert seen.losses == {"d_loss": 0.5, "g_loss": 0.6}
    assert seen.size == sum(file.stat().st_size for file in run.path.rglob("*.*"))


def test_a_run_in_training_is_told_by_its_lock_and_its_last_row(run):
    with locks.lock(run.path):
        seen = status.of_run(run)
        assert (seen.state, seen.step) == ("training", 8)
    assert status.of_run(run).state == "stopped"


def test_only_whole_checkpoints_count(run):
    (run.checkpoints / "step-000010.npz").touch()
    assert (status.of_run(run).state, status.of_run(run).step) == ("stopped", 6)
    for path in run.checkpoint_files.values():
        path.write_bytes(b"")
    with pytest.raises(InvalidInput, match=r"none of the checkpoints .* is whole"):
        status.of_run(run)


def test_a_run_that_made_its_steps_is_finished(run):
    assert status.of_run(directory.update(run, steps=6)).state == "finished"


def test_a_run_has_failed_until_it_comes_further(run):
    append_event(
        run, 3, failure_signs.FailureSign("collapse", 0.1, 1, "", {}, fatal=True), ended_run=False
    )
    assert status.of_run(run).state == "stopped"
    append_event(
        run, 6, failure_signs.FailureSign("collapse", 0.1, 1, "", {}, fatal=True), ended_run=True
    )
    assert status.of_run(run).state == "failed"
    archive(run, 7)
    assert status.of_run(run).state == "stopped"


def test_accuracy_is_of_generated_images_never_of_the_discriminator(run):
    assert status.of_run(run).accuracy == {"hair": 0.25}
    evaluated(run, accuracy_hair=0.75, accuracy_eyes=0.5, precision=0.9)
    assert status.of_run(run).accuracy == {"hair": 0.75, "eyes": 0.5}
    evaluated(run, changed_hair=0.6, kept_eyes_with_hair=0.9)
    assert status.of_run(run).accuracy == {"hair": 0.6}


def test_a_run_that_has_only_begun_is_told_by_its_config():
    made = directory.create(tiny_config("gan"), LabelSchema(), "0123", "report", "kerasgan")
    seen = status.of_run(made)
    assert (seen.state, seen.step, seen.losses, seen.accuracy) == ("stopped", 0, {}, {})


def test_a_row_that_was_cut_is_passed_over(run):
    with run.metrics_file.open("a") as file:
        file.write("12,3.0,0.1")
    assert status.of_run(run).losses == {"d_loss": 0.5, "g_loss": 0.6}


@pytest.mark.parametrize("name", ["metrics.csv", "evaluation.json", "health.jsonl"])
def test_a_damaged_file_is_named(run, name):
    (run.path / name).write_text("{\n?\n")
    with pytest.raises(InvalidInput, match=f"{name} cannot be read"):
        status.of_run(run)


def test_runs_are_listed_the_newest_last_and_damage_hides_no_other(kerasgan, run):
    for number in (3, 10, 2):
        shutil.copytree(run.path, home.folder() / f"{number:04d}-copy")
    shutil.copytree(run.path, home.folder() / "named")
    (home.folder() / "0002-copy" / home.CONFIG_FILE).write_text("{")
    (home.folder() / "0004-no-run").mkdir()
    done = kerasgan("runs")
    head, *lines = done.output.splitlines()
    assert head.split() == [
        "run", "model", "step", "d_loss", "g_loss", "accuracy", "size", "state",
    ]  # fmt: skip
    assert [line.split()[0] for line in lines] == [
        "named", run.path.name, "0002-copy", "0003-copy", "0010-copy",
    ]  # fmt: skip
    assert "damaged: runs/0002-copy/config.json cannot be read" in lines[2]
    assert lines[4].split()[1:] == [
        "acgan", "6", "/", "10", "0.500", "0.600", "hair", "25.0%", "0.0", "MiB", "stopped",
    ]  # fmt: skip
    assert done.exit_code == 1


def test_without_runs_the_place_and_a_first_command_are_named(kerasgan, tmp_path):
    done = kerasgan("runs")
    assert done.exit_code == 0
    assert done.output == (
        f"no run in {tmp_path / 'runs'}; train one with: kerasgan train acgan --preset quick\n"
    )


def test_the_list_does_not_wait_for_tensorflow(run):
    code = (
        "import sys; from kerasgan.commands import cli; cli(['runs'], standalone_mode=False);"
        "print({'tensorflow', 'keras', 'matplotlib', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.path.name in done.stdout
    assert done.stdout.endswith("set()\n")


def at_terminal(answer, *words):
    """Run a command line that is answered at a terminal; return its exit code and output."""
    keyboard, terminal = os.openpty()
    os.write(keyboard, answer)
    command = [sys.executable, "-m", "kerasgan", *words]
    done = subprocess.run(command, stdin=terminal, capture_output=True, text=True)
    os.close(keyboard)
    os.close(terminal)
    return done.returncode, done.stdout + done.stderr


def test_a_run_is_deleted_when_a_person_agrees(run):
    code, said = at_terminal(b"n\n", "runs", "delete", "1")
    assert (code, run.path.name in said, "nothing was deleted" in said) == (1, True, True)
    code, said = at_terminal(b"\x04", "runs", "delete", "1")
    assert (code, said.splitlines()[-1]) == (130, "interrupted")
    assert run.path.exists()
    code, said = at_terminal(b"y\n", "runs", "delete", "1")
    assert (code, f"deleted {run.path.absolute()}" in said) == (0, True)
    assert list(home.folder().iterdir()) == []


def test_other_runs_keep_their_numbers_and_damaged_ones_can_be_deleted(kerasgan, run):
    for number in (2, 3):
        shutil.copytree(run.path, home.folder() / f"{number:04d}-copy")
    (home.folder() / "0002-copy" / home.CONFIG_FILE).write_text("{")
    done = kerasgan("runs", "delete", "--yes", 1, "0002-copy", "0001")
    assert done.exit_code == 0, done.output
    assert [path.name for path in home.folder().iterdir()] == ["0003-copy"]


def test_what_a_killed_delete_leaves_is_no_run_and_goes_with_the_next(kerasgan, run, monkeypatch):
    shutil.copytree(run.path, home.folder() / "0002-copy")
    with monkeypatch.context() as patch:
        patch.setattr(files, "remove_set_aside", lambda parent: sys.exit(137))
        assert kerasgan("runs", "delete", "--yes", 1).exit_code == 137
    assert run.path.name not in kerasgan("runs").output
    assert len(list(home.folder().iterdir())) == 2
    assert kerasgan("runs", "delete", "--yes", 2).exit_code == 0
    assert list(home.folder().iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["1"], "cannot ask whether to delete without a terminal; use --yes"),
        (["--yes", "1", "9"], "no run '9'; allowed: a path, or a number or name of: 0001-acgan"),
        (["--yes", "0001-acgn"], "no run '0001-acgn' (did you mean 0001-acgan-"),
        (["--yes", "1", "other"], "other/config.json must be one of gan, cgan"),
        (["--yes", "1", "."], "is not a run directory: it has no config.json"),
        (["--yes"], "Missing argument 'RUN...'"),
    ],
)
def test_what_is_no_run_is_not_deleted_and_then_nothing_is(kerasgan, run, tmp_path, words, message):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / home.CONFIG_FILE).write_text("{}")
    done = kerasgan("runs", "delete", *words)
    assert done.exit_code == 2
    assert message in done.output.splitlines()[-1]
    assert run.path.exists()
    assert (tmp_path / "other").exists()


def test_a_run_in_training_is_not_deleted(kerasgan, run):
    with locks.lock(run.path):
        done = kerasgan("runs", "delete", "--yes", 1)
    assert (done.exit_code, "is being trained by another process" in done.output) == (2, True)
    assert run.path.exists()


def test_a_lock_ends_with_its_process(run):
    code = (
        "import os, sys; from pathlib import Path; from kerasgan.runs import locks\n"
        "with locks.lock(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(run.path)])
    assert locks.has_lock(run.path)
    assert not locks.is_locked(run.path)
    with locks.lock(run.path):
        assert locks.is_locked(run.path)


def test_listing_runs_does_not_look_like_training(run):
    """Two lists that are made at once, and a training that starts meanwhile."""
    with locks.lock(run.path):
        pass
    with (run.path / ".lock").open() as other:
        assert lock_descriptor(other.fileno(), blocking=False)
        release = threading.Timer(0.02, unlock_descriptor, [other.fileno()])
        release.start()
        assert not locks.is_locked(run.path)
        release.join()


def test_the_lock_of_a_run_that_can_only_be_read_is_seen(run):
    with locks.lock(run.path):
        (run.path / ".lock").chmod(0o444)
        assert locks.is_locked(run.path)
    assert not locks.is_locked(run.path)
