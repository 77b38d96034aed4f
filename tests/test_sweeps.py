import json
from pathlib import Path

import numpy as np
import pytest

from kerasgan.experiments import comparison, sweeps
from kerasgan.runs import directory, home
from kerasgan.utils.errors import Interrupted, InvalidInput
from tests.conftest import tiny_options


def arity(option):
    if option not in ("sigma", "d-steps", "loss-weights", "label-noise"):
        raise InvalidInput(f"no option {option!r}")
    return None if option == "loss-weights" else 1


@pytest.mark.parametrize(
    ("vary", "option", "values"),
    [
        ("sigma=0.1,1", "sigma", ["0.1", "1"]),
        ("d_steps=1, 2", "d-steps", ["1", "2"]),
        ("loss_weights=1 .1 .2,1 .3 .35", "loss-weights", ["1 .1 .2", "1 .3 .35"]),
    ],
)
def test_an_option_and_its_values_are_parsed(vary, option, values):
    assert sweeps.parse(vary, arity) == (option, values)


@pytest.mark.parametrize(
    ("vary", "message"),
    [
        ("sigma", "must be of the form NAME=VALUE"),
        ("=1,2", "must be of the form"),
        ("sigma=", "must be of the form"),
        ("sigma=1,,2", "must have 1 word, got ''"),
        ("sigma=1 2", "must have 1 word, got '1 2'"),
        ("loss-weights=1 .1 .1,", "must have words, got ''"),
        ("colour=1", "no option 'colour'"),
    ],
)
def test_impossible_variations_are_refused(vary, message):
    with pytest.raises(InvalidInput, match=message):
        sweeps.parse(vary, arity)


def test_several_options_cross_and_seeds_repeat():
    varied = dict(sweeps.parse(text, arity) for text in ("sigma=1,2", "label-noise=true,false"))
    planned = sweeps.plan("gan", ["--steps", "9"], varied, seeds=2)
    assert len(planned) == len({run.folder for run in planned}) == 8
    assert [run.setting for run in planned[::2]] == [
        "sigma 1 label-noise true",
        "sigma 1 label-noise false",
        "sigma 2 label-noise true",
        "sigma 2 label-noise false",
    ]
    assert planned[1].words == (
        "gan", "--steps", "9", "--sigma", "1", "--label-noise", "--seed", "1",
    )  # fmt: skip
    assert planned[2].words == ("gan", "--steps", "9", "--sigma", "1", "--seed", "0")


def test_the_words_of_a_value_become_arguments():
    (run,) = sweeps.plan("acgan", [], {"loss-weights": ["1 .1 .2"]}, seeds=1)
    assert run.words == ("acgan", "--loss-weights", "1", ".1", ".2", "--seed", "0")
    assert run.folder == "loss-weights_1_.1_.2-seed0"


@pytest.fixture
def planned():
    return sweeps.plan("gan", [], {"sigma": ["1", "2", "3"]}, seeds=1)


@pytest.fixture
def said(monkeypatch):
    """Commands that a sweep runs, in place of running them; the second fails."""
    commands = []

    def run(words, log_file, processes):
        commands.append(words)
        if words[0] == "train":
            Path(words[-1]).mkdir()
            (Path(words[-1]) / home.CONFIG_FILE).touch()
        return "exit code 1: not finite" if "2" in words else "done"

    monkeypatch.setattr(sweeps, "_kerasgan", run)
    return commands


def test_a_failed_run_stops_no_other_and_is_told(planned, said, tmp_path):
    ends = sweeps.carry_out(planned, tmp_path / "sweep")
    assert list(ends.values()) == ["done", "exit code 1: not finite", "done"]
    assert [command[0] for command in said] == ["train"] * 3


