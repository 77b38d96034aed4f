"""Augmentations: their effect and probability, and that samples are not augmented."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import registry, tasks
from kerasgan.configs.generation import GenerationConfig
from kerasgan.datasets import labelled
from kerasgan.models.augmentation import (
    AdaptiveProbability,
    augment,
    change_colours,
    cut_out,
    parameters_of,
    shift_images,
)
from kerasgan.models.sampling import Sampler
from kerasgan.models.step_random import StepRandom
from kerasgan.models.variables import named_variables
from kerasgan.runs import directory
from kerasgan.training import trainer
from kerasgan.utils.errors import InvalidInput
from tests.conftest import models, tiny_config, tiny_options
from tests.stubs import ALL_PAIRS

NOISE_MODELS = [
    name for name in registry.names() if issubclass(registry.config_class(name), GenerationConfig)
]


def images(count=2, side=16):
    values = np.random.default_rng(0).uniform(-1, 1, (count, side, side, 3))
    return tf.constant(values, tf.float32)


def test_a_shift_moves_images_by_whole_pixels_and_fills_with_grey():
    original = images()
    # Two pixels down and one to the left; the second image stays.
    moved = shift_images(original, tf.constant([[2 / 16, -1 / 16], [0, 0]])).numpy()
    np.testing.assert_array_equal(moved[0, 2:, :-1], original[0, :-2, 1:])
    assert not moved[0, :2].any()
    assert not moved[0, :, -1].any()
    np.testing.assert_array_equal(moved[1], original[1])


def test_a_cutout_is_a_grey_square_of_half_the_side():
    original = images()
    cut = cut_out(original, tf.constant([[0.5, 0.25], [-1, -1]])).numpy()
    assert not cut[0, 4:12, :8].any()
    np.testing.assert_array_equal(cut[0, :, 8:], original[0, :, 8:])
    np.testing.assert_array_equal(cut[0, :4], original[0, :4])
    np.testing.assert_array_equal(cut[1], original[1])


def test_centres_of_cutouts_are_uniform_over_the_image():
    """A square of half the side then covers 7/16 of each axis on average, as borders cut it."""
    side = 32
    draws = StepRandom(0, tf.constant(1, tf.int64), 4000, ["cutout"]).augmentation("fake", 1)
    draws = tf.nest.map_structure(lambda draw: draw[:, 0], draws)
    cut = augment(tf.ones([4000, side, side, 1]), parameters_of(draws, 1.0)).numpy()[..., 0]
    assert np.mean(cut == 0) == pytest.approx((7 / 16) ** 2, abs=0.005)
    assert np.mean(cut == 0, axis=(0, 1)) == pytest.approx(
        np.mean(cut == 0, axis=(0, 1))[::-1], abs=0.03
    )


def test_colours_change_as_in_the_reference():
    """Zhao et al.'s code: brightness is added, saturation and contrast scale about means."""
    original = images().numpy().astype("float64")
    colour = np.array([[0.3, 1.7, 0.6], [0.0, 1.0, 1.0]])
    changed = change_colours(tf.constant(original), tf.constant(colour)).numpy()
    expected = original[0] + 0.3
    grey = expected.mean(axis=-1, keepdims=True)
    expected = (expected - grey) * 1.7 + grey
    expected = (expected - expected.mean()) * 0.6 + expected.mean()
    np.testing.assert_allclose(changed[0], expected, atol=1e-12)
    np.testing.assert_allclose(changed[1], original[1], atol=1e-12)
    without = change_colours(tf.constant(original), tf.constant([[0.0, 0.0, 1.0]] * 2, "float64"))
    np.testing.assert_allclose(np.ptp(without, axis=-1), 0, atol=1e-12)


