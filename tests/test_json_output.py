"""`--json`: one document on standard output, messages on standard error."""

import json
import shutil

import pytest

from kerasgan.commands import doctor as doctor_command
from kerasgan.commands import messages, sweep
from kerasgan.evaluation import report
from kerasgan.evaluation.result import Evaluation
from kerasgan.experiments import comparison
from kerasgan.runs import directory
from tests.conftest import SAMPLE, tiny_options


@pytest.fixture
def run(trained, tmp_path):
    """The shared run, as number 1 of this test's own runs."""
    copy = tmp_path / "runs" / "0001-acgan"
    shutil.copytree(trained.path, copy)
    return directory.read(copy.relative_to(tmp_path))


@pytest.fixture
def document(kerasgan):
    """Run a command with --json, and return its exit code, document and standard error."""

    def run(*words):
        done = kerasgan(*words, "--json")
        return done.exit_code, json.loads(done.stdout), done.stderr

    return run


def test_runs_has_an_object_per_run(document, run, tmp_path):
    (tmp_path / "runs" / "broken").mkdir()
    (tmp_path / "runs" / "broken" / "config.json").write_text("{")
    exit_code, (broken, whole), errors = document("runs")
    assert (exit_code, errors) == (1, "")
    assert {"run", "model", "step", "d_loss", "g_loss", "accuracy", "size", "state"} < whole.keys()
    assert broken.keys() == whole.keys()
    known = ("0001-acgan", "acgan", 2, 2, "finished", None)
    assert tuple(map(whole.get, ("run", "model", "step", "steps", "state", "problem"))) == known
    assert isinstance(whole["d_loss"], float)
    assert whole["size"] > 10_000
    assert (broken["state"], broken["model"], broken["step"]) == ("damaged", None, None)
    assert "config.json cannot be read" in broken["problem"]


def test_no_run_is_an_empty_list(document):
    exit_code, found, errors = document("runs")
    assert (exit_code, found) == (0, [])
    assert "no run in" in errors


@pytest.mark.parametrize("words", [("runs", "--json", "delete", "1"), ("cache", "--json", "clear")])
def test_json_of_a_group_is_refused_before_its_commands(kerasgan, words):
    done = kerasgan(*words)
    assert done.exit_code == 2
    assert f"--json does not apply to {words[2]}" in done.output


def test_evaluate_prints_what_evaluation_json_has(document, run, monkeypatch):
    number = {"value": 0.5, "interval": [0.25, 0.75], "n": 100, "seed": 0}
    evaluation = Evaluation({"accuracy_hair": number}, {}, {}, {"FID": "no weights"}, run.schema)

    def evaluate(run, *, checkpoint, **_):
        report.write(evaluation, run, checkpoint)
        return evaluation

    monkeypatch.setattr("kerasgan.api.evaluate", evaluate)
    exit_code, found, errors = document("evaluate")
    assert (exit_code, found["numbers"]) == (0, {"accuracy_hair": number})
    assert found == json.loads((run.path / "evaluation.json").read_text())
    assert errors == f"run: {run.path}\nwrote {run.path / 'report.html'}\n"


def test_describe_has_the_layers_and_the_sums_of_the_table(document):
    exit_code, found, _ = document("describe", "gan", *tiny_options("gan"), "--no-measure")
    assert exit_code == 0
    generator = found["networks"]["generator"]
    assert list(generator["layers"][0]) == [
        "layer", "kind", "output", "parameters", "multiply_adds",
    ]  # fmt: skip
    assert generator["layers"][-1]["output"] == [16, 16, 3]
    assert sum(layer["parameters"] for layer in generator["layers"]) == generator["parameters"]
    networks = found["networks"].values()
    assert sum(network["parameters"] for network in networks) == found["parameters"]
    assert (found["batch_size"], found["hours"]) == (4, None)


def test_doctor_has_an_object_per_row(document, monkeypatch):
    rows = [
        doctor_command.Finding("extra demo", "gradio is missing", "pip install 'kerasgan[demo]'")
    ]
    monkeypatch.setattr(doctor_command, "_CHECKS", {})
    monkeypatch.setattr(doctor_command, "_extras", lambda: rows)
    exit_code, found, _ = document("doctor")
    assert exit_code == 0
    assert [row["name"] for row in found] == ["kerasgan", "Python", "extra demo"]
    assert found[-1] == rows[0]._asdict()


def test_cache_has_the_folder_and_its_size(document, monkeypatch, tmp_path):
    monkeypatch.setenv("KERASGAN_CACHE", str(tmp_path))
    (tmp_path / "file").write_bytes(b"12345")
    assert document("cache") == (0, {"folder": str(tmp_path), "size": 5}, "")


def test_data_check_has_counts_and_all_places(document, kerasgan, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(SAMPLE, data)
    for name in "abcdefg":
        (data / "images" / f"{name}.png").write_text("no image")
    exit_code, found, errors = document("data", "check", data, "--html", "page.html")
    assert (exit_code, errors.splitlines()[-1]) == (1, "wrote page.html")
    assert found["images"] == found["readable"] + 7
    assert found["sizes"] == {"64x64": found["readable"]}
    assert sum(found["labels"]["hair"].values()) <= found["readable"]
    assert len(found["problems"]["unreadable images"]) == 7
    text = kerasgan("data", "check", data).stdout
    assert f"images: {found['images']}, of which 7 unreadable" in text
    for sentence in found["advice"]:
        assert f"advice: {sentence}" in text


def test_compared_runs_are_the_rows_of_table_csv(document, run, monkeypatch):
    def write(compared, folder, *_):
        (folder / "report.html").write_text("page")

    monkeypatch.setattr(comparison, "write", write)
    exit_code, (row,), errors = document("report", "1")
    assert (exit_code, errors) == (0, "wrote report.html\n")
    head, *_ = comparison._as_csv([comparison.read("", run)]).splitlines()
    assert list(row) == head.split(",")
    assert (row["run"], row["seed"]) == ("0001-acgan", 0)
    assert isinstance(row["d_loss"], float)


def test_a_sweep_and_a_reproduction_print_such_rows(document, run, monkeypatch):
    monkeypatch.setattr(comparison, "write", lambda *_: None)
    monkeypatch.setattr(
        sweep, "carry_out", lambda *_: ([comparison.read("sigma=1", run)], ["2: failed"])
    )
    exit_code, (row,), errors = document("sweep", "acgan", "--vary", "sigma=1")
    assert (exit_code, row["setting"]) == (1, "sigma=1")
    assert errors.endswith("report.html\n2: failed\n")
    exit_code, (row,), errors = document("reproduce", "sigma")
    assert (exit_code, row["setting"]) == (1, "sigma=1")
    assert "This reproduction is incomplete." in errors
    _, known, _ = document("reproduce")
    assert "sigma" in [each["name"] for each in known]
    assert all(each["claim"] and each["settings"] for each in known)


def test_numbers_that_are_not_finite_are_null(capsys):
    messages.document({"d_loss": [float("nan"), float("inf"), 1.5], "name": "\x1b[31m"})
    written = capsys.readouterr().out
    assert json.loads(written) == {"d_loss": [None, None, 1.5], "name": "\x1b[31m"}
    assert "\x1b" not in written
