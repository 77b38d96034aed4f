import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import registry, tasks
from kerasgan.datasets import labelled
from kerasgan.datasets.colours import COLOURS
from kerasgan.labels import LabelSchema
from kerasgan.models.player import RunningMeans
from kerasgan.training import trainer
from tests.conftest import tiny_config


@pytest.fixture
def data(tiny):
    return labelled.load(tiny).training


def first_batch(model, data, config):
    return next(iter(tasks.of(config).batches(data, model)))


def one_update(batch):
    return tf.nest.map_structure(lambda tensor: tensor[:, 0], batch)


def values(variables):
    return [np.array(variable) for variable in variables]


def same(before, after):
    return [np.array_equal(one, other) for one, other in zip(before, after, strict=True)]


@pytest.mark.parametrize(
    ("player", "other"), [("discriminator", "generator"), ("generator", "discriminator")]
)
def test_an_update_changes_all_of_one_player_and_nothing_trainable_of_the_other(
    tiny, data, player, other
):
    model = trainer.build(tiny, data)
    batch = one_update(first_batch(model, data, tiny)["discriminator"])
    changed, fixed = getattr(model, player), getattr(model, other)
    before = values(changed.trainable_variables), values(fixed.trainable_variables)
    tape = getattr(model, f"{player}_player").tape()
    with tape:
        fakes = model.generate(batch)
    getattr(model, f"{player}_player").update(batch, fakes, tape=tape)
    assert not any(same(before[0], values(changed.trainable_variables)))
    assert all(same(before[1], values(fixed.trainable_variables)))


def test_a_step_makes_the_wanted_number_of_updates(tiny, data):
    config = dataclasses.replace(tiny, d_steps=3, g_steps=2)
    model = trainer.build(config, data)
    model.train_step(first_batch(model, data, config))
    assert int(model.discriminator_player.optimizer.iterations) == 3
    assert int(model.generator_player.optimizer.iterations) == 2
    assert int(model.step) == 1
    assert int(model.failed_step) == 0


def test_a_step_that_xla_compiles_is_the_same():
    records = []
    for jit in (False, True):
        config = tiny_config("gan", jit=jit)
        keras.utils.set_random_seed(0)
        data = tasks.of(config).load().training
        model = trainer.build(config, data)
        assert model.jit_compile == jit
        batches = tasks.of(config).batches(data, model)
        model.fit_batches(batches, 1, [])
        records.append(model.record())
    assert records[1] == pytest.approx(records[0], rel=1e-4)


def test_the_recorded_terms_add_up_to_the_loss(tiny, data):
    model = trainer.build(tiny, data)
    model.train_step(first_batch(model, data, tiny))
    record = model.record()
    assert record["d_loss"] == pytest.approx(
        sum(record[f"d_{term}"] for term in ("real", "fake", "hair", "eyes")), rel=1e-5
    )
    assert record["g_loss"] == pytest.approx(
        sum(record[f"g_{term}"] for term in ("fool", "hair", "eyes")), rel=1e-5
    )


def test_the_average_follows_the_generator_statistics_included(tiny, data):
    config = dataclasses.replace(tiny, ema=0.75)
    model = trainer.build(config, data)
    expected = values(model.generator.weights)
    for _ in range(2):
        model.train_step(first_batch(model, data, config))
        expected = [
            0.75 * average + 0.25 * weight
            for average, weight in zip(expected, values(model.generator.weights), strict=True)
        ]
    for average, weight in zip(model.averaged_generator.weights, expected, strict=True):
        np.testing.assert_allclose(average, weight, atol=1e-6)
    assert model.sampling_generator is model.averaged_generator


def test_the_first_step_that_is_not_finite_is_remembered(tiny, data):
    model = trainer.build(tiny, data)
    good = first_batch(model, data, tiny)
    bad = tf.nest.map_structure(lambda tensor: tensor * np.nan, good)
    for batch in (good, bad, good):
        model.train_step(batch)
    assert int(model.failed_step) == 2


