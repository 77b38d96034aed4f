"""Options of ACGAN's discriminator, whose defaults are the course report's."""

import keras
import pytest
import rich_click as click
import tensorflow as tf

from kerasgan.commands import cli
from kerasgan.commands.train import parsed
from kerasgan.configs.acgan import ACGANConfig, head_weights
from kerasgan.networks import acgan
from kerasgan.utils.errors import InvalidInput
from tests.conftest import tiny_config
from tests.known_networks import known


def layers_of(kind, **options):
    network = acgan.discriminator(16, {"hair": 3, "eyes": 2}, width=0.05, **options)
    return [layer for layer in network.layers if isinstance(layer, kind)]


def test_the_reports_discriminator_is_the_default():
    assert (ACGANConfig().d_norm, ACGANConfig().penalty_weight) == ("batch", 0.0)
    assert len(layers_of(keras.layers.BatchNormalization)) == 4
    rates = [layer.rate for layer in layers_of(keras.layers.Dropout, dropout=ACGANConfig.d_dropout)]
    assert rates == [0.25, 0.25, 0.25, 0.5, 0.5]


def test_norm_and_dropout_can_be_left_out():
    assert layers_of(keras.layers.BatchNormalization, norm="none") == []
    assert {layer.rate for layer in layers_of(keras.layers.Dropout, dropout=0.0)} == {0.0}


def test_the_failed_runs_of_the_report_can_be_made():
    assert (ACGANConfig().g_norm, ACGANConfig().mix_batches) == ("batch", False)
    networks = {
        norm: acgan.generator(16, 8, {"hair": 3}, 0.05, norm=norm) for norm in ("batch", "none")
    }
    norms = {
        norm: sum(isinstance(layer, keras.layers.BatchNormalization) for layer in network.layers)
        for norm, network in networks.items()
    }
    assert norms == {"batch": 5, "none": 0}
    with pytest.raises(InvalidInput, match="mix-batches does not apply: d-norm is none"):
        ACGANConfig(d_norm="none", mix_batches=True).check_applicable(["mix_batches"])


def test_there_is_no_penalty_unless_asked_for():
    model, update, _ = known("acgan", heads=True)
    assert "d_penalty" not in model.discriminator_losses(update, model.generate(update))[0]


def test_a_penalty_is_refused_under_batch_norm():
    with pytest.raises(
        InvalidInput, match=r"penalty-weight is 2.0 and d-norm batch; .* must be none"
    ):
        tiny_config("acgan", penalty_weight=2.0)
    with pytest.raises(InvalidInput, match="minibatch-stddev is on; with a penalty it must be off"):
        tiny_config("acgan", penalty_weight=2.0, d_norm="none", minibatch_stddev=True)
    with pytest.raises(InvalidInput, match=r"d-dropout is 0.3; it must be a multiple of"):
        tiny_config("acgan", d_dropout=0.3)


def test_loss_weights_are_shared_by_the_labels_or_the_reports():
    assert head_weights((), ["hair", "eyes"]) == {"source": 1.0, "hair": 0.3, "eyes": 0.35}
    shared = head_weights((), ["breed", "coat", "eyes"])
    assert shared["source"] == 1.0
    assert sum(shared.values()) == pytest.approx(1.65)
    assert len(set(shared.values())) == 2
    assert head_weights((2, 0.5), ["breed"]) == {"source": 2, "breed": 0.5}
    named = head_weights(["Breed=0.5", "source=2"], ["breed", "coat"])
    assert named == {"source": 2.0, "breed": 0.5, "coat": 0.325}


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ((1.0, 0.3), "must be 3 numbers, for source, hair, eyes, or NAME=WEIGHT .* got 1.0 0.3"),
        ((1.0, "hair=1"), "must be 3 numbers"),
        (("hiar=1",), r"unknown name in --loss-weights 'hiar' \(did you mean hair\?\)"),
        (("hair=-1",), "--loss-weights hair must be a number of at least 0, got '-1'"),
        (("hair=much",), "--loss-weights hair must be a number of at least 0, got 'much'"),
    ],
)
def test_impossible_loss_weights_are_refused_by_name(weights, message):
    with pytest.raises(InvalidInput, match=message):
        head_weights(weights, ["hair", "eyes"])


def test_loss_weights_are_given_as_words():
    with click.Context(cli):
        for words, expected in (
            (["--loss-weights", "1", "0.3", ".35", "--steps", "5"], (1.0, 0.3, 0.35)),
            (["--loss-weights=1", "3e-1", "0.35"], (1.0, 0.3, 0.35)),
            (["--loss-weights", "1,0.3,0.35"], (1.0, 0.3, 0.35)),
            (["--loss-weights", "source=1,breed=0.3"], ("source=1", "breed=0.3")),
            (
                ["--steps", "5", "--loss-weights", "source=1", "breed=0.3"],
                ("source=1", "breed=0.3"),
            ),
            ([], ()),
        ):
            assert parsed("acgan", words).loss_weights == expected
        with pytest.raises(click.BadParameter, match="must be numbers or NAME=NUMBER, got 'x'"):
            parsed("acgan", ["--loss-weights", "x"])
        with pytest.raises(InvalidInput, match=r"loss-weights is -1.0; it must be at least 0"):
            parsed("acgan", ["--loss-weights", "1", "-1"])


def test_a_missing_label_adds_no_class_loss():
    """Eq. 3 over the labelled images alone; the mean is over the batch."""
    model, update, _ = known("acgan", heads=True)
    fakes = model.generate(update)
    labelled, _ = model.discriminator_losses(update, fakes)
    missing = tf.nest.map_structure(tf.zeros_like, update["labels"])
    none, _ = model.discriminator_losses({**update, "labels": missing}, fakes)
    assert float(none["d_hair"]) == float(none["d_eyes"]) == 0.0
    assert float(labelled["d_hair"]) > 0
