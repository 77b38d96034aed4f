"""Evaluations of translators that are right, do nothing, or ignore the request."""

import json

import numpy as np
import pytest
import tensorflow as tf

from kerasgan.datasets import labelled, unpaired
from kerasgan.evaluation import translation
from kerasgan.evaluation.features import classifier, efficientnet
from kerasgan.inference import loading
from kerasgan.labels import BINARY, MISSING, LabelSchema
from kerasgan.runs import directory
from tests.conftest import tiny_config, tiny_options

COUNT = 40
DISTANCES = ["sliced_wasserstein"] + ["perceptual_frechet"] * efficientnet.is_installed()


@pytest.fixture(scope="module", autouse=True)
def kept(tmp_path_factory):
    """Few steps of a classifier, kept in a cache of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "_STEPS", 120)
        yield str(tmp_path_factory.mktemp("kept"))


@pytest.fixture(autouse=True)
def cache_of_their_own(environment, kept, monkeypatch):
    monkeypatch.setenv("KERASGAN_CACHE", kept)


class Known:
    """Translates images that it has seen into their counterparts, all others into themselves."""

    filters = 1

    def __init__(self, known):
        self.known = known

    def get_layer(self, name):
        return Known(self.known[name]) if name in self.known else self

    def __call__(self, image, training):
        return tf.ensure_shape(tf.numpy_function(self._known, [image], tf.float32), image.shape)

    def _known(self, image):
        pixels = np.rint((image + 1) * 127.5).astype(np.uint8)
        outputs = [self.known.get(image.tobytes(), image) for image in pixels]
        return (np.stack(outputs) / 127.5 - 1).astype(np.float32)


def evaluated(monkeypatch, known, model_name="cyclegan"):
    # How well it reads does not matter here.
    monkeypatch.setattr(classifier, "_STEPS", 5)
    config = tiny_config(model_name, num_avatars=100, val_fraction=COUNT / 100)
    split = unpaired.load(config)
    run = directory.create(
        config, LabelSchema(), split.training.key, config.default_preset(), "kerasgan"
    )
    model = type("Model", (), {"sampling_generator": Known(known(split.held_out))})
    monkeypatch.setattr(loading, "load", lambda run, checkpoint: model)
    return translation.evaluate_domains(run, split, 10_000, 0, "latest").numbers


@pytest.mark.slow
def test_true_translations_are_equal_to_the_truth(monkeypatch):
    def known(held_out):
        a, b = (part[np.arange(COUNT)] for part in (held_out.a, held_out.b))
        to_b = {one.tobytes(): other for one, other in zip(a, b, strict=True)}
        to_a = {other.tobytes(): one for one, other in zip(a, b, strict=True)}
        return {"a_to_b": to_b, "b_to_a": to_a}

    numbers = evaluated(monkeypatch, known)
    for name in ("a_to_b", "b_to_a"):
        for area in ("", "face_"):
            assert numbers[f"{area}l1_{name}"]["value"] == 0
            assert numbers[f"{area}ssim_{name}"]["value"] == pytest.approx(1, abs=1e-5)
            for ending in ("_doing_nothing", "_random"):
                assert numbers[f"{area}l1_{name}{ending}"]["value"] > 0.1
                assert numbers[f"{area}ssim_{name}{ending}"]["value"] < 0.7
        # They are read as the true images are.
        assert numbers[f"kept_hair_{name}"]["value"] == numbers[f"kept_hair_{name}"]["ceiling"]
        for distance in DISTANCES:
            low, high = numbers[f"{distance}_{name}"]["floor_interval"]
            assert low <= numbers[f"{distance}_{name}"]["value"] <= high
            assert numbers[f"{distance}_{name}_doing_nothing"]["value"] > high
    assert numbers["cycle_l1_a"]["value"] == numbers["cycle_l1_b"]["value"] == 0
    assert {number["n"] for number in numbers.values()} == {COUNT, COUNT // 2}


@pytest.mark.slow
def test_doing_nothing_is_the_baseline(monkeypatch):
    numbers = evaluated(monkeypatch, lambda held_out: {})
    for name in ("a_to_b", "b_to_a"):
        for measure in ("l1", "psnr", "ssim", "face_l1"):
            one, other = (numbers[f"{measure}_{name}{end}"] for end in ("", "_doing_nothing"))
            assert one == other


@pytest.mark.slow
def test_one_direction_is_measured_alone(monkeypatch):
    numbers = evaluated(monkeypatch, lambda held_out: {}, "cut")
    assert {"l1_a_to_b", "kept_hair_a_to_b", "sliced_wasserstein_a_to_b"} <= numbers.keys()
    assert not any("b_to_a" in name or "cycle" in name for name in numbers)


class Painter:
    """Edits a face into a training face of the requested labels, or does nothing."""

    def __init__(self, training, obeys):
        self.training, self.obeys = training, obeys

    def edit(self, images, labels):
        if not self.obeys:
            return images
        rows = [np.flatnonzero((self.training.labels == each).all(axis=1))[:1] for each in labels]
        found = np.array([row[0] if len(row) else 0 for row in rows])
        return self.training.pixels(found)


@pytest.mark.parametrize("obeys", [pytest.param(True, marks=pytest.mark.slow), False])
def test_edits_are_read_by_a_classifier(monkeypatch, obeys):
    if not obeys:
        # Images that never change compare the classifier with itself, however little it learned.
        monkeypatch.setattr(classifier, "_STEPS", 50)
    config = tiny_config("stargan", data="avatars", num_avatars=800, val_fraction=COUNT / 800)
    split = labelled.load(config)
    run = directory.create(config, split.training.schema, split.training.key, "paper", "kerasgan")
    monkeypatch.setattr(loading, "load", lambda run, checkpoint: None)
    editor = Painter(split.training, obeys)
    monkeypatch.setattr(translation, "Editor", lambda model, schema: editor)
    monkeypatch.setattr(
        translation, "label_sheet", lambda editor, shown, rows: np.zeros((8, 8, 3), np.uint8)
    )
    numbers = translation.evaluate_labels(run, split, 10_000, 0, "latest").numbers
    shares = {name: number["value"] for name, number in numbers.items()}
    ceiling = numbers["changed_hair"]["ceiling"]
    if obeys:
        # Trained on, these faces are read at least as well as new ones.
        assert shares["changed_hair"] > ceiling - 0.1
        assert shares["kept_hair_with_eyes"] > ceiling - 0.1
    else:
        assert shares["kept_hair_with_eyes"] == ceiling
        assert shares["kept_eyes_with_hair"] == numbers["changed_eyes"]["ceiling"]
        # Nothing changed: only a misreading can be the colour that was asked for.
        assert shares["changed_hair"] <= 1 - ceiling
        assert numbers["cycle_l1_hair"]["value"] == 0


def test_every_label_is_changed_in_turn_and_a_missing_one_stays_missing():
    labels = np.array([[1, 0], [0, 2], [MISSING, 1]])
    schema = LabelSchema.of({"Male": BINARY, "hair": ("red", "blue", "gray")})
    requests = translation._requests(labels, schema, np.random.default_rng(0))
    np.testing.assert_array_equal(requests["Male"], [[0, 0], [1, 2], [MISSING, 1]])
    np.testing.assert_array_equal(requests["hair"][:, 0], labels[:, 0])
    assert (requests["hair"][:, 1] != labels[:, 1]).all()
    assert set(requests["hair"][:, 1]) <= {0, 1, 2}


@pytest.mark.slow
def test_a_run_is_evaluated_from_the_command_line(kerasgan, tmp_path, monkeypatch):
    monkeypatch.setattr(classifier, "_STEPS", 5)
    options = tiny_options("stargan", data="avatars", num_avatars=200, val_fraction=0.25, steps=1)
    assert kerasgan("train", "stargan", *options).exit_code == 0
    done = kerasgan("evaluate", "-n", 100)
    assert done.exit_code == 0, done.output
    (run,) = (tmp_path / "runs").iterdir()
    written = json.loads((run / "evaluation.json").read_text())["numbers"]
    assert {"changed_hair", "kept_eyes_with_hair", "cycle_l1_hair"} <= written.keys()
    assert (run / "evaluation" / "edits.png").is_file()
    refused = kerasgan("evaluate", "--cas")
    assert refused.exit_code == 2
    assert "apply to models that generate images, got stargan" in refused.output
    few = kerasgan("evaluate", "--data", "nowhere")
    assert few.exit_code == 2
