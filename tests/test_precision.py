"""Half precision trains, in the right places, and skips what it cannot represent."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan import precision, runs, training
from kerasgan.configs import CONFIGS
from kerasgan.datasets import loading
from kerasgan.players import Player
from tests.conftest import tiny_config, tiny_options


def trained(config):
    keras.utils.set_random_seed(0)
    data = loading.load(config).training
    model = training.build(config, data)
    model.train_step(next(iter(loading.batches(model.draw, config, data))))
    return model


@pytest.mark.parametrize("name", CONFIGS)
def test_networks_compute_in_bfloat16_and_heads_and_weights_in_float32(name):
    model = trained(tiny_config(name, precision="bfloat16"))
    assert int(model.failed_step) == 0
    assert all(np.isfinite(value) for value in model.record().values())
    for network in (model.discriminator, model.generator):
        layers = [layer for layer in network._flatten_layers() if hasattr(layer, "filters")]
        halved = {layer.name for layer in layers if layer.compute_dtype == "bfloat16"}
        assert halved
        assert not halved & {"image", "score", "source", "hair_map", "eyes_map", "colour"}
        assert {variable.dtype for variable in network.trainable_variables} == {"float32"}
        assert {output.dtype for output in network.outputs} == {"float32"}


def test_float16_skips_an_update_that_overflows_and_halves_its_scale():
    weight = keras.Variable([1.0])
    overflowing = tf.Variable(True)

    def losses(batch):
        factor = tf.where(overflowing, np.inf, 1.0)
        return {"g_term": 3 * tf.reduce_sum(weight.value) * factor}, {}

    optimizer = precision.optimizer("float16", keras.optimizers.SGD(0.1))
    side = Player("g", [weight], optimizer, losses, {})
    before = float(optimizer.dynamic_scale)
    overflowing.assign(True)
    side.update({})
    assert float(weight[0]) == 1.0
    assert float(optimizer.dynamic_scale) == before / 2
    overflowing.assign(False)
    side.means.reset()
    side.update({})
    assert float(weight[0]) == pytest.approx(1 - 0.1 * 3)
    assert side.means.result()["g_gradient_norm"] == pytest.approx(3)


@pytest.mark.parametrize("name", ["acgan", "wgan-gp"])
def test_float16_trains(name):
    model = trained(tiny_config(name, precision="float16"))
    assert int(model.failed_step) == 0


def test_auto_is_what_multiplies_faster(monkeypatch):
    seconds = {"float32": 1.0, "bfloat16": 0.5}
    monkeypatch.setattr(precision, "_seconds", seconds.get)
    assert precision.resolved("auto") == "bfloat16"
    seconds["bfloat16"] = 0.9
    assert precision.resolved("auto") == "float32"
    assert precision.resolved("float16") == "float16"


def test_a_run_stores_what_auto_became(kerasgan, tmp_path, monkeypatch):
    monkeypatch.setattr(precision, "_seconds", {"float32": 1.0, "bfloat16": 0.5}.get)
    done = kerasgan("train", "gan", *tiny_options("gan", precision="auto"), "--out", "run")
    assert done.exit_code == 0, done.output
    assert runs.read(tmp_path / "run").config.precision == "bfloat16"
    assert kerasgan("sample", "--run", "run", "--out", "face.png").exit_code == 0
