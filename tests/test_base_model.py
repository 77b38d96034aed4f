import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import tasks
from kerasgan.datasets import labelled
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