def test_colours_of_labelled_images_change_only_if_that_is_allowed(kerasgan, tmp_path):
    options = {"augment": "colour", "out": "run"}
    refused = kerasgan("train", "acgan", *tiny_options("acgan", **options))
    assert refused.exit_code == 2
    assert "augment is colour, and the images have the labels hair, eyes" in refused.output
    assert not (tmp_path / "run").exists()
    # Of labels that the model does not take, none can become untrue.
    batch_of("gan", augment=("colour",))
    _, batch = batch_of("acgan", augment=("colour",), augment_colour_anyway=True)
    brightness, saturation, contrast = np.asarray(parameters(batch, 0.3)["colour"]).T
    assert -0.5 <= brightness.min() < 0 < brightness.max() <= 0.5
    assert 0 <= saturation.min() < 1 < saturation.max() <= 2
    assert 0.5 <= contrast.min() < 1 < contrast.max() <= 1.5
    changed = (brightness != 0).mean()
    assert 0.1 < changed < 0.5
    np.testing.assert_array_equal(saturation[brightness == 0], 1)


def test_augmentations_are_differentiable():
    original = images()
    parameters = {"shift": tf.fill([2, 2], 1 / 16), "cutout": tf.fill([2, 2], 0.5)}
    with tf.GradientTape() as tape:
        tape.watch(original)
        total = tf.reduce_sum(augment(original, parameters))
    gradient = tape.gradient(total, original).numpy()
    assert set(np.unique(gradient)) == {0.0, 1.0}
    # 15x15 pixels stay inside, of which 8x8 are cut out.
    assert gradient[0, :, :, 0].sum() == 15 * 15 - 8 * 8


def batch_of(name, step=0, **changes):
    config = tiny_config(name, batch_size=64, **changes)
    data = labelled.load(config).training
    model = registry.build_model(config, data.schema)
    return model, next(iter(tasks.of(config).batches(data, model, step)))["discriminator"]


def parameters(batch, probability):
    return tf.nest.map_structure(np.asarray, parameters_of(batch["augmentation"], probability))


def test_each_augmentation_has_its_probability_and_depends_on_seed_and_step():
    options = {"augment": ("shift", "cutout")}
    _, batch = batch_of("r3gan", **options)
    drawn = parameters(batch, 0.25)
    assert 0.1 < np.mean(drawn["shift"].any(axis=-1)) < 0.4
    assert 0.1 < np.mean((drawn["cutout"] >= 0).all(axis=-1)) < 0.4
    assert np.abs(drawn["shift"]).max() <= 1 / 8
    for other in ({"seed": 1}, {"step": 1}):
        _, again = batch_of("r3gan", **{**options, **other})
        assert (parameters(again, 0.25)["shift"] != drawn["shift"]).any()
    _, same = batch_of("r3gan", **options)
    np.testing.assert_array_equal(parameters(same, 0.25)["shift"], drawn["shift"])


@pytest.mark.parametrize("name", NOISE_MODELS)
def test_real_and_generated_images_are_augmented_alike(name):
    options = {"augment": ("cutout",), "augment_probability": 1.0}
    _, plain = batch_of(name)
    model, batch = batch_of(name, **options)
    np.testing.assert_array_equal(batch["image"], plain["image"])
    shape = np.shape(batch["image"])
    update = tf.nest.map_structure(lambda values: values[:, 0], batch)
    model.generator = lambda inputs, training: tf.ones([64, 16, 16, 3])
    is_cut = (model.generate(update).numpy() == 0).all(axis=-1)
    assert (is_cut.mean(axis=(1, 2)) > 0.05).all()
    assert is_cut.mean() < 0.3
    seen = []
    model.discriminator_player = SimpleNamespace(
        update=lambda update, *_: seen.append(update["image"]) or [{}], tape=tf.GradientTape
    )
    model.generator_player = SimpleNamespace(
        update=lambda *_, tape=None: [{}], tape=tf.GradientTape
    )
    model.averaged_generator = None
    model.update_players({"discriminator": batch, "generator": {}})
    real, whole = np.stack(seen, axis=1), np.asarray(plain["image"])
    assert real.shape == shape
    kept = (real == whole).all(axis=-1)
    assert (np.abs(real[~kept]) == 0).all()
    assert 0.7 < kept.mean() < 0.95


