"""Updates whose batch is computed in parts."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import registry
from kerasgan.models.accumulation import Parts
from kerasgan.models.player import Player
from kerasgan.utils.errors import InvalidInput
from tests import two_replicas
from tests.conftest import tiny_config
from tests.stubs import ALL_PAIRS
from tests.test_player import Losses

NO_NORMS = {"g_norm": "none", "d_norm": "none", "d_dropout": 0.0}
INSTANCE = {"norm": "instance", "d_norm": "instance"}


def test_parts_hold_whole_groups_and_join_again():
    batch = {"image": tf.range(24)[:, None] * tf.ones([24, 2], tf.int32), "label": tf.range(24)}
    parts = list(Parts(3, group=4).split(batch))
    labels = [part["label"].numpy().tolist() for part in parts]
    assert labels == [
        [0, 1, 2, 3, 12, 13, 14, 15],
        [4, 5, 6, 7, 16, 17, 18, 19],
        [8, 9, 10, 11, 20, 21, 22, 23],
    ]
    tf.nest.map_structure(np.testing.assert_array_equal, Parts(3, group=4).join(parts), batch)


def test_means_weigh_the_values_of_single_images():
    pair = tf.constant([1.0, 0.0]), tf.constant([1.0, 1.0])
    other = tf.constant([1.0, 1.0]), tf.constant([1.0, 0.0])
    means = Parts(2).mean([{"loss": 1.0, "correct": pair}, {"loss": 3.0, "correct": other}])
    assert float(means["loss"]) == 2
    values, weights = means["correct"]
    assert (values.numpy().tolist(), weights.numpy().tolist()) == ([1, 1, 0, 1], [1, 1, 1, 0])


def test_one_update_follows_all_parts():
    """The mean of 3 u x + 4 v x over x = 1 and x = 3 has the gradient (6, 8)."""
    losses = Losses()
    optimizer = keras.optimizers.SGD(0.1)

    def of_batch(x):
        terms, metrics, output = losses(x[0])
        return terms, metrics, output[None]

    spec = tf.TensorSpec([1])
    player = Player("d", losses.weights, optimizer, of_batch, spec, parts=Parts(2))
    _, output = player.update(tf.constant([1.0, 3.0]))
    assert [float(weight) for weight in losses.weights] == pytest.approx([1 - 0.6, 1 - 0.8])
    assert float(optimizer.iterations) == 1
    assert output.numpy().tolist() == [2.0, 6.0]
    expected = {"d_loss": 14.0, "d_u": 6.0, "d_v": 8.0, "d_metric": 2.0, "d_gradient_norm": 10.0}
    assert player.means.result() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("acgan", {"batch_size": 8, **NO_NORMS, "penalty_weight": 1.0, "g_steps": 2}),
        pytest.param("stargan", {"batch_size": 8, "critic_steps": 2}, marks=pytest.mark.slow),
        pytest.param("cyclegan", {"batch_size": 4, **INSTANCE}, marks=pytest.mark.slow),
        pytest.param("cut", {"batch_size": 4, **INSTANCE}, marks=pytest.mark.slow),
    ],
)
def test_parts_make_the_updates_of_the_whole_batch(name, options):
    seed = two_replicas.SEEDS.get(name, 0)
    whole, parts = (
        two_replicas.trained(tiny_config(name, ema=0.5, seed=seed, accumulate=count, **options))
        for count in (1, 2)
    )
    assert parts.keys() == whole.keys()
    for key, value in whole.items():
        # Metrics of pairs are of the pairs within a part.
        if "distance" not in key:
            # A gradient's norm adds up thousands of squares.
            tolerance = 1e-3 if key.endswith("gradient_norm") else 1e-5
            np.testing.assert_allclose(parts[key], value, tolerance, 1e-5, err_msg=key)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("acgan", {"accumulate": 2}, "accumulate must be 1, got 2: .* of the generator computes"),
        ("acgan", {"accumulate": 2, **NO_NORMS, "minibatch_stddev": True}, "of the discriminator"),
        ("r3gan", {"accumulate": 2, "batch_size": 12}, "accumulate times 4, 8; got 12"),
        ("stargan", {"accumulate": 3, "batch_size": 8}, "a multiple of accumulate, 3; got 8"),
    ],
)
def test_what_would_not_be_the_whole_batch_is_refused(name, options, message):
    with pytest.raises(InvalidInput, match=message):
        registry.build_model(tiny_config(name, **options), ALL_PAIRS)
