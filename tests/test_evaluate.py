import json

import numpy as np
import pytest

from kerasgan.datasets import faces
from kerasgan.evaluation import classifier, evaluate
from kerasgan.evaluation.subjects import Subject
from tests.conftest import tiny_config, tiny_options


@pytest.fixture(scope="module")
def avatars(tmp_path_factory):
    """Avatars of 16 pixels, and a judge that has seen few of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERASGAN_CACHE", str(tmp_path_factory.mktemp("avatars")))
        patch.setattr(classifier, "_STEPS", 150)
        split = faces.load(tiny_config("acgan", data="avatars", avatars=400, val_fraction=0.5))
        return split, classifier.trained(split.training)


def subject_of(avatars, generated, labels, seed=0):
    """Return these pictures as if a model had drawn them under these conditions."""
    split, judge = avatars
    vocabulary = split.training.vocabulary
    pairs = [(vocabulary.hair[hair], vocabulary.eyes[eyes]) for hair, eyes in labels]
    real = split.held_out.pictures(np.arange(len(split.held_out.rows)))
    return Subject(split, generated, pairs, real, judge, seed, True)


def training_pictures(avatars, count=200):
    training = avatars[0].training
    labels = np.stack([training.hair[:count], training.eyes[:count]], axis=1)
    return training.pictures(np.arange(count)), labels


@pytest.fixture(scope="module")
def evaluated(avatars):
    """The evaluation of training pictures, under the conditions that they show."""
    return evaluate.evaluate(subject_of(avatars, *training_pictures(avatars)))


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
    more = [evaluate.evaluate(subject_of(avatars, pictures, labels)) for pictures in noisy]
    distances = [
        [evaluation.numbers[name]["value"] for name in ("frechet_distance", "sliced_wasserstein")]
        for evaluation in (evaluated, *more)
    ]
    assert (np.diff(distances, axis=0) > 0).all()


def test_pictures_that_ignore_their_condition_score_chance(avatars):
    generated, labels = training_pictures(avatars)
    shuffled = np.random.default_rng(0).permutation(labels)
    numbers = evaluate.evaluate(subject_of(avatars, generated, shuffled)).numbers
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
    again = evaluate.evaluate(subject_of(avatars, *training_pictures(avatars)))
    assert json.dumps(again.numbers) == json.dumps(evaluated.numbers)
    for number in again.numbers.values():
        assert number["interval"][0] <= number["value"] <= number["interval"][1]
        assert number["n"] > 0
        assert number["seed"] == 0


def test_a_run_is_evaluated_by_command(kerasgan, tmp_path, monkeypatch):
    monkeypatch.setattr(classifier, "_STEPS", 5)
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
        ([], "pictures are held out, and an evaluation needs 40"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(kerasgan, trained_tiny, words, message):
    done = kerasgan("evaluate", "--run", trained_tiny, *words)
    assert (done.exit_code, message in done.output) == (2, True), done.output


@pytest.fixture(scope="module")
def trained_tiny(tmp_path_factory):
    from kerasgan import training

    out = tmp_path_factory.mktemp("runs") / "run"
    training.start(tiny_config("acgan"), "paper", "kerasgan", out)
    return out


def test_an_unconditional_model_has_no_accuracy(avatars):
    split, judge = avatars
    pictures, _ = training_pictures(avatars)
    judged = Subject(split, pictures, [("", "")] * 200, pictures[:100], judge, 0, False)
    found = evaluate.evaluate(judged)
    assert found.missing["accuracy"] == "the model knows no colours"
    assert "frechet_distance" in found.numbers


def test_data_without_colours_has_no_judge(avatars):
    split, _ = avatars
    pictures, _ = training_pictures(avatars)
    judged = Subject(split, pictures, [("", "")] * 200, pictures[:100], None, 0, False)
    found = evaluate.evaluate(judged)
    assert "distances in the classifier's features" in found.missing
    assert {"sliced_wasserstein", "near_duplicates", "ms_ssim_within_condition"} <= set(
        found.numbers
    )
