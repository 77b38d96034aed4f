"""The bundled runs."""

import dataclasses
import json
import shlex
import shutil
from pathlib import Path

import click
import numpy as np
import pytest
from PIL import Image

import kerasgan as package
from kerasgan.commands import cli
from kerasgan.commands.train import parsed
from kerasgan.experiments import chosen_images
from kerasgan.runs import home, lookup, status

SHIPPED = Path(package.__file__).parent / "pretrained"
MODELS = sorted(path.name for path in SHIPPED.iterdir())


@pytest.mark.parametrize("model", MODELS)
def test_a_bundled_run_is_small_and_records_its_command(model):
    files = [path for path in (SHIPPED / model).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 4e6
    record = json.loads((SHIPPED / model / home.CONFIG_FILE).read_text())
    with click.Context(cli):
        made = parsed(model, shlex.split(record["command"])[3:])
    run = lookup.run(f"pretrained/{model}")
    # `--precision auto` is resolved on the machine that trained it.
    assert dataclasses.replace(made, precision=run.config.precision) == run.config
    assert status.of_run(run).state == "finished"


@pytest.mark.parametrize(("hair", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_faces_are_generated_without_a_run(kerasgan, caplog, hair, channel):
    with caplog.at_level("INFO", "kerasgan"):
        done = kerasgan("sample", "--hair", hair, "--eyes", "red", "-n", 4, "--separate")
    assert done.exit_code == 0, done.output
    assert "run: pretrained/r3gan" in done.output
    assert "runs: using pretrained/r3gan" in caplog.text
    files = sorted(Path(f"{hair}-red-samples").iterdir())
    # The region above the eyes is hair.
    above = pixels(files)[:, 8:24, 20:44].mean(axis=(0, 1, 2))
    assert above.argmax() == channel


def pixels(files):
    images = []
    for file in files:
        with Image.open(file) as image:
            images.append(np.asarray(image, float))
    return np.stack(images)


def test_the_eyes_of_the_same_faces_have_the_requested_colours():
    model = package.load("pretrained/r3gan")
    red, blue = (model.sample(8, seed=0, hair="white", eyes=colour) for colour in ("red", "blue"))
    change = (red.astype(float) - blue).mean(axis=0)
    # Mostly the region of the eyes changes, where red takes the place of blue.
    eyes = np.s_[24:40, 12:52]
    assert np.abs(change[eyes]).mean() > 2 * np.abs(change).mean()
    more_red, _, more_blue = change[eyes].mean(axis=(0, 1))
    assert more_red > 2 > -2 > more_blue


def test_images_are_translated_without_a_run(kerasgan):
    Image.new("RGB", (40, 33), "red").save("one.png")
    done = kerasgan("translate", "one.png", "--to", "a", "--out", "new")
    assert done.exit_code == 0, done.output
    assert "run: pretrained/cyclegan" in done.output
    with Image.open("new/one.png") as translated:
        assert translated.size == (40, 33)
        assert np.abs(np.asarray(translated, float) - (255, 0, 0)).mean() > 5


def test_own_runs_come_before_the_bundled_ones(kerasgan, trained, tmp_path):
    shutil.copytree(trained.path, tmp_path / "runs" / "0001-acgan")
    hair, eyes = trained.schema.captions(trained.schema.combinations[0])
    words = ("sample", "--hair", hair, "--eyes", eyes, "-n", 1)
    assert "run: runs/0001-acgan" in kerasgan(*words).output
    assert "run: pretrained/r3gan" in kerasgan(*words, "--run", "pretrained").output


def test_outputs_of_a_bundled_run_go_to_another_folder(kerasgan):
    before = sorted(SHIPPED.rglob("*"))
    done = kerasgan("export", "--run", "pretrained/r3gan")
    assert "wrote pretrained-r3gan/export/r3gan/1" in done.output
    assert sorted(SHIPPED.rglob("*")) == before


def test_a_bundled_run_cannot_be_resumed(kerasgan):
    done = kerasgan("resume")
    assert (done.exit_code, "no run in" in done.output) == (2, True)
    done = kerasgan("resume", "pretrained")
    assert (done.exit_code, "no run 'pretrained'" in done.output) == (2, True)


@pytest.mark.slow
def test_a_report_shows_chosen_images_by_each_run(kerasgan, tmp_path, monkeypatch):
    shown = []
    grid = chosen_images.images.grid
    monkeypatch.setattr(
        chosen_images.images, "grid", lambda *args: shown.append(args) or grid(*args)
    )
    random = np.random.default_rng(0)
    for name in ("one", "two"):
        pixels = random.integers(0, 256, (48, 60, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    runs = ("pretrained/cyclegan", "pretrained/cyclegan")
    done = kerasgan("report", *runs, "--inputs", "one.png", "two.png", "--html", "page.html")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "page.html").is_file()
    (cells, columns, rows, names), *_ = shown
    assert (len(cells), columns) == (6, 2)
    assert (rows, names) == (["original", "cyclegan", "cyclegan"], ["one", "two"])
    # The image in the middle of a white square, and its translation below.
    np.testing.assert_array_equal(cells[0][0], 255)
    assert not np.array_equal(cells[0], cells[2])
    np.testing.assert_array_equal(cells[2], cells[4])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["cyclegan", "--to", "a"], "--to, --set, --hair and --eyes need --inputs"),
        (["r3gan", "--inputs", "one.png"], "is a run of r3gan; allowed: cyclegan"),
        (["cyclegan", "--inputs"], "'--inputs'"),
        (["cyclegan", "--inputs", "one.png", "gone.png"], "'gone.png' does not exist"),
        (["cyclegan", "--inputs", "one.png", "--hair", "red"], "--set does not apply"),
        (["cyclegan", "--inputs", "text.png"], "text.png is not an image"),
    ],
)
def test_images_that_a_report_cannot_show_are_refused(kerasgan, tmp_path, words, message):
    Image.new("RGB", (40, 40)).save(tmp_path / "one.png")
    (tmp_path / "text.png").write_text("no image")
    done = kerasgan("report", f"pretrained/{words[0]}", *words[1:], "--html", "page.html")
    assert done.exit_code == 2, done.output
    assert message in done.output
    assert not (tmp_path / "page.html").exists()
