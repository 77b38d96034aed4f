from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import optimizers, registry
from kerasgan.training import workers
from tests.conftest import tiny_config


def updated(optimizer, start, gradients, strategy):
    """The weights and the optimizer's variables after its updates."""
    with strategy.scope():
        weights = keras.Variable(start)
        optimizer.build([weights])
    share = strategy.num_replicas_in_sync

    @tf.function
    def update(gradient):
        strategy.run(lambda: optimizer.apply([gradient / share], [weights]))

    for gradient in gradients:
        update(tf.constant(gradient, tf.float32))
    return [weights, *optimizer.variables]


@pytest.mark.parametrize("strategy", ["none", "mirrored"])
@pytest.mark.parametrize(
    "rate", [1e-2, keras.optimizers.schedules.PolynomialDecay(1e-2, 5, end_learning_rate=0.0)]
)
def test_adam_updates_as_keras_does(rate, strategy):
    random = np.random.default_rng(0)
    start, gradients = random.normal(size=(3, 4)), random.normal(size=(6, 3, 4))
    strategy, alone = workers.strategy(strategy), workers.strategy("none")
    with strategy.scope():
        ours = optimizers.adam(rate, beta_1=0.5, epsilon=1e-3)["generator_optimizer"]
    theirs = keras.optimizers.Adam(rate, beta_1=0.5, epsilon=1e-3)
    for one, other in zip(
        updated(ours, start, gradients, strategy),
        updated(theirs, start, gradients, alone),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-6])
def test_rmsprop_updates_as_pytorch_does(scale):
    """PyTorch's: the mean square's root, plus 1e-8, divides the gradient."""
    random = np.random.default_rng(0)
    start, gradients = random.normal(size=(3, 4)), scale * random.normal(size=(6, 3, 4))
    gradients[:, 0, 0] = 0.0
    optimizer = optimizers.rmsprop(2e-4)["generator_optimizer"]
    weights, *_ = updated(optimizer, start, gradients, workers.strategy("none"))
    expected, mean_square = start.copy(), np.zeros((3, 4))
    for gradient in gradients:
        mean_square = 0.99 * mean_square + 0.01 * gradient**2
        expected -= 2e-4 * gradient / (np.sqrt(mean_square) + 1e-8)
    np.testing.assert_allclose(np.asarray(weights) - start, expected - start, rtol=1e-3, atol=1e-6)
    assert np.abs(expected - start).max() > 2e-3


@pytest.mark.parametrize("player", ["discriminator_optimizer", "generator_optimizer"])
def test_wgan_gp_of_the_paper_has_its_adam(player):
    model = registry.model_class(registry.config_class("wgan-gp")())
    adam, rmsprop = (
        model.optimizers(SimpleNamespace(config=config))[player]
        for config in map(registry.config_class("wgan-gp").from_preset, ("paper", "report"))
    )
    assert isinstance(adam, keras.optimizers.Adam)
    assert (float(adam.learning_rate), adam.beta_1, adam.beta_2) == pytest.approx((1e-4, 0, 0.9))
    assert isinstance(rmsprop, optimizers.TorchRMSprop)


def test_adam_undoes_a_factor_on_the_loss():
    """So CycleGAN's d-ratio of 2 and of 1 are one experiment."""
    random = np.random.default_rng(0)
    start, gradients = random.normal(size=(3, 4)), random.normal(size=(6, 3, 4))
    moved = []
    for ratio in (1.0, 2.0, 30.0):
        optimizer = optimizers.adam(1e-2, beta_1=0.5, epsilon=1e-8)["discriminator_optimizer"]
        weights, *_ = updated(optimizer, start, gradients / ratio, workers.strategy("none"))
        moved.append(np.asarray(weights) - start)
    np.testing.assert_allclose(moved[1], moved[0], rtol=1e-4)
    np.testing.assert_allclose(moved[2], moved[0], rtol=1e-4)


@pytest.mark.parametrize("name", registry.names())
def test_the_discriminator_may_have_a_learning_rate_of_its_own(name):
    config = tiny_config(name, learning_rate=1e-3, d_learning_rate=2.5e-4)
    both = registry.model_class(config).optimizers(SimpleNamespace(config=config))
    assert float(both["discriminator_optimizer"].learning_rate) == pytest.approx(2.5e-4)
    assert float(both["generator_optimizer"].learning_rate) == pytest.approx(1e-3)
    config = tiny_config(name, learning_rate=1e-3)
    both = registry.model_class(config).optimizers(SimpleNamespace(config=config))
    assert float(both["discriminator_optimizer"].learning_rate) == pytest.approx(1e-3)
