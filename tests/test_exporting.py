"""Exports as plain Keras and as ONNX, beside the SavedModel."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from kerasgan.inference import keras_file, loading, onnx_file
from kerasgan.labels import LabelSchema
from kerasgan.models.sampling import random_labels
from tests.conftest import models
from tests.stubs import ALL_PAIRS, FEW_PAIRS, made

LOADER = """
import sys
sys.modules["kerasgan"] = None
import json
import keras
import numpy as np

network = keras.saving.load_model(sys.argv[1])
inputs = dict(np.load(sys.argv[2]))
images = keras.ops.convert_to_numpy(network(inputs, training=False))
np.save(sys.argv[3], images)
print(keras.backend.backend())
"""


def loaded_elsewhere(folder, inputs, tmp_path, backend):
    """Images of an exported file in a process without kerasgan."""
    np.savez(tmp_path / "inputs.npz", **inputs)
    files = [folder / "generator.keras", tmp_path / "inputs.npz", tmp_path / "images.npy"]
    done = subprocess.run(
        [sys.executable, "-c", LOADER, *map(str, files)],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"{backend}\n", done.stderr[-2000:]
    return np.load(tmp_path / "images.npy")


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_plain_keras_layers_load_without_kerasgan(kerasgan, trained, tmp_path, backend):
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    done = kerasgan("export", "--run", trained.path, "--format", "keras", "--out", "models")
    assert done.exit_code == 0, done.output
    folder = Path("models/acgan-keras/1")
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md", "generator.keras", "labels.json", "samples.png",
    ]  # fmt: skip
    generator = loading.load(trained).sampling_generator
    labels = random_labels(trained.schema, {}, range(3))
    inputs = keras_file.inputs(trained, generator.input, labels, 0)
    expected = generator(inputs, training=False)
    found = loaded_elsewhere(folder, inputs, tmp_path, backend)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    values = json.loads((folder / "labels.json").read_text())
    assert values == {label.name: list(label.values) for label in trained.schema.labels}


def test_the_model_card_says_what_hubs_and_readers_look_for(kerasgan, trained):
    assert kerasgan("export", "--run", trained.path, "--format", "keras").exit_code == 0
    card = next(trained.path.glob("export/acgan-keras/*/README.md")).read_text()
    front = card.split("---\n")[1]
    assert "library_name: keras\n" in front
    # The data of the test is a folder, whose licence nobody has said.
    assert "license: unknown\n" in front
    for words in ("kerasgan train acgan", trained.data_key, "`hair`: ", "Not evaluated."):
        assert words in card


@pytest.mark.parametrize("model", models("cgan", "r3gan"))
def test_every_model_of_noise_is_exported(kerasgan, model):
    if model in ("cyclegan", "cut", "stargan"):
        pytest.skip("translates images")
    schema = FEW_PAIRS if model == "cgan" else ALL_PAIRS
    run = made(model, schema)
    done = kerasgan("export", "--run", run.path, "--format", "keras")
    assert done.exit_code == 0, done.output
    values = json.loads(next(run.path.glob("export/*/1/labels.json")).read_text())
    expected = {"cgan": ["combination"], "gan": [], "wgan": [], "wgan-gp": []}
    assert list(values) == expected.get(model, ["hair", "eyes"])


def test_a_model_that_translates_is_refused(kerasgan):
    run = made("cyclegan", LabelSchema())
    done = kerasgan("export", "--run", run.path, "--format", "keras", "--out", "models")
    assert done.exit_code == 2
    assert "format keras is for models that generate from noise, got cyclegan" in done.output
    assert not Path("models").exists()


def test_an_export_that_differs_from_sample_is_not_kept(kerasgan, trained, monkeypatch):
    sampled = keras_file.sampled
    monkeypatch.setattr(keras_file, "sampled", lambda *given: 255 - sampled(*given))
    done = kerasgan("export", "--run", trained.path, "--format", "keras", "--out", "models")
    assert done.exit_code == 2
    assert "the export differs from sample by" in done.output
    assert not [path for path in Path("models").rglob("*") if path.is_file()]


@pytest.mark.skipif(
    any(find_spec(name) is None for name in ("onnx", "tf2onnx", "onnxruntime")),
    reason="the extra 'onnx' is not installed",
)
@pytest.mark.parametrize("model", ["acgan", "wgan"])
def test_onnx_takes_noise_and_indices_of_labels(kerasgan, model):
    run = made(model, ALL_PAIRS)
    done = kerasgan("export", "--run", run.path, "--format", "onnx", "--out", "models")
    assert done.exit_code == 0, done.output
    folder = Path(f"models/{model}-onnx/1")
    description = json.loads((folder / "inputs.json").read_text())
    assert description["noise"] == {"length": 8, "standard_deviation": 1.0}
    assert list(description["labels"]) == ([] if model == "wgan" else ["hair", "eyes"])
    labels = random_labels(run.conditions, {}, range(3))
    expected = loading.load(run).sampler().generate(labels, 5).astype(int)
    assert np.abs(onnx_file.sampled(folder, run, labels, 5) - expected).max() <= 1


def test_onnx_is_refused_without_its_extra(kerasgan, trained, monkeypatch):
    monkeypatch.setattr(onnx_file, "find_spec", lambda name: None)
    done = kerasgan("export", "--run", trained.path, "--format", "onnx", "--out", "models")
    assert done.exit_code == 2
    assert "format onnx needs onnx, tf2onnx, onnxruntime: pip install 'kerasgan[onnx]'" in (
        done.output
    )
