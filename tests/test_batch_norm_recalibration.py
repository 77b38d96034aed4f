"""BatchNorm statistics of averaged weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasgan
from kerasgan import registry, tasks
from kerasgan.datasets import random_images
from kerasgan.inference import loading
from kerasgan.models import batch_norm_recalibration
from kerasgan.models.sampling import Sampler, random_labels
from kerasgan.runs import checkpoints, directory
from tests.conftest import tiny_config
from tests.stubs import ALL_PAIRS


def untrained(name, **changes):
    """A model whose averaged generator differs from the generator."""
    keras.utils.set_random_seed(1)
    model = registry.build_model(tiny_config(name, ema=0.9, sigma=0.5, **changes), ALL_PAIRS)
    for weight in model.averaged_generator.trainable_weights:
        weight.assign_add(0.1 * keras.random.normal(weight.shape))
    return model


def values(network):
    return [np.array(variable.numpy()) for variable in network.variables]


def inputs(model, seed=0):
    labels = random_labels(model.schema, {}, range(seed, seed + 512))
    return Sampler(model.averaged_generator, model.schema, model.config.sigma).inputs(labels, seed)


def recalibrate(model):
    batch_norm_recalibration.recalibrate(model.averaged_generator, inputs(model))


def test_statistics_are_means_over_batches_of_a_norms_inputs():
    model = untrained("acgan")
    recalibrate(model)
    generator = model.averaged_generator
    norm = generator.get_layer("norm_0")
    before = keras.Model(generator.input, norm.input)
    entering = before.predict(inputs(model), verbose=0).reshape(8, -1, norm.input.shape[-1])
    np.testing.assert_allclose(norm.moving_mean, entering.mean(axis=(0, 1)), atol=1e-6)
    np.testing.assert_allclose(norm.moving_variance, entering.var(axis=1).mean(axis=0), rtol=1e-4)


def test_images_are_those_of_batch_statistics():
    model = untrained("gan")
    generator, batch = model.averaged_generator, inputs(model, seed=7)
    trained = generator(batch, training=True)

    def error():
        return np.abs(generator(batch, training=False) - trained).mean()

    before = error()
    recalibrate(model)
    assert error() < 0.1 * before


@pytest.mark.parametrize("name", ["gan", "cwgan-gp"])
def test_only_statistics_change_and_they_depend_on_weights_alone(name):
    network = untrained(name, **({"generator_dropout": 0.5} if name == "gan" else {}))
    untouched = values(network.generator)
    expected = values(network.averaged_generator)
    recalibrate(network)
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
    recalibrate(network)
    for first, second in zip(recalibrated, values(network.averaged_generator), strict=True):
        np.testing.assert_array_equal(first, second)
    for first, second in zip(untouched, values(network.generator), strict=True):
        np.testing.assert_array_equal(first, second)


def test_saving_recalibrates_where_no_sheet_was_drawn():
    model = untrained("gan")
    model.step.assign(1)
    run = directory.create(model.config, ALL_PAIRS, "0123", "report", "kerasgan")
    model.compile()
    model.build_players(
        tasks.of(model.config).batches(random_images.labelled(model.config), model).element_spec
    )
    before = statistics(model.averaged_generator)
    checkpoints.save(run, model, 1)
    saved = statistics(model.averaged_generator)
    assert not np.allclose(before, saved)
    recalibrate(model)
    np.testing.assert_array_equal(statistics(model.averaged_generator), saved)


def test_a_checkpoint_holds_recalibrated_statistics(trained):
    model = loading.load(trained)
    found = values(model.averaged_generator)
    recalibrate(model)
    for first, second in zip(found, values(model.averaged_generator), strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-5, atol=1e-6)


def test_fit_samples_and_files_have_recalibrated_statistics(tmp_path):
    gan = kerasgan.CGAN(ALL_PAIRS, image_size=16, width=0.05, batch_size=4, ema=0.9)
    gan.compile()
    found = []

    class AtEachStep(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            gan.sample(1)
            found.append(statistics(gan.averaged_generator))

    images = {"image": np.zeros((8, 16, 16, 3), "uint8"), "hair": [0] * 8, "eyes": [0] * 8}
    gan.fit(tf.data.Dataset.from_tensor_slices(images), callbacks=[AtEachStep()], verbose=0)
    expected = statistics(gan.averaged_generator)
    np.testing.assert_array_equal(found[-1], expected)
    recalibrate(gan)
    np.testing.assert_allclose(statistics(gan.averaged_generator), expected, rtol=1e-5, atol=1e-6)
    assert not np.allclose(found[0], expected)
    gan.averaged_generator.get_layer("norm_0").moving_mean.assign_add(np.ones(1))
    gan.save(tmp_path / "gan.keras")
    saved = kerasgan.load(tmp_path / "gan.keras")
    np.testing.assert_array_equal(saved.sample(2), gan.sample(2))


def statistics(network):
    return np.concatenate(
        [np.ravel(variable) for variable in network.variables if "moving" in variable.path]
    )
