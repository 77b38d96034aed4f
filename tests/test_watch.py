"""The content of runs that `kerasgan watch` shows."""

import json
import math
import shutil
import subprocess
import sys
from array import array

import pytest
from PIL import Image

from kerasgan.labels import LabelSchema
from kerasgan.runs import directory, home, locks, sheets
from kerasgan.runs.records import Curve
from kerasgan.training.callbacks import append_event
from kerasgan.training.failure_signs import FailureSign
from kerasgan.utils import files, images
from kerasgan.utils.errors import InvalidInput
from kerasgan.watch import run_content, thinning
from kerasgan.watch.watched_runs import WatchedRuns
from tests.conftest import tiny_config


def made(**changes):
    """A run of ten steps in training, with two rows, a sheet and a sign of failure."""
    config = tiny_config("gan", steps=10, **changes)
    run = directory.create(config, LabelSchema(), "0123", "report", "kerasgan")
    run.metrics_file.write_text(
        "step,seconds,d_loss,g_loss,d_gradient_norm,score_auc\n"
        "4,1.0,0.7,0.8,3.0,nan\n"
        "8,2.0,0.5,0.6,5.0,0.5123456789\n"
    )
    images.save(Image.new("RGB", (9, 9), "red"), sheets.file(run.samples, 4))
    sign = FailureSign("collapse", 0.1, 4, "mode collapse", {"learning_rate": "lower"})
    append_event(run, 8, sign, ended_run=False)
    return run


@pytest.fixture
def run():
    return made(label_noise=True)


def content(*names, first=0, last=math.inf):
    """The content of the first of some runs, as the browser gets it."""
    runs = WatchedRuns(names)
    chosen = runs.listing()["chosen"]
    return json.loads(json.dumps(runs.content(chosen[0], first, last), allow_nan=False))


def panels(found):
    return {
        panel["title"]: {
            curve["name"]: (curve["steps"], curve["values"]) for curve in panel["curves"]
        }
        for panel in found["panels"]
    }


def test_the_page_gets_what_the_run_has_recorded(run):
    with locks.lock(run.path):
        found = content()
    assert (found["model"], found["state"], found["steps"]) == ("gan", "training", 10)
    assert (found["span"], found["problems"]) == ([4, 8], [])
    assert panels(found) == {
        "total loss": {"d_loss": ([4, 8], [0.7, 0.5]), "g_loss": ([4, 8], [0.8, 0.6])},
        "gradient norm": {"d_gradient_norm": ([4, 8], [3, 5])},
        "training against held-out images, 0.5: alike": {"score_auc": ([8], [0.512346])},
    }
    kinds = [(panel["section"], panel["logarithmic"]) for panel in found["panels"]]
    assert kinds == [("curves", False), ("curves", True), ("quality", False)]
    assert [step for step, _ in found["sheets"]] == [4]
    assert found["events"] == [
        {
            "step": 8,
            "sign": "collapse",
            "message": "mode collapse",
            "advice": "try a new run with lower --learning-rate (now 2e-05)",
            "ended_run": False,
        }
    ]


def test_the_options_show_what_differs_from_the_preset(run):
    found = content()
    assert found["preset"] == "report"
    options = {name: values for name, *values in found["options"]}
    assert options["label-noise"] == ["yes", "no"]
    assert options["learning-rate"] == ["2e-05", None]
    assert options["image-size"] == ["16", "64"]
    assert options["exclude-tag"] == ["none", None]


def test_the_page_shows_an_evaluation(run):
    numbers = {"accuracy": {"value": 0.98765, "interval": [0.9, 1]}, "recall": {"value": 0.5}}
    (run.path / directory.EVALUATION_FILE).write_text(json.dumps({"numbers": numbers}))
    assert content()["numbers"] == [["accuracy", "0.9877 (0.9 to 1)"], ["recall", "0.5"]]


def test_a_trained_run_has_curves_and_all_its_sheets(trained):
    found = content(str(trained.path))
    assert (found["state"], found["span"], found["problems"]) == ("finished", [2, 2], [])
    assert [step for step, _ in found["sheets"]] == [1, 2]
    assert {"source loss", "hair loss", "total loss", "accuracy", "gradient norm"} <= {
        *panels(found)
    }


def test_a_run_without_any_record_yet_is_empty():
    directory.create(tiny_config("gan"), LabelSchema(), "0123", "report", "kerasgan")
    found = content()
    assert (found["state"], found["span"], found["panels"], found["sheets"]) == (
        "stopped",
        [],
        [],
        [],
    )


def test_a_long_curve_keeps_its_ends_and_extremes():
    steps = array("d", range(100_000))
    values = array("d", (math.sin(step / 3000) for step in steps))
    values[71_234], values[5] = 9.0, -9.0
    thinned = thinning.thin(Curve(steps, values), 2000)
    assert 1000 < len(thinned.steps) <= 2000
    assert all(values[int(step)] == value for step, value in zip(*thinned, strict=True))
    assert {0, 5, 71_234, 99_999} <= {*thinned.steps}
    assert list(thinned.steps) == sorted(thinned.steps)
    # Every part of the curve is there: no gap is wider than two sections.
    gaps = [after - before for before, after in zip(thinned.steps, thinned.steps[1:], strict=False)]
    assert max(gaps) <= 2 * 101
    assert thinning.thin(Curve(steps[:2000], values[:2000]), 2000).steps == steps[:2000]


