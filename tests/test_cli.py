"""What a user types, and what they see."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kerasgan import runs
from tests.conftest import tiny_options


def test_train_resume_sample(kerasgan, tmp_path):
    done = kerasgan("train", "acgan", *tiny_options())
    (run,) = (tmp_path / "runs").iterdir()
    assert done.exit_code == 0, done.output
    assert f"trained 3 steps: {run.relative_to(tmp_path)}" in done.output
    assert {path.name for path in run.iterdir()} == {
        ".lock", "checkpoints", "config.json", "losses.png", "metrics.csv", "samples",
    }  # fmt: skip
    assert [path.name for path in (run / "samples").iterdir()] == ["step-000003.png"]
    assert json.loads((run / "config.json").read_text())["model"] == "acgan"

    done = kerasgan("resume", "--steps", 5)
    assert done.exit_code == 0, done.output
    assert (run / "checkpoints" / "step-000005.npz").exists()
    again = kerasgan("resume")
    assert again.exit_code == 0
    assert f"resume {run.relative_to(tmp_path)} --steps" in again.output
    fewer = kerasgan("resume", "--steps", 4)
    assert fewer.exit_code == 2
    assert "steps is 4" in fewer.output

    vocabulary = runs.find().vocabulary
    done = kerasgan("sample", "--hair", vocabulary.hair[0], "--eyes", vocabulary.eyes[0], "-n", 5)
    assert done.exit_code == 0, done.output
    name = f"{vocabulary.hair[0]}-{vocabulary.eyes[0]}-seed0.png"
    assert done.output == f"run: {run.relative_to(tmp_path)}\nwrote {name}\n"
    with Image.open(name) as picture:
        assert picture.size == (3 * 66, 2 * 66)


@pytest.fixture
def run(trained, monkeypatch, tmp_path):
    """The shared run, as number 1 of this test's own runs."""
    copy = tmp_path / "runs" / "0001-acgan"
    shutil.copytree(trained.path, copy)
    return runs.read(copy)


@pytest.fixture
def pair(run):
    return ("--hair", run.vocabulary.hair[0], "--eyes", run.vocabulary.eyes[-1])


def test_the_same_seed_gives_the_same_picture(kerasgan, run, pair):
    for name in ("one.png", "other.png"):
        assert kerasgan("sample", *pair, "--seed", 7, "--out", name).exit_code == 0
    assert kerasgan("sample", *pair, "--seed", 8, "--out", "third.png").exit_code == 0
    one, other, third = (Path(f"{name}.png").read_bytes() for name in ("one", "other", "third"))
    assert one == other != third


def test_separate_pictures_are_named_by_their_seeds(kerasgan, run, pair, tmp_path):
    assert (
        kerasgan("sample", *pair, "-n", 3, "--seed", 7, "--separate", "--out", "faces").exit_code
        == 0
    )
    names = sorted(path.name for path in (tmp_path / "faces").iterdir())
    assert [name.split("-")[-1] for name in names] == ["seed7.png", "seed8.png", "seed9.png"]
    with Image.open(tmp_path / "faces" / names[0]) as picture:
        assert picture.size == (16, 16)


def test_the_sheet_shows_all_colours_or_those_of_one_row(kerasgan, run, tmp_path):
    assert kerasgan("sample").exit_code == 0
    assert kerasgan("sample", "--hair", run.vocabulary.hair[0]).exit_code == 0
    with (
        Image.open("sheet-seed0.png") as sheet,
        Image.open(f"{run.vocabulary.hair[0]}-seed0.png") as row,
    ):
        rows = sheet.height // 66
        assert rows == len(run.vocabulary.hair)
        assert row.height // 66 == 1
        assert abs(row.width - sheet.width) < 66


def test_a_list_is_drawn_line_by_line_and_its_bad_lines_are_named(kerasgan, run, tmp_path):
    hair, eyes = run.vocabulary.hair[0], run.vocabulary.eyes[0]
    (tmp_path / "wanted.txt").write_text(f"4,{hair} hair {eyes} eyes\n5,mauve hair {eyes} eyes\n")
    done = kerasgan("sample", "--text", "wanted.txt", "-n", 2, "--out", "drawn")
    assert done.exit_code == 1
    assert "wanted.txt: line 2: unknown hair colour 'mauve'" in done.output
    assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == [
        "sample_4_1.png",
        "sample_4_2.png",
    ]
    (tmp_path / "wanted.txt").write_text("nothing\n")
    assert kerasgan("sample", "--text", "wanted.txt").exit_code == 2


def test_interpolation_begins_and_ends_at_the_two_seeds(kerasgan, run, pair):
    assert kerasgan("sample", *pair, "--interpolate", "-n", 4, "--out", "row.png").exit_code == 0
    assert kerasgan("sample", *pair, "--interpolate", "-n", 4, "--out", "walk.gif").exit_code == 0
    assert kerasgan("sample", *pair, "-n", 2, "--out", "ends.png").exit_code == 0
    with (
        Image.open("row.png") as row,
        Image.open("ends.png") as ends,
        Image.open("walk.gif") as walk,
    ):
        assert walk.n_frames == 4
        row, ends = (np.asarray(picture, int) for picture in (row, ends))
    assert np.abs(row[:64, :64] - ends[:64, :64]).max() <= 1
    assert np.abs(row[:64, 3 * 66 : 3 * 66 + 64] - ends[:64, 66 : 66 + 64]).max() <= 1


