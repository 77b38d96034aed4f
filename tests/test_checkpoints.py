import json
import shutil

import keras
import numpy as np
import pytest

from kerasgan.datasets import labelled
from kerasgan.models.variables import named_variables
from kerasgan.runs import checkpoints, directory
from kerasgan.training import trainer
from kerasgan.utils.errors import InvalidInput


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
    model = keras.Sequential([keras.Input((1,))])
    for step in range(3, 9):
        checkpoints.save(run, model, step)
    assert sorted(path.name for path in run.checkpoints.iterdir()) == [
        f"step-00000{step}.npz" for step in (6, 7, 8)
    ]


def test_a_config_that_was_changed_is_refused_by_its_fields(run):
    file = run.path / directory.CONFIG_FILE
    record = json.loads(file.read_text())
    record["config"] |= {"sigma": 0.25, "batch_size": 8}
    file.write_text(json.dumps(record))
    with pytest.raises(InvalidInput, match=r"batch-size \(4 -> 8\), sigma \(1.0 -> 0.25\)"):
        checkpoints.newest(directory.read(run.path))


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


def test_a_variable_without_a_public_attribute_is_an_error():
    class Hidden(keras.Model):
        def __init__(self):
            super().__init__()
            self._secret = keras.Variable(0.0, name="secret")

    with pytest.raises(ValueError, match="secret"):
        named_variables(Hidden())
