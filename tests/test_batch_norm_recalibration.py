"""BatchNorm statistics of averaged weights."""

import keras
import numpy as np
import pytest

from kerasgan import registry
from kerasgan.inference import loading
from kerasgan.models.sampling import Sampler, random_labels
from kerasgan.runs import directory
from kerasgan.training import batch_norm_recalibration
from kerasgan.training.callbacks import EveryNSteps
from tests.conftest import tiny_config
from tests.stubs import ALL_PAIRS


def untrained(model, **changes):
    """A run and its model, whose averaged generator differs from the generator."""
    config = tiny_config(model, ema=0.9, sigma=0.5, **changes)
    run = directory.create(config, ALL_PAIRS, "0123", config.default_preset(), "kerasgan")
    keras.utils.set_random_seed(1)
    network = registry.build_model(config, ALL_PAIRS)
    for weight in network.averaged_generator.trainable_weights:
        weight.assign_add(0.1 * keras.random.normal(weight.shape))
    return run, network


def values(network):
    return [np.array(variable.numpy()) for variable in network.variables]


def _inputs(run, generator, seed):
    labels = random_labels(run.schema, {}, range(seed, seed + 512))
    return Sampler(generator, run.schema, run.config.sigma).inputs(labels, seed)


def test_statistics_are_means_over_batches_of_a_norms_inputs():
    run, model = untrained("acgan")
    batch_norm_recalibration.recalibrate(run, model)
    generator = model.averaged_generator
    norm = generator.get_layer("norm_0")
    before = keras.Model(generator.input, norm.input)
    inputs = _inputs(run, generator, 0)
    entering = before.predict(inputs, verbose=0).reshape(8, -1, norm.input.shape[-1])
    np.testing.assert_allclose(norm.moving_mean, entering.mean(axis=(0, 1)), atol=1e-6)
    np.testing.assert_allclose(norm.moving_variance, entering.var(axis=1).mean(axis=0), rtol=1e-4)


def test_images_are_those_of_batch_statistics():
    run, model = untrained("gan")
    generator = model.averaged_generator
    inputs = _inputs(run, generator, 7)
    trained = generator(inputs, training=True)

    def error():
        return np.abs(generator(inputs, training=False) - trained).mean()

    before = error()
    batch_norm_recalibration.recalibrate(run, model)
    assert error() < 0.1 * before


@pytest.mark.parametrize("model", ["gan", "cwgan-gp"])
def test_only_statistics_change_and_they_depend_on_weights_alone(model):
    changes = {"generator_dropout": 0.5} if model == "gan" else {}
    run, network = untrained(model, **changes)
    untouched = values(network.generator)
    expected = values(network.averaged_generator)
    batch_norm_recalibration.recalibrate(run, network)
    recalibrated = values(network.averaged_generator)
    kept = [
        np.array_equal(before, after)
        for before, after, variable in zip(
            expected, recalibrated, network.averaged_generator.variables, strict=True
        )
        if "moving" not in variable.path
    ]
    assert len(kept) > 4
    assert all(kept)
    for variable in network.averaged_generator.non_trainable_weights:
        variable.assign(variable + 3.0)
    batch_norm_recalibration.recalibrate(run, network)
    for first, second in zip(recalibrated, values(network.averaged_generator), strict=True):
        np.testing.assert_array_equal(first, second)
    for first, second in zip(untouched, values(network.generator), strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_checkpoint_holds_recalibrated_statistics(trained):
    model = loading.load(trained)
    found = values(model.averaged_generator)
    batch_norm_recalibration.recalibrate(trained, model)
    for first, second in zip(found, values(model.averaged_generator), strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("steps", "expected"), [(3, [2, 3]), (4, [2, 3, 4]), (5, [2, 3, 4, 5])])
def test_recalibration_precedes_its_users_and_the_end_of_a_run(monkeypatch, steps, expected):
    run, model = untrained("acgan")
    recalibrated = []
    monkeypatch.setattr(
        batch_norm_recalibration,
        "recalibrate",
        lambda run, model: recalibrated.append(callback.step),
    )
    users = [EveryNSteps(run, 0, every) for every in (2, 3)]
    callback = batch_norm_recalibration.BatchNormRecalibration(run, 0, users)
    callback.set_model(model)
    callback.on_train_begin()
    for _ in range(steps):
        callback.on_train_batch_end(0)
    callback.on_train_end()
    assert recalibrated == expected
