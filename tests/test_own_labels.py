"""A data set of one's own, from training to a served model."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from docs.examples import draw_shapes
from kerasgan.evaluation.features import classifier, perceptual
from kerasgan.runs import lookup
from tests.conftest import tiny_options
from tests.processes import arrays


@pytest.fixture
def shapes(tmp_path):
    """Images with three labels, of which one is binary and one is often missing."""
    draw_shapes.write(tmp_path / "shapes", count=200, size=16, missing=0.4)
    return tmp_path / "shapes"


@pytest.fixture
def classes(shapes, tmp_path):
    """The same images in folders named after their shapes."""
    with (shapes / "metadata.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            folder = tmp_path / "classes" / row["shape"]
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(shapes / row["file_name"], folder)
    return tmp_path / "classes"


@pytest.fixture(autouse=True)
def briefly(monkeypatch):
    monkeypatch.setattr(classifier, "_STEPS", 3)
    monkeypatch.setattr(perceptual, "SAMPLE", 20)


@pytest.mark.parametrize(
    ("model", "layout", "labels"),
    [
        ("r3gan", "shapes", {"shape": "star", "colour": "blue", "striped": "yes"}),
        pytest.param("acgan", "classes", {"class": "star"}, marks=pytest.mark.slow),
    ],
)
def test_train_sample_evaluate_export_load(kerasgan, tmp_path, request, model, layout, labels):
    data = request.getfixturevalue(layout)
    options = tiny_options(model, data=data, val_fraction=0.7, ema=0.5, out="run")
    done = kerasgan("train", model, *options)
    assert done.exit_code == 0, done.output
    assert list(lookup.run("run").schema.sizes) == list(labels)
    assert any(column.startswith(f"d_{next(iter(labels))}") for column in _columns("run"))

    values = [word for name, value in labels.items() for word in ("--set", f"{name}={value}")]
    assert kerasgan("sample", "--run", "run", *values, "-n", 1, "--out", "one.png").exit_code == 0
    assert kerasgan("sample", "--run", "run", "--out", "sheet.png").exit_code == 0
    with Image.open("one.png") as image:
        sampled = np.asarray(image, int)[:64:4, :64:4]

    done = kerasgan("evaluate", "--run", "run", "-n", 100, "--checkpoint", 2)
    assert done.exit_code == 0, done.output
    record = json.loads(Path("run/evaluation.json").read_text())
    assert (record["checkpoint"], record["numbers"]["accuracy"]["n"]) == ("2", 100)
    for name in ("accuracy", *(f"accuracy_{label}" for label in labels)):
        assert name in done.output
        assert {"value", "ceiling"} <= record["numbers"][name].keys()
    assert "not measured: face count: needs --cascade" in done.output
    figures = {path.name for path in Path("run/evaluation").iterdir()}
    confusions = {f"confusion-{name}.png" for name in labels}
    assert figures == {*confusions, "nearest-training-images.png"}
    page = Path("run/report.html").read_text()
    assert page.count("data:image/png;base64,") == len(figures)
    assert 'src="http' not in page

    assert kerasgan("export", "--run", "run", "--out", "models").exit_code == 0
    served = tf.saved_model.load(f"models/{model}/1").signatures["serving_default"]
    arguments = {label.name: label.argument for label in lookup.run("run").schema.labels}
    values = {arguments[name]: tf.constant([value]) for name, value in labels.items()}
    image = served(seed=tf.constant([0], tf.int64), **values)["image"][0].numpy().astype(int)
    assert np.abs(sampled - image).max() <= 1


@pytest.mark.slow
def test_a_run_with_missing_labels_is_resumed_to_the_byte(kerasgan, shapes):
    options = tiny_options("r3gan", data=shapes, val_fraction=0.7, ema=0.5, out="run")
    assert kerasgan("train", "r3gan", *options, "--deterministic").exit_code == 0
    shutil.copytree("run", "broken")
    Path("broken/checkpoints/step-000003.npz").unlink()
    assert kerasgan("resume", "broken").exit_code == 0
    expected, found = (arrays(Path(path), 3) for path in ("run", "broken"))
    assert all(expected[key].tobytes() == found[key].tobytes() for key in expected)


def _columns(run):
    return Path(run, "metrics.csv").read_text().splitlines()[0].split(",")


@pytest.mark.slow
def test_a_run_is_found_by_its_labels(kerasgan, trained, shapes, tmp_path):
    shutil.copytree(trained.path, tmp_path / "runs" / "0001-acgan")
    words = tiny_options("cgan", data=shapes, labels="shape", steps=1)
    assert kerasgan("train", "cgan", *words).exit_code == 0
    done = kerasgan("sample", "--set", "shape=star", "-n", 1)
    assert (done.exit_code, "0002-cgan" in done.output) == (0, True)
    hair = trained.schema.labels[0].values[0]
    done = kerasgan("sample", "--hair", hair, "-n", 1)
    assert (done.exit_code, "0001-acgan" in done.output) == (0, True)
    done = kerasgan("sample", "--set", "shap=star")
    assert done.exit_code == 2
    assert "has the labels shap (did you mean shape?); labels of runs: shape, hair" in done.output
    done = kerasgan("sample", "--set", "shape=stra")
    assert done.exit_code == 2
    assert "unknown shape value 'stra' (did you mean star?)" in done.output


@pytest.mark.slow
def test_a_list_names_labels(kerasgan, shapes, tmp_path):
    words = tiny_options("r3gan", data=shapes, steps=1, out="run")
    assert kerasgan("train", "r3gan", *words).exit_code == 0
    lines = "1,shape=star,colour=red\n2,shape=circle\n3,shape=moon\n"
    (tmp_path / "list.txt").write_text(lines)
    done = kerasgan("sample", "--run", "run", "--text", "list.txt", "-n", 2, "--out", "drawn")
    assert done.exit_code == 1
    assert "list.txt: line 3: unknown shape value 'moon'" in done.output
    names = sorted(path.name for path in (tmp_path / "drawn").iterdir())
    assert names == [f"sample_{number}_{index}.png" for number in (1, 2) for index in (1, 2)]


@pytest.mark.slow
def test_stargan_edits_any_labels(kerasgan, shapes, tmp_path):
    words = tiny_options("stargan", data=shapes, labels="shape,striped", steps=1, out="run")
    assert kerasgan("train", "stargan", *words).exit_code == 0
    edit = ("translate", shapes / "00000.png", "--run", "run", "--out", "new")
    assert kerasgan(*edit, "--set", "striped=yes", "--set", "shape=star").exit_code == 0
    assert (tmp_path / "new" / "00000.png").is_file()
    refused = kerasgan(*edit, "--set", "striped=often")
    assert refused.exit_code == 2
    assert "unknown striped value 'often'; allowed: no, yes" in refused.output


def test_a_model_without_labels_refuses_them(kerasgan, shapes, tmp_path):
    done = kerasgan("train", "wgan", *tiny_options("wgan", data=shapes, labels="shape"))
    assert done.exit_code == 2
    assert "labels is shape; wgan takes no labels, as acgan and r3gan do" in done.output
    assert not (tmp_path / "runs").exists()
