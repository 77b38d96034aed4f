import subprocess
import sys

import numpy as np
import pytest

from kerasgan import sampling, serving

# Importing Keras or kerasgan fails in this process, as on a server that has neither.
SERVER = """
import sys
sys.modules["keras"] = sys.modules["kerasgan"] = None
import numpy as np
import tensorflow as tf

model = tf.saved_model.load(sys.argv[1])
hair, eyes = (tf.constant([colour] * 3) for colour in sys.argv[3:5])
request = {"hair": hair, "eyes": eyes, "seed": tf.constant([7, 8, 9], tf.int64)}
image = model.signatures["serving_default"](**request)["image"]
files = model.signatures["png"](**request)["image_bytes"]
decoded = tf.stack([tf.io.decode_png(file) for file in files])
inputs = np.load(sys.argv[2])
floats = model.signatures["generate"](**{k: tf.constant(v) for k, v in inputs.items()})["image"]
try:
    model.signatures["serving_default"](**{**request, "hair": tf.constant(["mauve"] * 3)})
    refused = ""
except tf.errors.InvalidArgumentError as error:
    refused = error.message
np.savez(sys.argv[2], image=image, decoded=decoded, floats=floats, refused=refused)
"""


@pytest.fixture(scope="module")
def served(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    hair, eyes = trained.vocabulary.hair[0], trained.vocabulary.eyes[-1]
    inputs = {
        "noise": np.random.default_rng(0).normal(size=(3, 8)).astype("float32"),
        **sampling.conditions(trained.vocabulary, ["hair", "eyes"], [(hair, eyes)] * 3),
    }
    np.savez(folder / "data.npz", **inputs)
    path = serving.export(trained, folder)
    command = [sys.executable, "-c", SERVER, path, folder / "data.npz", hair, eyes]
    subprocess.run(list(map(str, command)), check=True)
    with np.load(folder / "data.npz") as file:
        return path, (hair, eyes), inputs, dict(file)


def test_the_served_pictures_are_those_of_sample(trained, served):
    _, pair, _, answer = served
    sampler = sampling.Sampler(trained, sampling.load_generator(trained))
    expected = sampler.pictures([pair] * 3, 7).astype(int)
    assert answer["image"].dtype == np.uint8
    assert np.abs(answer["image"] - expected).max() <= 1


def test_the_served_png_files_are_the_served_pictures(served):
    np.testing.assert_array_equal(served[3]["decoded"], served[3]["image"])


def test_noise_and_one_hots_are_served_too(trained, served):
    _, _, inputs, answer = served
    expected = sampling.load_generator(trained)(inputs, training=False)
    np.testing.assert_allclose(answer["floats"], expected, atol=1e-5)


def test_an_unknown_colour_is_an_error_of_the_request(served):
    assert "unknown hair colour; allowed:" in str(served[3]["refused"])


def test_versions_count_up(trained, served):
    path = served[0]
    assert path.parts[-2:] == ("acgan", "1")
    (path.parent / "notes").mkdir()
    assert serving.export(trained, path.parents[1]).name == "2"
    assert sorted(item.name for item in path.parent.iterdir()) == ["1", "2", "notes"]
