import dataclasses
import json
import os
import shutil

import keras
import numpy as np
import pytest

from kerasgan.datasets import labelled
from kerasgan.models.variables import named_variables
from kerasgan.runs import checkpoints, directory
from kerasgan.training import trainer
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput


class Bare(keras.Model):
    """A model without variables, of which only checkpoints are made."""

    def complete_average(self):
        pass


@pytest.fixture
def run(trained, tmp_path):
    shutil.copytree(trained.path, tmp_path / "copy")
    return directory.read(tmp_path / "copy")


def test_all_variables_have_unique_keys(tiny):
    model = trainer.build(tiny, labelled.load(tiny).training)
    keys = named_variables(model)
    assert {key.split("/")[0] for key in keys} == {
        "discriminator", "discriminator_player", "generator", "generator_player",
        "failed_step", "step",
    }  # fmt: skip
    assert sum("seed_generator" in key for key in keys) == 5  # the discriminator's dropouts
    assert sum("momentum" in key or "velocity" in key for key in keys) == 2 * (
        len(model.generator.trainable_variables) + len(model.discriminator.trainable_variables)
    )


def test_keys_do_not_depend_on_earlier_models_of_the_process(tiny):
    data = labelled.load(tiny).training
    first, second = (set(named_variables(trainer.build(tiny, data))) for _ in range(2))
    assert first == second


def test_a_checkpoint_is_restored(run, tiny):
    step, arrays = checkpoints.newest(run)
    assert step == 2
    model = trainer.build(run.config, labelled.load(run.config).training)
    checkpoints.restore(arrays, named_variables(model))
    for key, variable in named_variables(model).items():
        np.testing.assert_array_equal(variable, arrays[key])
    assert int(model.step) == 2


@pytest.mark.parametrize("size", [0, 100, -20])
def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(run, caplog, size):
    newest = run.checkpoints / "step-000002.npz"
    newest.write_bytes(newest.read_bytes()[:size])
    step, _ = checkpoints.newest(run)
    assert step == 1
    assert str(newest) in caplog.text


