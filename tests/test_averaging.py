"""The decay of averaged weights by a half-life in images."""

import numpy as np
import pytest
import tensorflow as tf

from kerasgan.models.averaging import HalfLife, build_decay


def decay(half_life, step):
    return float(half_life(tf.constant(step, tf.int64)))


def test_a_weight_counts_half_after_the_half_life():
    half_life = HalfLife(images=1000, batch_size=10)
    # 100 steps of 10 images, long after the ramp.
    assert decay(half_life, 10**6) ** 100 == pytest.approx(0.5, rel=1e-4)


def test_the_half_life_is_at_most_a_twentieth_of_the_images_so_far():
    half_life = HalfLife(images=1000, batch_size=10)
    # After 100 steps, 1,000 images, it is 50 images or 5 steps; 1,000 from 20,000 images on.
    assert decay(half_life, 100) == pytest.approx(0.5 ** (1 / 5), rel=1e-5)
    assert decay(half_life, 2000) == pytest.approx(decay(half_life, 10**6), rel=1e-5)
    assert decay(half_life, 1000) < decay(half_life, 2000)
    assert 0 <= decay(half_life, 1) < 1e-5


def test_the_images_of_every_update_are_seen():
    half_life = HalfLife(images=1000, batch_size=10, updates=2)
    # After 50 steps of two updates, 1,000 images, it is 50 images or 5 updates.
    assert decay(half_life, 50) == pytest.approx(0.5 ** (1 / 5), rel=1e-5)


def test_the_decay_is_constant_without_a_half_life():
    assert build_decay(0.9, 0, batch_size=4)(1) == build_decay(0.9, 0, batch_size=4)(1000) == 0.9
    assert build_decay(0.0, 0, batch_size=4) is None
    assert isinstance(build_decay(0.0, 500, batch_size=4), HalfLife)
    assert isinstance(build_decay(0.9, 500, batch_size=4), HalfLife)


def test_weights_are_averaged_with_the_decay_of_the_step():
    from tests.test_models import build

    model, batch = build("gan", ema_half_life=40)
    before = [weight.numpy() for weight in model.averaged_generator.weights]
    model.train_step(batch)
    decays = decay(model.ema, 1)
    pairs = zip(model.averaged_generator.weights, model.generator.weights, before, strict=True)
    for average, weight, first in pairs:
        np.testing.assert_allclose(
            average, decays * first + (1 - decays) * np.asarray(weight), atol=1e-6
        )
