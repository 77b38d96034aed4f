"""What is checked before a run is resumed, without training it."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from kerasgan import registry
from kerasgan.runs import directory
from kerasgan.training import callbacks, resuming, trainer
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput, TrainingFailed
from tests.conftest import SAMPLE


@pytest.fixture
def run(trained, tmp_path):
    shutil.copytree(trained.path, tmp_path / "copy")
    return directory.read(tmp_path / "copy")


def damage(run):
    for path in run.checkpoint_files.values():
        path.write_bytes(b"damaged")


def test_a_run_never_begins_again_unless_it_is_told_to(run):
    damage(run)
    for _ in range(2):
        with pytest.raises(InvalidInput, match=r"none of the 2 checkpoints .* --from-start"):
            trainer.resume(run, {"steps": 9})
        # Also where the damaged ones were set aside.
        resuming.clear(run)
    assert resuming.newest_checkpoint(run, from_start=True) == (0, None)
    shutil.rmtree(run.checkpoints)
    assert resuming.newest_checkpoint(run, from_start=False) == (0, None)


def test_a_run_is_extended_in_its_own_unit(run):
    assert resuming.extended(run, 2, {"steps": 9}) == {"steps": 9}
    assert resuming.extended(run, 2, {}) == {}
    with pytest.raises(InvalidInput, match=r"counts in steps, so --steps .* got --epochs"):
        resuming.extended(run, 2, {"epochs": 3})
    of_epochs = replace(run, config=replace(run.config, epochs=2, steps=10))
    assert resuming.extended(of_epochs, 10, {"epochs": 3}) == {"epochs": 3, "steps": 15}
    with pytest.raises(InvalidInput, match=r"counts in epochs, so --epochs .* got --steps"):
        resuming.extended(of_epochs, 10, {"steps": 12})
    with pytest.raises(InvalidInput, match=r"greater than the 1.6 epochs already trained .* got 1"):
        resuming.extended(of_epochs, 8, {"epochs": 1})


def test_a_whole_checkpoint_is_not_thrown_away(run):
    with pytest.raises(InvalidInput, match="has one of step 2"):
        trainer.resume(run, from_start=True)


def test_a_disk_that_is_read_only_or_full_is_found_before_training(run, kerasgan, monkeypatch):
    def failing(dir):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(files.tempfile, "TemporaryFile", failing)
    done = kerasgan("resume", run.path, "--steps", 9)
    assert done.exit_code == 2
    assert f"{run.path} is not a writable folder" in done.output


def test_data_is_named_absolutely_and_found_again_where_it_has_moved(run, kerasgan):
    assert run.config.data == str(SAMPLE)
    shutil.copytree(SAMPLE, "moved")
    directory.update(run, data="/gone")
    done = kerasgan("resume", run.path, "--steps", 3)
    assert done.exit_code == 2
    assert "/gone, the data of" in done.output
    assert "name the new place with --data" in done.output
    done = kerasgan("resume", run.path, "--steps", 3, "--data", "moved")
    assert done.exit_code == 0, done.output
    again = directory.read(run.path)
    assert (again.config.data, again.config.steps) == (str(Path("moved").absolute()), 3)


@pytest.mark.parametrize(
    ("model", "options", "paths"),
    [
        ("gan", {}, []),
        ("gan", {"data": "tfds:mnist"}, []),
        ("gan", {"data": "a/b"}, ["data"]),
        ("cyclegan", {"data": "a"}, ["data"]),
        ("cyclegan", {"domain_a": "a", "domain_b": "/b"}, ["domain_a", "domain_b"]),
    ],
)
def test_only_files_and_folders_get_absolute_paths(model, options, paths):
    config = registry.config_class(model)(**options)
    assert list(config.paths) == paths
    located = config.located()
    assert all(path.is_absolute() for path in located.paths.values())
    unchanged = {name: value for name, value in options.items() if name not in paths}
    assert located == config.with_options(
        **unchanged, **{name: str(Path.cwd() / options[name]) for name in paths}
    )
    with pytest.raises(InvalidInput, match="--domain-a does not apply"):
        resuming.moved(registry.config_class("gan")(data="x"), {"domain_a": "y"})


def test_rows_that_are_older_than_the_checkpoint_and_lost_are_named(run, caplog):
    run.metrics_file.write_text("step,seconds,d_loss\n2,1,1\n6,1,1\n10,1,1\n")
    log = callbacks.MetricsLog(run, 9, 2)
    log.set_model(SimpleNamespace(record=lambda: {"d_loss": 1.0}))
    log.on_train_begin()
    assert f"{run.metrics_file} lacks the rows of steps 4, 8" in caplog.text
    caplog.clear()
    run.metrics_file.write_text("step,seconds,d_loss\n2,1,1\n4,1,1\n")
    log = callbacks.MetricsLog(run, 5, 2)
    log.set_model(SimpleNamespace(record=lambda: {"d_loss": 1.0}))
    log.on_train_begin()
    assert caplog.text == ""


def test_a_loss_that_is_not_finite_names_the_last_good_checkpoint(run):
    model = SimpleNamespace(failed_step=np.array(7), record=lambda: {"d_loss": np.nan})
    with pytest.raises(TrainingFailed, match=r"last good checkpoint is .*/step-000002\.npz"):
        callbacks.check_finite(model, run)