def test_a_zoomed_curve_has_the_next_points_outside_too(run, monkeypatch):
    monkeypatch.setattr(run_content, "MAX_POINTS", 4)
    rows = "".join(f"{step},1.0,{step}\n" for step in range(10, 101, 10))
    run.metrics_file.write_text("step,seconds,d_loss\n" + rows)
    (curve,) = content()["panels"][0]["curves"]
    assert (curve["rows"], curve["steps"]) == (10, [10, 100])
    (curve,) = content(first=35, last=50)["panels"][0]["curves"]
    assert (curve["rows"], curve["steps"]) == (4, [30, 40, 50, 60])


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("metrics.csv", {"span", "panels"}),
        ("health.jsonl", {"events", "state"}),
        ("evaluation.json", {"numbers"}),
    ],
)
@pytest.mark.parametrize(
    "content_of_file", ["\x00\n?\n", '{"step": "<b>\x1b[1m", "numbers": {"a": 1}}\n?\n', None]
)
def test_a_damaged_file_hides_no_other(run, name, lost, content_of_file):
    whole = content()
    file = run.path / name
    file.unlink(missing_ok=True)
    file.mkdir() if content_of_file is None else file.write_text(content_of_file)
    found = content()
    assert whole.keys() - found.keys() == lost
    (problem,) = found["problems"]
    assert f"{file.absolute()} " in problem
    assert problem.isprintable()
    assert len(problem.removeprefix(f"{file.absolute()} ")) < 300


def test_a_damaged_run_has_a_message_and_stands_beside_others(run):
    other = made()
    other.config_file.write_text("{")
    runs = WatchedRuns()
    damaged, whole = runs.listing()["runs"]
    assert (damaged["name"], damaged["state"], whole["state"]) == (
        other.path.name,
        "damaged",
        "stopped",
    )
    (problem,) = runs.content(damaged["id"], 0, 1)["problems"]
    assert "config.json cannot be read" in problem
    with pytest.raises(InvalidInput, match=r"config.json cannot be read"):
        WatchedRuns(["2"])


def test_the_newest_run_is_chosen_and_the_others_are_listed(run):
    other = made()
    runs = WatchedRuns()
    listing = runs.listing()
    assert [one["name"] for one in listing["runs"]] == [other.path.name, run.path.name]
    assert listing["chosen"] == [listing["runs"][0]["id"]]
    newer = made()
    assert runs.listing()["runs"][0]["name"] == newer.path.name


def test_named_runs_alone_are_listed_and_told_apart(run, tmp_path):
    made()
    shutil.copytree(run.path, tmp_path / "other" / run.path.name)
    listing = WatchedRuns(["1", f"other/{run.path.name}"]).listing()
    assert [one["name"] for one in listing["runs"]] == [
        str(run.path.absolute()),
        str(tmp_path / "other" / run.path.name),
    ]
    assert listing["chosen"] == [one["id"] for one in listing["runs"]]


def test_texts_have_no_control_characters():
    run = made(data="\x1b[31m\u202e<b>")
    append_event(run, 8, FailureSign("\x1b", 0.1, 4, "\u202e", {}), ended_run=True)
    run.path.rename(home.folder() / "0001-\x1b[31m\u202e<b>")
    (one,) = WatchedRuns().listing()["runs"]
    assert one["name"] == r"0001-\x1b[31m\u202e<b>"
    found = content()
    assert {name: value for name, value, _ in found["options"]}["data"] == r"\x1b[31m\u202e<b>"
    assert [found["events"][-1][name] for name in ("sign", "message")] == [r"\x1b", r"\u202e"]


def test_the_version_changes_with_the_files_and_the_lock(run):
    with locks.lock(run.path):
        # It leaves a file.
        pass
    runs = WatchedRuns()
    (identifier,) = runs.listing()["chosen"]
    versions = [runs.version(identifier)]
    assert runs.version(identifier) == versions[0]
    with run.metrics_file.open("a") as file:
        file.write("12,3.0,0.1,0.1,1.0,nan\n")
    versions.append(runs.version(identifier))
    images.save(Image.new("RGB", (9, 9)), sheets.file(run.samples, 8))
    versions.append(runs.version(identifier))
    with locks.lock(run.path):
        versions.append(runs.version(identifier))
    assert len({*versions}) == 4


def test_other_files_are_no_sheets(run, tmp_path):
    secret = tmp_path / "secret.png"
    images.save(Image.new("RGB", (9, 9)), secret)
    sheets.file(run.samples, 8).symlink_to(secret)
    (run.samples / "step-last.png").touch()
    runs = WatchedRuns()
    (identifier,) = runs.listing()["chosen"]
    assert runs.sheet(identifier, 4).name == "step-000004.png"
    for step in (8, 12):
        with pytest.raises(KeyError):
            runs.sheet(identifier, step)


def test_no_large_library_is_imported(trained):
    code = (
        "import sys; from kerasgan.watch import server; from kerasgan.watch.watched_runs import *\n"
        "runs = WatchedRuns(sys.argv[1:]); (one,) = runs.listing()['chosen']\n"
        "assert runs.content(one, 0, 9)['panels']\n"
        "print({'tensorflow', 'keras', 'numpy', 'matplotlib', 'PIL', 'gradio'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, str(trained.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_temporary_file_of_training_is_no_sheet(run):
    with files.temporary_beside(sheets.file(run.samples, 8)) as temporary:
        temporary.touch()
        assert [step for step, _ in content()["sheets"]] == [4]
