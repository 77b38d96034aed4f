"""Configs and records of untrusted or damaged runs."""

import json
import shutil
from types import SimpleNamespace
from typing import Literal

import numpy as np
import pytest

from kerasgan import registry
from kerasgan.configs.checking import check_types
from kerasgan.experiments import comparison
from kerasgan.labels import LabelSchema
from kerasgan.reporting import plots
from kerasgan.runs import directory, home, status
from kerasgan.training import callbacks
from kerasgan.utils.errors import InvalidInput
from tests import stubs
from tests.conftest import tiny_config


@pytest.fixture
def run():
    return directory.create(tiny_config("acgan"), stubs.ALL_PAIRS, "0123", "report", "kerasgan")


def changed(run, part="config", **values):
    file = run.config_file
    record = json.loads(file.read_text())
    (record if part is None else record[part]).update(values)
    file.write_text(json.dumps(record))


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("image_size", 32.0, "a whole number"),
        ("image_size", "32", "a whole number"),
        ("image_size", [32], "a whole number"),
        ("latent_dim", 100.0, "a whole number"),
        ("latent_dim", True, "a whole number"),
        ("steps", 6.5, "a whole number"),
        ("steps", "6", "a whole number"),
        ("steps", None, "a whole number"),
        ("sigma", "1", "a number"),
        ("sigma", True, "a number"),
        ("strict", 0, "true or false"),
        ("jit", 1, "true or false or null"),
        ("data", 1, "a text"),
        ("data", {"a": 1}, "a text"),
        ("exclude_tag", "red hair", "a list of a text"),
        ("exclude_tag", [1], "a list of a text"),
        ("loss_weights", [1, None], "a list of a number or a text"),
        ("loss_weights", [1, [1]], "a list of a number or a text"),
    ],
)
def test_a_wrong_type_names_field_value_and_file(run, field, value, allowed):
    changed(run, **{field: value})
    with pytest.raises(InvalidInput) as refused:
        directory.read(run.path)
    file = run.config_file
    message = f"{file} cannot be used: {field} is {value!r}; allowed: {allowed}"
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize("value", [1.0, True, "1", 3])
def test_a_choice_is_not_what_merely_equals_one(value):
    with pytest.raises(InvalidInput, match=f"level is {value!r}; allowed: 1, 2"):
        check_types({"level": Literal[1, 2]}, {"level": value})


@pytest.mark.parametrize("model", registry.names())
def test_a_run_is_read_as_it_was_written(model):
    schema = LabelSchema() if model in ("cyclegan", "cut") else stubs.ALL_PAIRS
    config = tiny_config(model)
    run = directory.create(config, schema, "0123", config.default_preset(), "kerasgan")
    assert directory.read(run.path) == run


@pytest.mark.parametrize(
    ("part", "values"),
    [
        (None, {"model": ["gan"]}),
        (None, {"model": {"gan": 1}}),
        (None, {"config": []}),
        (None, {"config": None}),
        (None, {"schema": []}),
        ("schema", {"labels": "red"}),
        ("schema", {"labels": [1]}),
        ("schema", {"labels": None}),
        ("schema", {"combinations": [["red", "blue"]]}),
        ("schema", {"combinations": [1]}),
        ("schema", {"ears": ["red"]}),
        ("config", {"steps": [[]]}),
        ("config", {"unknown\x1b": 1}),
    ],
)
def test_any_other_content_is_refused_by_its_file(run, part, values):
    changed(run, part, **values)
    with pytest.raises(InvalidInput, match=str(run.config_file)):
        directory.read(run.path)


def _deep(folder):
    (folder / "config.json").write_text("[" * 100_000)


def _deep_config(folder):
    record = json.loads((folder / "config.json").read_text())
    deep = '{"a":' * 5000 + "1" + "}" * 5000
    text = json.dumps({**record, "config": "HERE"})
    (folder / "config.json").write_text(text.replace('"HERE"', deep))


def _large(folder):
    with (folder / "config.json").open("r+") as file:
        file.truncate(10**9)


def _link(folder):
    (folder / "config.json").unlink()
    (folder / "config.json").symlink_to("absent")


def _folder(folder):
    (folder / "config.json").unlink()
    (folder / "config.json").mkdir()


def _lock(folder):
    (folder / ".lock").mkdir()


