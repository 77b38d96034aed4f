import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from kerasgan import registry, tasks
from kerasgan.inference import exporting, image_to_image, loading
from kerasgan.labels import BINARY, LabelSchema
from kerasgan.models import sampling
from kerasgan.runs import directory
from tests.conftest import tiny_config

# Keras and kerasgan cannot be imported in this process, as on a server without them.
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
bad = {
    "unknown": {"hair": tf.constant(["mauve"] * 3)},
    "not UTF-8": {"hair": tf.constant([b"\\xff"] * 3)},
    "unequal": {"hair": tf.constant([sys.argv[3]] * 2)},
    "empty": {name: values[:0] for name, values in request.items()},
}
refused = []
for signature in ("serving_default", "png"):
    for changed in bad.values():
        try:
            model.signatures[signature](**{**request, **changed})
            refused.append("")
        except tf.errors.InvalidArgumentError as error:
            refused.append(error.message)
np.savez(sys.argv[2], image=image, decoded=decoded, floats=floats, refused=refused)
"""


@pytest.fixture(scope="module")
def served(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    labels = np.array([trained.schema.combinations[-1]] * 3)
    hair, eyes = trained.schema.values(labels[0]).values()
    inputs = {
        "noise": np.random.default_rng(0).normal(size=(3, 8)).astype("float32"),
        **sampling.conditions(trained.schema, ["hair", "eyes"], labels),
    }
    np.savez(folder / "data.npz", **inputs)
    path = exporting.export(trained, tasks.of(trained.config), folder)
    command = [sys.executable, "-c", SERVER, path, folder / "data.npz", hair, eyes]
    subprocess.run(list(map(str, command)), check=True)
    with np.load(folder / "data.npz") as file:
        return path, labels, inputs, dict(file)


def test_the_served_images_are_those_of_sample(trained, served):
    _, labels, _, answer = served
    generator = loading.load(trained).sampling_generator
    sampler = sampling.Sampler(generator, trained.schema, trained.config.sigma)
    expected = sampler.generate(labels, 7).astype(int)
    assert answer["image"].dtype == np.uint8
    assert np.abs(answer["image"] - expected).max() <= 1


def test_the_served_png_files_are_the_served_images(served):
    np.testing.assert_array_equal(served[3]["decoded"], served[3]["image"])


def test_noise_and_one_hots_are_served_too(trained, served):
    _, _, inputs, answer = served
    expected = loading.load(trained).sampling_generator(inputs, training=False)
    np.testing.assert_allclose(answer["floats"], expected, atol=1e-5)


def test_bad_requests_are_errors_that_say_why(served):
    reasons = ("unknown hair value", "unknown hair value", "unequal rows", "no rows")
    for answer, reason in zip(served[3]["refused"], reasons * 2, strict=True):
        assert reason in answer


def test_versions_count_up(trained, served):
    path = served[0]
    assert path.parts[-2:] == ("acgan", "1")
    (path.parent / "notes").mkdir()
    again = exporting.export(trained, tasks.of(trained.config), path.parents[1])
    assert again.name == "2"
    assert sorted(item.name for item in path.parent.iterdir()) == ["1", "2", "notes"]


def requests_of(model):
    """{signature: arguments} of an exported model."""
    return {
        name: sorted(signature.structured_input_signature[1])
        for name, signature in model.signatures.items()
    }


@pytest.fixture
def rgba():
    """An image of odd sides, partly transparent."""
    return np.random.default_rng(0).integers(0, 256, (13, 18, 4), np.uint8)


def composited(rgba):
    alpha = rgba[..., 3:] / 255
    return np.rint(rgba[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def exported(model, schema, monkeypatch, tmp_path):
    """Export an untrained model."""
    config = tiny_config(model)
    run = directory.create(config, schema, "0123", config.default_preset(), "kerasgan")
    untrained = registry.build_model(config, schema)
    monkeypatch.setattr(loading, "load", lambda run, checkpoint: untrained)
    return untrained, tf.saved_model.load(
        str(exporting.export(run, tasks.of(run.config), tmp_path / "models"))
    )


@pytest.mark.slow
def test_cyclegan_serves_both_directions(monkeypatch, tmp_path, rgba):
    model, served = exported("cyclegan", LabelSchema(), monkeypatch, tmp_path)
    names = {"serving_default": ["image"], "generate": ["image"], "png": ["image_bytes"]}
    assert requests_of(served) == names | {f"{name}_to_a": of for name, of in names.items()}
    translator = image_to_image.DomainTranslator(model.sampling_generator, ("b", "a"))
    rgb = composited(rgba)
    file = tf.io.encode_png(rgba)
    for ending, domain in (("", "b"), ("_to_a", "a")):
        expected = translator.translate(rgb[None], domain)[0].astype(int)
        found = served.signatures[f"serving_default{ending}"](image=tf.constant(rgb[None]))
        assert np.abs(found["image"][0].numpy() - expected).max() <= 1
        found = served.signatures[f"png{ending}"](image_bytes=file[None])["image_bytes"]
        assert np.abs(tf.io.decode_png(found[0]).numpy() - expected).max() <= 1
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least 8 x 8 pixels"):
        served.signatures["serving_default"](image=tf.zeros([1, 7, 9, 3], tf.uint8))


def test_cut_serves_one_direction(monkeypatch, tmp_path, rgba):
    model, served = exported("cut", LabelSchema(), monkeypatch, tmp_path)
    names = {"serving_default": ["image"], "generate": ["image"], "png": ["image_bytes"]}
    assert requests_of(served) == names
    rgb = composited(rgba)[None]
    expected = image_to_image.DomainTranslator(model.sampling_generator, ("b",)).translate(rgb, "b")
    found = served.signatures["serving_default"](image=tf.constant(rgb))["image"].numpy()
    assert np.abs(found.astype(int) - expected).max() <= 1


@pytest.mark.slow
def test_stargan_serves_edits(monkeypatch, tmp_path, rgba):
    schema = LabelSchema.of({"hair": ("red", "blue"), "Male": BINARY})
    request_of = {"hair": tf.constant(["red"]), "male": tf.constant(["yes"])}
    model, served = exported("stargan", schema, monkeypatch, tmp_path)
    assert requests_of(served)["png"] == sorted(["image_bytes", *request_of])
    editor = image_to_image.Editor(model, schema)
    rgb = composited(rgba)
    expected = editor.edit(rgb[None], np.array([[0, 1]]))[0].astype(int)
    found = served.signatures["serving_default"](image=tf.constant(rgb[None]), **request_of)
    assert np.abs(found["image"][0].numpy() - expected).max() <= 1
    files = served.signatures["png"](image_bytes=tf.io.encode_png(rgba)[None], **request_of)
    decoded = tf.io.decode_png(files["image_bytes"][0]).numpy()
    assert np.abs(decoded - expected).max() <= 1
