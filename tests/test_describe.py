"""What `kerasgan describe` counts and measures, against closed forms."""

import math
from pathlib import Path

import keras
import pytest

import kerasgan as package
from kerasgan import registry
from kerasgan.datasets import random_images
from kerasgan.layers import Conv2D, Conv2DTranspose, UpsampleConv2D
from kerasgan.layers.kernels import winograd
from kerasgan.models import multiply_adds
from kerasgan.utils.errors import InvalidInput
from tests.conftest import OWN, TINY, models, tiny_config, tiny_options


@pytest.fixture(scope="module")
def dcgan():
    """The paper's networks at 64 pixels."""
    return package.describe("gan", image_size=64, batch_size=8, measure=False)


def network_of(description, name):
    (found,) = (network for network in description.networks if network.name == name)
    return found


@pytest.mark.parametrize(
    ("layer", "shape", "count"),
    [
        (keras.layers.Dense(10), (32,), 32 * 10),
        (Conv2D(7, 5, strides=2, padding="same"), (16, 12, 3), (8 * 6) * (5 * 5) * 3 * 7),
        (Conv2D(7, 3, padding="reflect"), (8, 6, 3), (8 * 6) * (3 * 3) * 3 * 7),
        # Each pixel of the input is multiplied by the whole kernel.
        (Conv2DTranspose(7, 4, strides=2, padding="same"), (8, 6, 5), (8 * 6) * (4 * 4) * 5 * 7),
        # Four taps per pixel of the output.
        (UpsampleConv2D(7), (8, 6, 5), (16 * 12) * 4 * 5 * 7),
        (keras.layers.ReLU(), (8, 6, 5), 0),
    ],
)
def test_a_layers_multiply_adds_whatever_computes_it(monkeypatch, layer, shape, count):
    monkeypatch.setattr(winograd, "MIN_GAIN", -math.inf)
    image = keras.Input(shape)
    keras.Model(image, layer(image))
    assert multiply_adds.of_layer(layer) == count


def test_a_layer_of_dcgan_at_the_papers_size(dcgan):
    up = network_of(dcgan, "generator").layers[5]
    assert up == ("up_1", "Conv2DTranspose 4x4, stride 2", (8, 8, 256), 2_097_152, 33_554_432)
    down = network_of(dcgan, "discriminator").layers[3]
    assert down == ("down_1", "Conv2D 4x4, stride 2", (16, 16, 128), 131_072, 33_554_432)


def test_a_step_of_dcgan_counts_each_needed_gradient_once(dcgan):
    generator, discriminator = (
        network_of(dcgan, name).multiply_adds for name in ("generator", "discriminator")
    )
    first_of_generator, first_of_discriminator = 100 * 4 * 4 * 512, 32 * 32 * 4 * 4 * 3 * 64
    # Real images and fakes: scores, gradients of weights and, behind the first layer, of inputs.
    judged = generator + 2 * (3 * discriminator - first_of_discriminator)
    # The same fakes, whose gradients pass the discriminator and train the generator.
    answered = 2 * discriminator + 2 * generator - first_of_generator
    assert dcgan.multiply_adds == 8 * (judged + answered)


@pytest.mark.parametrize("name", models("gan"))
def test_the_parameters_are_keras_s(name):
    options = {**TINY, **OWN[name], "measure": False}
    described = package.describe(name, **options)
    schema = random_images.labelled(tiny_config("acgan")).schema
    model = registry.build_model(described.config, schema)
    expected = model.generator.count_params() + model.discriminator.count_params()
    assert described.parameters == expected


def test_the_command_prints_the_networks_and_writes_nothing(kerasgan):
    done = kerasgan("describe", "gan", *tiny_options("gan"), "--no-measure")
    assert done.exit_code == 0, done.output
    model = package.GAN(image_size=16, width=0.05, latent_dim=8)
    for network in (model.generator, model.discriminator):
        assert any(
            line.split()[:2] == ["total", f"{network.count_params():,}"]
            for line in done.stdout.splitlines()
        )
    assert "a step of batch size 4: " in done.stdout
    assert "measured" not in done.stdout
    assert list(Path().iterdir()) == []


def test_three_steps_give_the_duration(kerasgan):
    words = tiny_options("gan", data="no-such-folder", steps=7200)
    done = kerasgan("describe", "gan", *words)
    assert done.exit_code == 0, done.output
    assert "7,200 steps on this machine: about" in done.stdout
    assert list(Path().iterdir()) == []


@pytest.mark.slow
def test_replicas_are_timed_and_their_step_is_counted_as_one(capsys):
    options = {**TINY, **OWN["gan"]}
    mirrored = package.describe("gan", strategy="mirrored", **options)
    assert mirrored.hours == pytest.approx(3 * mirrored.seconds_per_step / 3600)
    alone = package.describe("gan", measure=False, **options)
    assert alone.hours is None
    assert mirrored.multiply_adds == alone.multiply_adds
    assert capsys.readouterr().out == ""


def test_several_machines_are_refused():
    with pytest.raises(InvalidInput, match="strategy must be none or mirrored"):
        package.describe("gan", strategy="multi-worker")


@pytest.mark.parametrize("words", [["gna"], ["gan", "--widht", "2"], ["gan", "--width", "wide"]])
def test_bad_input_is_refused_as_by_train(kerasgan, words):
    described, trained = (kerasgan(command, *words) for command in ("describe", "train"))
    assert described.exit_code == trained.exit_code == 2
    assert described.stderr == trained.stderr != ""


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ((), ("hair", "eyes")),
        (("breed",), ("hair", "eyes")),
        (("eyes",), ("eyes",)),
        (("none",), ()),
    ],
)
def test_the_labels_are_the_avatars(labels, names):
    images = random_images.labelled(tiny_config("r3gan", labels=labels))
    assert tuple(images.schema.names) == names
    assert images.labels.shape[1] == len(names)