def test_the_same_sweep_goes_on_and_another_is_refused(planned, said, tmp_path):
    sweeps.carry_out(planned[:2], tmp_path / "first")
    folder = tmp_path / "sweep"
    sweeps.carry_out(planned, folder)
    said.clear()
    sweeps.carry_out(planned, folder, evaluate=("--n", "50"))
    started = [str(folder / run.folder) for run in planned]
    assert said[::2] == [["resume", path] for path in started]
    assert said[1] == ["evaluate", "--run", started[0], "--n", "50"]
    with pytest.raises(InvalidInput, match="holds another sweep"):
        sweeps.carry_out(planned[:2], folder)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine").touch()
    with pytest.raises(InvalidInput, match="not empty"):
        sweeps.carry_out(planned, tmp_path / "taken")


def test_a_signal_ends_the_sweep(planned, monkeypatch, tmp_path):
    def stopped(words, log_file, processes):
        raise Interrupted("stopped", 2)

    monkeypatch.setattr(sweeps, "_kerasgan", stopped)
    with pytest.raises(Interrupted):
        sweeps.carry_out(planned, tmp_path / "sweep")


@pytest.mark.slow
def test_a_sweep_trains_compares_and_tells(kerasgan, tmp_path):
    words = ["sweep", "gan", "--vary", "sigma=0.5,2", "--out", "sweep"]
    done = kerasgan(*words, *tiny_options("gan", steps=2, log_every=1))
    assert done.exit_code == 0, done.output
    folder = tmp_path / "sweep"
    assert [run.config.sigma for run in map(directory.read, sorted(folder.glob("*-seed0")))] == [
        0.5,
        2.0,
    ]
    rows = (folder / "table.csv").read_text().splitlines()
    assert rows[0].startswith("setting,run,seed,step,seconds,d_loss")
    assert [row.split(",")[:4] for row in rows[1:]] == [
        ["sigma 0.5", "sigma_0.5-seed0", "0", "2.0"],
        ["sigma 2", "sigma_2-seed0", "0", "2.0"],
    ]
    assert "| sigma 0.5 | 2 |" in done.output
    assert {path.name for path in (folder / "curves").iterdir()} > {"d_loss.png", "g_fool.png"}
    assert (folder / "samples.png").is_file()
    assert (folder / "report.html").read_text().count("data:image/png;base64,") > 5

    done = kerasgan("report", *sorted(folder.glob("*-seed0")), "--html", "both.html")
    assert done.exit_code == 0, done.output
    assert "sigma_0.5-seed0" in (tmp_path / "both.html").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gann", "--vary", "sigma=1"], "unknown model 'gann' (did you mean gan?)"),
        (["gan", "--vary", "sigmo=1"], "no option 'sigmo' to vary (did you mean sigma?); allowed:"),
        (["gan", "--vary", "sigma=1,big"], "'big' is not a valid float"),
        (["gan", "--vary", "sigma=1,-1"], "sigma is -1.0; it must be at least 0"),
        (["gan", "--vary", "seed=1,2"], "no option 'seed' to vary"),
        (["gan", "--vary", "sigma=1", "--step", "3"], "No such option"),
        (["gan"], "Missing option '--vary'"),
        (["gan", "--vary", "sigma=1", "--vary", "sigma=2"], "--vary sigma must be given once"),
        (["acgan", "--vary", "loss-weights=1,"], "must have words, got ''"),
    ],
)
def test_bad_sweeps_are_refused_before_anything_trains(kerasgan, tmp_path, words, message):
    done = kerasgan("sweep", *words)
    assert (done.exit_code, message in done.output) == (2, True), done.output
    assert list(tmp_path.iterdir()) == []


def test_a_table_tells_mean_and_deviation_over_seeds(tmp_path, monkeypatch):
    def compared(setting, value):
        metrics = {"step": np.array([1, 2]), "d_loss": np.array([9.0, value])}
        return comparison.RunResults(setting, None, metrics, {"fd": 1})

    table = comparison.means([compared("a", 1), compared("b", 5), compared("a", 3)])
    assert table["a"] == {"step": (2.0, 0.0), "d_loss": (2.0, 1.0), "fd": (1.0, 0.0)}
    assert json.dumps(list(table)) == '["a", "b"]'