def test_a_damaged_checkpoint_is_named_and_the_one_before_draws(kerasgan, run, pair, caplog):
    (run.checkpoints / "step-000002.npz").write_bytes(b"PK")
    done = kerasgan("sample", *pair)
    assert done.exit_code == 0
    assert "step-000002.npz is damaged" in caplog.text


def test_a_loss_that_is_not_finite_ends_the_run_and_keeps_what_is_good(kerasgan, tmp_path):
    words = ("--learning-rate", "1e30", "--out", "run", "--log-every", 1)
    done = kerasgan("train", "acgan", *tiny_options(steps=50), *words)
    assert done.exit_code == 1
    assert "was not finite at step" in done.output
    assert "lower --learning-rate (now 1e+30)" in done.output
    assert done.output.count("\n") < 10


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", "acgn"], "unknown model 'acgn' (did you mean acgan?); allowed: acgan"),
        (["tran"], "unknown command 'tran' (did you mean train?)"),
        (["train", "acgan", "--sigma", "-1"], "sigma is -1.0; it must be at least 0"),
        (["train", "acgan", "--sigma", "big"], "'big' is not a valid float"),
        (["train", "acgan", "--steps", "0"], "steps is 0; it must be at least 1"),
        (["train", "acgan", "--image-size", "40"], "image-size is 40; it must be a multiple of 16"),
        (["train", "acgan", "--loss-weights", "1", "-2", "1"], "loss-weights is -2.0"),
        (["train", "acgan", "--preset", "slow"], "'slow' is not one of 'paper', 'quick'"),
        (["train", "acgan", "--data", "nowhere"], "unknown data 'nowhere'; allowed: avatars"),
        (["train", "acgan", "--out", "."], ". is not empty; allowed: a new or an empty folder"),
        (["train", "acgan", "--out", "file/run"], "cannot write to file/run"),
        (["resume"], "no run in"),
        (["sample"], "no run in"),
        (["export", "--run", "9"], "no run '9'"),
        (["resume", "empty"], "empty is no run directory"),
        (["data", "render", ".", "--count", "1"], ". is not empty"),
        (
            ["data", "render", "new", "--style", "oil"],
            "unknown style 'oil'; allowed: animation, cartoon",
        ),
        (["sample", "--text", "nowhere.txt"], "'nowhere.txt' does not exist"),
        (["sample", "--separate", "--interpolate"], "exclude one another"),
        (["sample", "-n", "3"], "need both --hair and --eyes"),
        (["sample", "--out", "faces"], "--out faces has the ending ''; allowed: .png"),
        (["sample", "--sigma", "-1"], "-1.0 is not in the range x>=0"),
    ],
)
def test_bad_input_is_refused_in_one_line_and_leaves_nothing(kerasgan, tmp_path, words, message):
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    before = sorted(tmp_path.rglob("*"))
    done = kerasgan(*words)
    assert done.exit_code == 2, done.output
    assert message in done.output
    assert done.output.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_an_error_nobody_foresaw_has_no_traceback_unless_asked_for(kerasgan, monkeypatch):
    monkeypatch.setattr(runs, "find", lambda name: 1 / 0)
    done = kerasgan("export")
    assert (done.exit_code, done.output) == (
        1,
        "Error: ZeroDivisionError: division by zero (--debug shows where)\n",
    )
    assert isinstance(kerasgan("--debug", "export").exception, ZeroDivisionError)


def test_an_unknown_colour_is_refused_with_those_of_the_run(kerasgan, run):
    done = kerasgan("sample", "--hair", "mauve", "--eyes", run.vocabulary.eyes[0])
    assert done.exit_code == 2
    assert f"unknown hair colour 'mauve'; allowed: {', '.join(run.vocabulary.hair)}" in done.output


def test_a_full_disk_is_refused(kerasgan, tmp_path, monkeypatch):
    from kerasgan import files

    monkeypatch.setattr(files.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 10}))
    done = kerasgan("train", "acgan", *tiny_options())
    assert done.exit_code == 2
    assert "not enough disk for runs: needs" in done.output
    assert not (tmp_path / "runs").exists()


def test_rendered_faces_are_data_to_train_on(kerasgan, tmp_path):
    done = kerasgan(
        "data", "render", "faces", "--count", 3, "--image-size", 16, "--style", "cartoon"
    )
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "faces" / "images").iterdir()) == [
        "0.png",
        "1.png",
        "2.png",
    ]
    from kerasgan.datasets import faces

    assert len(faces.read_tags(tmp_path / "faces" / "tags.csv")) == 3


@pytest.mark.parametrize("words", [["--help"], ["train", "acgan", "--help"], ["sample", "--help"]])
def test_help_is_there(kerasgan, words):
    done = kerasgan(*words)
    assert done.exit_code == 0


def test_help_shows_every_default(kerasgan):
    said = " ".join(kerasgan("train", "acgan", "--help").output.split())
    for default in (
        "30000",
        "96",
        "64",
        "0.0002",
        "0.5",
        "1.0, 0.3, 0.35",
        "avatars",
        "paper",
        "relu",
    ):
        assert f"[default: {default}]" in said