def batch_with(correct, count=10):
    """A metric of `count` images, a share of which is read correctly."""
    values = np.arange(count) < correct * count
    return {"d_accuracy_real": (tf.constant(values, tf.float32), tf.ones(count))}


def test_an_adaptive_probability_follows_the_sign_of_real_images():
    """It rises while the mean sign is above 0.6, an accuracy above 0.8, and falls below it."""
    adaptive = AdaptiveProbability(batch_size=10_000)
    for accuracy, expected in ((0.9, 0.1), (1.0, 0.2), (0.7, 0.1), (0.5, 0.0), (0.0, 0.0)):
        adaptive.update(batch_with(accuracy))
        assert adaptive.record()["augment_probability"] == pytest.approx(expected, abs=1e-6)
    for _ in range(9):
        adaptive.update(batch_with(1.0))
    assert adaptive.record()["augment_probability"] == pytest.approx(0.8)


def test_an_adaptive_probability_leaves_out_what_does_not_count():
    adaptive = AdaptiveProbability(batch_size=10_000)
    values, weights = tf.constant([1.0, 0.0, 1.0]), tf.constant([1.0, 0.0, 2.0])
    adaptive.update({"d_accuracy_real": (values, weights)})
    assert adaptive.record()["augment_probability"] == pytest.approx(0.1)


@pytest.mark.parametrize("name", models("r3gan"))
def test_every_model_can_steer_its_augmentation_and_goes_on_from_a_checkpoint(name):
    options = {"augment": ("shift", "cutout"), "augment_probability": "ada"}
    config = tiny_config(name, **options)
    data = tasks.of(config).load().training
    model = trainer.build(config, data)
    model.augment_probability.probability.assign(0.5)
    model.train_step(next(iter(tasks.of(config).batches(data, model))))
    moves = (model.record()["augment_probability"] - 0.5) / (config.batch_size / 100_000)
    # One up or down for each update of the discriminator.
    assert min(abs(moves - net) for net in range(-model.d_steps, model.d_steps + 1, 2)) < 0.01
    assert "augment_probability/000/probability" in named_variables(model)


def test_samples_are_never_augmented():
    sampled = []
    for options in ({}, {"augment": ("shift", "cutout"), "augment_probability": 1.0}):
        keras.utils.set_random_seed(0)
        run = directory.create(
            tiny_config("r3gan", **options), ALL_PAIRS, "0123", "small", "kerasgan"
        )
        model = registry.build_model(run.config, run.schema)
        sampler = Sampler(model.sampling_generator, run.schema, run.config.sigma)
        sampled.append(sampler.generate(np.array(ALL_PAIRS.combinations), seed=0))
    np.testing.assert_array_equal(*sampled)


def test_half_of_the_real_images_are_mirrored():
    _, plain = batch_of("gan")
    _, mirrored = batch_of("gan", mirror=True)
    before, after = np.asarray(plain["image"]), np.asarray(mirrored["image"])
    same = (before == after).all(axis=(2, 3, 4))
    flipped = (before[:, :, :, ::-1] == after).all(axis=(2, 3, 4))
    assert (same | flipped).all()
    assert 0.3 < flipped.mean() < 0.7


def test_an_unknown_augmentation_is_refused():
    with pytest.raises(InvalidInput, match=r"augment.*'rotate'.*colour, shift, cutout"):
        tiny_config("gan", augment=("rotate",))
    with pytest.raises(InvalidInput, match=r"augment-probability is 1.5; it must be at most 1"):
        tiny_config("gan", augment_probability=1.5)
    with pytest.raises(InvalidInput, match="augment-probability is 'Ada'; allowed: a number, ada"):
        tiny_config("gan", augment_probability="Ada")