def _one_loss(folder):
    (folder / "metrics.csv").write_text("step,seconds,d_loss\n1,1,x\n")


def _no_text(folder):
    (folder / "metrics.csv").write_bytes(b"step\n\xff\n")


def _sign(folder):
    (folder / "health.jsonl").write_text("[" * 100_000 + "\n")


def _evaluation(folder):
    (folder / "evaluation.json").mkdir()


BREAKING = (
    _deep, _deep_config, _large, _link, _folder, _lock, _one_loss, _no_text, _sign,
    _evaluation,
)  # fmt: skip


@pytest.mark.parametrize("break_it", BREAKING)
def test_one_bad_run_is_named_and_hides_no_other(run, kerasgan, break_it):
    others = [run, directory.create(run.config, run.schema, "0123", "report", "kerasgan")]
    bad = directory.create(run.config, run.schema, "0123", "report", "kerasgan")
    break_it(bad.path)
    done = kerasgan("runs")
    assert done.exit_code == 1
    states = {one.path: one.state for one in status.of_home()}
    assert states == {bad.path: "damaged", **{other.path: "stopped" for other in others}}
    (line,) = [line for line in done.output.splitlines() if "damaged" in line]
    assert line.startswith(bad.path.name)
    assert len(line) < 1000
    assert "--debug" not in done.output


def test_a_run_with_one_of_the_losses_is_listed(run, kerasgan):
    (run.path / "metrics.csv").write_text("step,seconds,d_loss\n1,1,2.5\n")
    done = kerasgan("runs")
    assert done.exit_code == 0
    assert "2.500" in done.output


METRICS = {
    "no step": b"seconds\n1\n",
    "no number": b"step,seconds,d_loss\nabc,1,1\n",
    "no text": b"step,seconds\n\xff\xfe,1\n",
    "too many cells": b"step,seconds\n1,1,1,1\n",
    "too few cells": b"step,seconds,d_loss\n2\n",
    "infinite step": b"step,seconds\ninf,1\n",
}


@pytest.mark.parametrize("content", METRICS.values(), ids=METRICS)
def test_bad_metrics_name_their_file(run, content):
    run.metrics_file.write_bytes(content)
    log = callbacks.MetricsLog(run, 2, 1)
    log.set_model(SimpleNamespace(record=lambda: {"d_loss": 1.0}))
    with pytest.raises(InvalidInput, match=f"{run.metrics_file} cannot be read"):
        log.on_train_begin()


@pytest.mark.parametrize("content", [b"step\nabc\n", b"step,a\n1\n", b"\xff\n", b"step\n1,2\n"])
def test_bad_metrics_name_their_file_where_they_are_plotted_or_compared(run, content):
    run.metrics_file.write_bytes(content)
    for read in (plots.read_metrics, lambda _: comparison.read("x", run)):
        with pytest.raises(InvalidInput, match=f"{run.metrics_file} cannot be read"):
            read(run.metrics_file)


SIGNS = [b"{\n", b"[1]\n", b'{"step": []}\n', b"\xff\n", b"[" * 10**5 + b"\n"]


@pytest.mark.parametrize("content", SIGNS)
def test_a_bad_health_record_names_its_file(run, content):
    run.health_file.write_bytes(content)
    detector = callbacks.FailureDetector(
        run, 2, 1, SimpleNamespace(history={"step": np.array([0.0])})
    )
    with pytest.raises(InvalidInput, match=f"{run.health_file} cannot be read"):
        detector.on_train_begin()


NUMBERS = ["{", "[]", '{"numbers": {"a": 1}}', '{"numbers": {"a": {"value": []}}}']


@pytest.mark.parametrize("content", NUMBERS)
def test_a_bad_evaluation_names_its_file_in_a_comparison(run, content):
    file = run.path / directory.EVALUATION_FILE
    file.write_text(content)
    with pytest.raises(InvalidInput, match=f"{file} cannot be read"):
        comparison.read("x", run)


def test_a_run_without_a_command_is_extended(trained, tmp_path):
    shutil.copytree(trained.path, tmp_path / "copy")
    file = tmp_path / "copy" / home.CONFIG_FILE
    record = json.loads(file.read_text())
    del record["command"], record["preset"]
    file.write_text(json.dumps(record))
    assert directory.update(directory.read(file.parent), steps=9).config.steps == 9