def test_a_flipped_bit_is_damage(run):
    newest = run.checkpoints / "step-000002.npz"
    content = bytearray(newest.read_bytes())
    largest = max(checkpoints.newest(run)[1].values(), key=np.size).tobytes()
    content[content.index(largest) + len(largest) // 2] ^= 1
    newest.write_bytes(content)
    assert checkpoints.newest(run)[0] == 1


def test_a_run_without_checkpoints_has_none(run):
    shutil.rmtree(run.checkpoints)
    assert checkpoints.newest(run) is None


def test_only_the_last_few_are_kept(run):
    model = Bare()
    for step in range(3, 9):
        checkpoints.save(run, model, step)
    assert sorted(path.name for path in run.checkpoints.iterdir()) == [
        f"step-00000{step}.npz" for step in (6, 7, 8)
    ]


@pytest.mark.parametrize("keep", [1, 2, 3])
@pytest.mark.parametrize("newer", ["step-000209.npz", "step-999999.npz"])
def test_what_was_just_written_is_kept_whatever_its_number(run, keep, newer):
    """A checkpoint with a higher number may be damaged, or renamed by hand."""
    run = dataclasses.replace(run, config=run.config.with_options(keep_checkpoints=keep))
    (run.checkpoints / newer).write_bytes(b"damaged")
    model = Bare()
    for step in (5, 10, 15):
        assert checkpoints.save(run, model, step).is_file()
        assert checkpoints.newest(run)[0] == step
    kept = sorted(run.checkpoint_files)[:-1]
    assert kept == [2, 5, 10, 15][-keep:]


def test_nothing_is_removed_for_a_checkpoint_that_cannot_be_read_back(run, monkeypatch):
    run = dataclasses.replace(run, config=run.config.with_options(keep_checkpoints=1))
    monkeypatch.setattr(
        checkpoints, "write", lambda run, arrays, step, path: path.write_bytes(b"lost")
    )
    with pytest.raises(checkpoints.DamagedCheckpoint):
        checkpoints.save(run, Bare(), 5)
    (run.checkpoints / "step-000005.npz").unlink()
    assert checkpoints.newest(directory.read(run.path))[0] == 2


def test_records_are_on_the_disk_before_the_checkpoint(run, monkeypatch):
    events = []
    monkeypatch.setattr(files, "sync", lambda path: events.append(path.name))
    monkeypatch.setattr(files, "publish", lambda _, path: path.write_bytes(b""))
    with pytest.raises(checkpoints.DamagedCheckpoint):
        checkpoints.save(run, Bare(), 5)
    assert events == ["metrics.csv", "health.jsonl"]


def test_a_full_disk_is_found_before_a_checkpoint_is_written(run, monkeypatch):
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr(files.shutil, "disk_usage", lambda path: usage)
    before = sorted(run.checkpoints.iterdir())

    class Large(Bare):
        def __init__(self):
            super().__init__()
            self.large = keras.Variable(np.zeros(2**18, np.float32))

    with pytest.raises(OSError, match=r"needs 1.0 MiB, 0.0 MiB are free: .*step-000005.npz"):
        checkpoints.save(run, Large(), 5)
    assert sorted(run.checkpoints.iterdir()) == before


@pytest.mark.parametrize(
    "error", [PermissionError(13, "denied"), OSError(5, "I/O"), OSError(116, "stale")]
)
def test_a_checkpoint_that_cannot_be_opened_is_not_damaged(run, monkeypatch, error):
    def failing(path):
        raise error

    monkeypatch.setattr(checkpoints, "LazyArrays", failing)
    with pytest.raises(OSError, match=r"step-000002\.npz"):
        checkpoints.newest(run)


def test_a_folder_that_cannot_be_listed_is_not_empty(run, monkeypatch):
    def failing(path):
        raise PermissionError(13, "denied", str(path))

    monkeypatch.setattr(os, "listdir", failing)
    with pytest.raises(PermissionError):
        checkpoints.newest(run)


def damage(run, *names):
    for name in names:
        (run.checkpoints / name).write_bytes(b"damaged")


def test_a_checkpoint_with_the_number_of_another_is_damaged(run, caplog):
    shutil.copy(run.checkpoint_files[2], run.checkpoints / "step-999999.npz")
    assert checkpoints.newest(run)[0] == 2
    assert "step-999999.npz is damaged: it is a checkpoint of step 2" in caplog.text


def test_first_weights_are_a_checkpoint_of_step_0(run):
    shutil.rmtree(run.checkpoints)
    checkpoints.save(run, Bare(), 0)
    assert checkpoints.newest(run)[0] == 0


def test_a_checkpoint_that_is_not_there_is_refused_with_those_that_are(run):
    with pytest.raises(InvalidInput, match=r"has no checkpoint 'best'; allowed: latest, 1, 2$"):
        checkpoints.load(run, "best")
    run.checkpoint_files[1].rename(run.checkpoints / "best.npz")
    assert checkpoints.load(run, "best")[0] == 1
    with pytest.raises(InvalidInput, match=r"has no checkpoint '1'; allowed: latest, 2, best$"):
        checkpoints.load(run, "1")


def test_the_best_checkpoint_is_the_last_resort(run):
    run.checkpoint_files[1].rename(run.checkpoints / "best.npz")
    damage(run, "step-000002.npz")
    assert checkpoints.newest(run)[0] == 1
    damage(run, "best.npz")
    assert checkpoints.newest(run) is None


def test_damaged_checkpoints_are_set_aside_down_to_the_first_whole_one(run):
    damage(run, "step-000002.npz", "step-000009.npz")
    checkpoints.set_aside_damaged(run)
    names = sorted(path.name for path in run.checkpoints.iterdir())
    assert names == ["step-000001.npz", "step-000002.npz.damaged", "step-000009.npz.damaged"]
    checkpoints.set_aside_damaged(run)
    assert sorted(path.name for path in run.checkpoints.iterdir()) == names


def test_a_config_that_was_changed_is_refused_by_its_fields(run):
    file = run.config_file
    record = json.loads(file.read_text())
    record["config"] |= {"sigma": 0.25, "batch_size": 8}
    file.write_text(json.dumps(record))
    with pytest.raises(InvalidInput, match=r"batch-size \(4 -> 8\), sigma \(1.0 -> 0.25\)"):
        checkpoints.newest(directory.read(run.path))


def test_an_option_that_only_one_config_has_is_refused(run, monkeypatch):
    definition = directory.definition(run)
    changed = {**definition, "config": {**definition["config"], "new": 1}}
    monkeypatch.setattr(directory, "definition", lambda run: changed)
    with pytest.raises(InvalidInput, match=r"new \(None -> 1\)"):
        checkpoints.newest(run)


@pytest.mark.parametrize("wrong", ["missing", "extra", "misshapen"])
def test_arrays_that_do_not_fit_are_refused_and_none_is_assigned(wrong):
    variables = {name: keras.Variable(np.zeros(2)) for name in ("a/0/v", "b/0/v")}
    arrays = {name: np.ones(2) for name in variables}
    if wrong == "missing":
        del arrays["b/0/v"]
    elif wrong == "extra":
        arrays["c/0/v"] = np.ones(2)
    else:
        arrays["b/0/v"] = np.ones(3)
    with pytest.raises(InvalidInput, match="b/0/v" if wrong != "extra" else "c/0/v"):
        checkpoints.restore(arrays, variables)
    assert not any(np.asarray(variable).any() for variable in variables.values())


def test_weights_may_be_float16_and_nothing_else_may():
    variables = {
        "a/0/v": keras.Variable(np.zeros(2), dtype="float32"),
        "step": keras.Variable(0, dtype="int64"),
    }
    arrays = {"a/0/v": np.ones(2, np.float16), "step": np.int64(7)}
    checkpoints.restore(arrays, variables)
    assert np.asarray(variables["a/0/v"]).tolist() == [1, 1]
    with pytest.raises(InvalidInput, match=r"step must be int64 \(\), got float16"):
        checkpoints.restore({**arrays, "step": np.float16(7)}, variables)


def test_a_variable_without_a_public_attribute_is_an_error():
    class Hidden(keras.Model):
        def __init__(self):
            super().__init__()
            self._secret = keras.Variable(0.0, name="secret")

    with pytest.raises(ValueError, match="secret"):
        named_variables(Hidden())
