"""Options of ACGAN's discriminator, whose defaults are the course report's."""

import keras
import pytest
import tensorflow as tf
from keras import ops

from kerasgan.configs.acgan import ACGANConfig
from kerasgan.networks import acgan
from kerasgan.utils.errors import InvalidInput
from tests.conftest import tiny_config
from tests.test_models import build, floats, shared


def layers_of(kind, **options):
    network = acgan.discriminator(16, 3, 2, width=0.05, **options)
    return [layer for layer in network.layers if isinstance(layer, kind)]


def test_the_reports_discriminator_is_the_default():
    assert (ACGANConfig().d_norm, ACGANConfig().penalty_weight) == ("batch", 0.0)
    assert len(layers_of(keras.layers.BatchNormalization)) == 4
    rates = [layer.rate for layer in layers_of(keras.layers.Dropout, dropout=ACGANConfig.d_dropout)]
    assert rates == [0.25, 0.25, 0.25, 0.5, 0.5]


def test_norm_and_dropout_can_be_left_out():
    assert layers_of(keras.layers.BatchNormalization, norm="none") == []
    assert {layer.rate for layer in layers_of(keras.layers.Dropout, dropout=0.0)} == {0.0}


class LinearCritic:
    """Source 0.5 sum(x), constant class logits."""

    def __call__(self, images, training):
        count = images.shape[0]
        source = 0.5 * ops.sum(images, axis=(1, 2, 3))[:, None]
        return source, tf.zeros([count, 5]), tf.zeros([count, 5])


@pytest.mark.parametrize("weight", [1.0, 3.0])
def test_the_penalty_is_half_gamma_times_the_squared_norms_of_both_kinds(weight):
    model, batch = build("acgan", d_norm="none", penalty_weight=weight)
    batch, fakes = shared(model, batch)
    model.discriminator = LinearCritic()
    batch |= {"hair": tf.zeros([4, 5]), "eyes": tf.zeros([4, 5])}
    losses, _ = model.discriminator_losses(batch, fakes)
    squared_norm = 0.5**2 * 16 * 16 * 3
    assert floats(losses)["d_penalty"] == pytest.approx(weight / 2 * 2 * squared_norm)


def test_there_is_no_penalty_unless_asked_for():
    model, batch = build("acgan")
    assert "d_penalty" not in model.discriminator_losses(*shared(model, batch))[0]


def test_a_penalty_is_refused_under_batch_norm():
    with pytest.raises(
        InvalidInput, match=r"penalty-weight is 2.0 and d-norm batch; .* must be none"
    ):
        tiny_config("acgan", penalty_weight=2.0)
    with pytest.raises(InvalidInput, match="minibatch-stddev is on; with a penalty it must be off"):
        tiny_config("acgan", penalty_weight=2.0, d_norm="none", minibatch_stddev=True)
    with pytest.raises(InvalidInput, match=r"d-dropout is 0.3; it must be a multiple of"):
        tiny_config("acgan", d_dropout=0.3)