def test_running_means_weigh_their_values():
    means = RunningMeans(["loss", "accuracy"])
    means.update({"loss": 1.0, "accuracy": (np.float32([1, 0, 1]), np.float32([1, 1, 0]))})
    means.update({"loss": 4.0, "accuracy": (np.float32([1]), np.float32([1]))})
    assert means.result() == pytest.approx({"loss": 2.5, "accuracy": 2 / 3})
    means.reset()
    assert np.isnan(list(means.result().values())).all()


def numpy_softplus(x):
    return np.logaddexp(0, x.astype("float64"))


def test_acgan_losses_against_numpy(tiny):
    """With scores of our own, every term is that of the course report."""
    config = dataclasses.replace(tiny, loss_weights=(1.0, 0.3, 0.35))
    model = registry.build_model(config, LabelSchema.of(COLOURS))
    random = np.random.default_rng(0)
    heads = {"source": 1, "hair": 12, "eyes": 11}
    real, fake = (
        {name: random.normal(size=(4, k)).astype("float32") for name, k in heads.items()}
        for _ in range(2)
    )
    # Real images are tagged by a first pixel of 9.
    model.discriminator = lambda image, training: real if float(image[0, 0, 0, 0]) == 9 else fake
    labels, fake_labels = (
        {
            name: np.eye(k, dtype="float32")[random.integers(k, size=4)]
            for name, k in (("hair", 12), ("eyes", 11))
        }
        for _ in range(2)
    )
    image = np.full((4, 16, 16, 3), 9, "float32")
    batch = {"image": image, "labels": labels, "fake_labels": fake_labels}
    fakes = np.zeros_like(image)
    d_losses, _ = model.discriminator_losses(batch, fakes)
    g_losses, _ = model.generator_losses(batch, fakes)

    def cross_entropy(logits, one_hot):
        logits = logits.astype("float64")
        log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
        return -(one_hot * log_p).sum(-1).mean()

    expected = {
        "d_real": numpy_softplus(-real["source"]).mean(),
        "d_fake": numpy_softplus(fake["source"]).mean(),
        "d_hair": 0.3 * cross_entropy(real["hair"], labels["hair"]),
        "d_eyes": 0.35 * cross_entropy(real["eyes"], labels["eyes"]),
        "g_fool": numpy_softplus(-fake["source"]).mean(),
        "g_hair": 0.3 * cross_entropy(fake["hair"], fake_labels["hair"]),
        "g_eyes": 0.35 * cross_entropy(fake["eyes"], fake_labels["eyes"]),
    }
    computed = {name: float(loss) for name, loss in {**d_losses, **g_losses}.items()}
    assert computed == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("mix_batches", [False, True])
def test_real_and_generated_images_share_no_batch_statistics_unless_mixed(tiny, data, mix_batches):
    """Other generated images change the discriminator's scores of generated images only."""
    tiny = dataclasses.replace(tiny, mix_batches=mix_batches)
    model = trainer.build(tiny, data)
    seeds = [v for v in model.discriminator.variables if "seed_generator" in v.path]
    states = values(seeds)
    terms = []
    batch = one_update(first_batch(model, data, tiny)["discriminator"])
    for fakes in (batch["image"], -batch["image"]):
        for seed, state in zip(seeds, states, strict=True):
            seed.assign(state)
        losses, _ = model.discriminator_losses(batch, fakes)
        terms.append({name: float(loss) for name, loss in losses.items()})
    assert terms[0].pop("d_fake") != terms[1].pop("d_fake")
    assert (terms[0] == terms[1]) is not mix_batches


def test_keras_adds_no_optimizer_of_its_own(tiny, data):
    model = trainer.build(tiny, data)
    assert not [v.path for v in model.variables if "rmsprop" in v.path]
    assert isinstance(model.generator_player.optimizer, keras.optimizers.Adam)
