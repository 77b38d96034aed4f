"""An update of one player in closed form."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.models.player import Player, RunningMeans


def test_running_means_weigh_their_values():
    means = RunningMeans(["loss", "accuracy"])
    means.update({"loss": 1.0, "accuracy": (np.float32([1, 0, 1]), np.float32([1, 1, 0]))})
    means.update({"loss": 4.0, "accuracy": (np.float32([1]), np.float32([1]))})
    assert means.result() == pytest.approx({"loss": 2.5, "accuracy": 2 / 3})
    means.reset()
    assert np.isnan(list(means.result().values())).all()
    means.update({"loss": 7.0, "accuracy": 1.0})
    assert means.result() == {"loss": 7.0, "accuracy": 1.0}


class Losses:
    """Losses 3 u x and 4 v x of the weights u and v, a metric x and the output 2 u x."""

    def __init__(self):
        self.weights = [keras.Variable(1.0), keras.Variable(1.0)]

    def __call__(self, x, made=None):
        u, v = (weight.value for weight in self.weights)
        x = x if made is None else made
        return {"d_u": 3 * u * x, "d_v": 4 * v * x}, {"d_metric": x}, 2 * u * x


def player_of(losses, optimizer):
    return Player("d", losses.weights, optimizer, losses, tf.TensorSpec([]))


def test_the_optimizers_state_exists_before_the_first_update():
    player = player_of(Losses(), keras.optimizers.Adam())
    # Iterations, the learning rate, and two moments of each weight, beside sums and weights.
    assert len(player.variables) == 2 + 4 + 2


@pytest.mark.parametrize("scaled", [False, True])
def test_an_update_minimises_the_sum_of_the_losses(scaled):
    optimizer = keras.optimizers.SGD(0.1)
    if scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=1024.0)
    losses = Losses()
    player = player_of(losses, optimizer)
    metrics, output = player.update(tf.constant(2.0))
    assert [float(weight) for weight in losses.weights] == pytest.approx([1 - 0.6, 1 - 0.8])
    assert (float(metrics["d_metric"]), float(output)) == (2.0, 4.0)
    expected = {"d_loss": 14.0, "d_u": 6.0, "d_v": 8.0, "d_metric": 2.0, "d_gradient_norm": 10.0}
    assert player.means.result() == pytest.approx(expected)
    assert list(player.means.result()) == list(expected)


def test_a_tape_that_recorded_the_inputs_is_continued():
    """The inputs depend on the weights too: 3 u^2 + 4 v u has another gradient."""
    losses = Losses()
    player = player_of(losses, keras.optimizers.SGD(0.1))
    tape = player.tape()
    with tape:
        made = 1.0 * losses.weights[0].value
    player.update(tf.constant(0.0), made, tape=tape)
    assert [float(weight) for weight in losses.weights] == pytest.approx([1 - 1.0, 1 - 0.4])


def test_an_update_that_overflows_is_skipped_and_its_norm_not_recorded():
    losses = Losses()
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), initial_scale=1e38)
    player = player_of(losses, optimizer)
    player.update(tf.constant(2.0))
    assert [float(weight) for weight in losses.weights] == [1.0, 1.0]
    assert np.isnan(player.means.result()["d_gradient_norm"])
    assert player.means.result()["d_loss"] == 14.0
