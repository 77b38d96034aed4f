"""The discriminator's scores of training and held-out images, and the sign of overfitting."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from kerasgan import registry, tasks
from kerasgan.datasets.labelled import LabelledImages, Split
from kerasgan.evaluation import held_out_scores
from kerasgan.labels import LabelSchema
from kerasgan.runs import directory
from kerasgan.training import callbacks, failure_signs
from tests.conftest import tiny_config
from tests.test_failure_signs import LEVEL, PART, acgan

SCHEMA = LabelSchema.of({"hair": ("blond", "red"), "eyes": ("blue", "green")})


def images(seed, count):
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 256, (count, 16, 16, 3), np.uint8)
    return LabelledImages.of("0", pixels, SCHEMA, random.integers(-1, 2, (count, 2)))


SPLIT = Split(images(0, 60), images(1, 30))


def scores(model, split=SPLIT):
    """The values that are measured of this model."""
    return held_out_scores.HeldOutScores(tiny_config("acgan"), split).measure(model)


def fake(score):
    """A model whose discriminator has these scores of images [B, S, S, 3]."""
    return SimpleNamespace(schema=SCHEMA, real_scores=lambda real: score(real["image"]))


def test_a_discriminator_that_remembers_its_training_images_separates_them():
    seen = {image.tobytes() for image in SPLIT.training.images}

    def remembered(batch):
        pixels = ((batch.numpy() + 1) * 127.5).round().astype(np.uint8)
        return np.array([float(image.tobytes() in seen) for image in pixels])

    assert scores(fake(remembered)) == {
        "score_training": 1.0, "score_held_out": 0.0, "score_auc": 1.0
    }  # fmt: skip


def test_a_discriminator_that_sees_no_difference_is_at_one_half():
    constant = scores(fake(lambda batch: tf.ones(len(batch))))
    assert constant == dict.fromkeys(("score_training", "score_held_out"), 1.0) | {"score_auc": 0.5}
    of_brightness = scores(fake(lambda batch: tf.reduce_mean(batch, axis=(1, 2, 3))))
    # 60 and 28 images: a standard error of 0.066.
    assert of_brightness["score_auc"] == pytest.approx(0.5, abs=0.15)


def test_the_area_counts_pairs_and_does_not_depend_on_the_scale():
    random = np.random.default_rng(0)
    training, held_out = random.integers(0, 9, 40), random.integers(0, 7, 30)
    pairs = np.sign(training[:, None] - held_out)
    expected = (pairs + 1).mean() / 2
    for scaled in (np.exp, lambda values: 1e6 * values - 3):
        found = held_out_scores.area_under_curve(scaled(training), scaled(held_out))
        assert found == pytest.approx(expected)


@pytest.mark.parametrize("name", ["gan", "cgan", "acgan", "cwgan", "r3gan"])
def test_scoring_changes_no_variable_and_repeats(name):
    model = registry.build_model(tiny_config(name), SCHEMA)
    # R3GAN's heads begin at zero.
    for variable in model.discriminator.trainable_variables:
        variable.assign(variable + 0.1)
    networks = (model.discriminator, model.generator)
    before = [np.array(variable) for network in networks for variable in network.variables]
    first = scores(model)
    after = [np.array(variable) for network in networks for variable in network.variables]
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)
    assert scores(model) == first
    assert 0 < first["score_auc"] < 1
    assert first["score_training"] != first["score_held_out"]


def test_scores_are_logged_at_whole_rows_where_enough_images_are_held_out():
    run = directory.create(
        tiny_config("gan", log_every=50), LabelSchema(), "0", "report", "kerasgan"
    )
    (monitor,) = tasks.of(run.config).monitors(run, SPLIT)
    callback = callbacks.Evaluation(run, 0, monitor, None)
    assert (callback.every, callback.is_due(150), callback.is_due(100)) == (150, True, False)
    # No best checkpoint is chosen by scores.
    callback.metrics = SimpleNamespace(evaluation={}, history={"step": []})
    callback.monitor = SimpleNamespace(measure=lambda model: {"score_auc": 0.6})
    callback.set_model(SimpleNamespace(failed_step=0, weights=[]))
    callback.step = 150
    callback.execute()
    assert callback.metrics.evaluation == {"score_auc": 0.6}
    assert not run.checkpoints.exists()
    few = Split(SPLIT.training, images(1, 19))
    assert tasks.of(run.config).monitors(run, few) == []


@pytest.mark.parametrize(("area", "expected"), [(0.71, ["d-overfits"]), (0.69, [])])
def test_the_sign_needs_an_area_beyond_its_threshold(area, expected):
    """Also where most rows have no score."""
    areas = np.where(np.arange(len(LEVEL)) % 3 == 0, area, np.nan)
    found = failure_signs.detect_failures(acgan(score_auc=areas), {})
    assert [sign.name for sign in found] == expected
    for sign in found:
        assert "scores a training image above a held-out one 71% of the time" in sign.message
        config = tiny_config("acgan")
        assert sign.advice(config) == "try a new run with more --augment (now none)"
        more = tiny_config("acgan", augment=("shift", "cutout"))
        assert sign.advice(more) == "try a new run with more --augment (now shift, cutout)"


def test_a_discriminator_that_only_just_overfits_is_no_sign_yet():
    assert failure_signs.detect_failures(acgan(score_auc=0.5 + 0.24 * PART), {}) == []
