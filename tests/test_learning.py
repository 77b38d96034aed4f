"""Every family of models learns a toy set: pixels of two colours, with networks of two layers."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from kerasgan import registry
from kerasgan.labels import LabelSchema
from kerasgan.models.step_random import UnpairedStepRandom
from kerasgan.networks import cut
from tests.conftest import tiny_config

SCHEMA = LabelSchema.of({"hair": ("red", "blue")})
COLOURS = np.array([[0.8, -0.6, -0.6], [-0.6, -0.6, 0.8]])
BATCH = 32


def dense(inputs, outputs, activation=None):
    """Two layers on the concatenated inputs, each flattened."""
    x = layers.Concatenate()([layers.Flatten()(tensor) for tensor in inputs])
    return layers.Dense(outputs, activation)(layers.Dense(32, layers.LeakyReLU(0.2))(x))


def named(**shapes):
    return {name: keras.Input(shape, name=name) for name, shape in shapes.items()}


LABELS = {"gan": {}, "wgan": {}, "wgan-gp": {}, "cgan": {"combination": (2,)}}


def networks(name, config):
    """Discriminator and generator of images of one pixel, with the model's inputs and outputs."""
    labels = named(**LABELS.get(name, {"hair": (2,)}))
    first = named(image=(1, 1, 3)) if name == "stargan" else named(noise=(config.latent_dim,))
    made = dense([*first.values(), *labels.values()], 3, "tanh")
    generator = keras.Model({**first, **labels}, layers.Reshape((1, 1, 3))(made))
    inputs = named(image=(1, 1, 3))
    if name in ("acgan", "stargan", "r3gan"):
        outputs = {key: dense(inputs.values(), size) for key, size in (("source", 1), ("hair", 2))}
        return keras.Model(inputs["image"], outputs), generator
    inputs |= labels
    score = dense(inputs.values(), 1)
    return keras.Model(inputs if labels else inputs["image"], score), generator


def trained(model, given, steps):
    """Train on the same real images in every step."""
    data = tf.data.Dataset.from_tensors(given).repeat()
    batches = model.batches(data)
    model.compile()
    model.build_players(batches.element_spec)
    model.fit_batches(batches, steps, [])


def near(images):
    """Share of images of either colour, of [N, 3] pixels."""
    distances = np.linalg.norm(images[:, None] - COLOURS, axis=-1)
    return np.mean(distances < 0.5, axis=0)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("gan", {}),
        pytest.param("gan", {"loss": "lsgan"}, marks=pytest.mark.slow),
        pytest.param("wgan", {"clip": 0.1, "critic_steps": 3}, marks=pytest.mark.slow),
        ("wgan-gp", {"penalty_weight": 1.0}),
        pytest.param("cgan", {}, marks=pytest.mark.slow),
        ("acgan", {}),
        pytest.param("cwgan", {"clip": 0.1, "critic_steps": 3}, marks=pytest.mark.slow),
        pytest.param("cwgan-gp", {"penalty_weight": 1.0}, marks=pytest.mark.slow),
        pytest.param("r3gan", {"penalty_weight": 0.1}, marks=pytest.mark.slow),
        ("stargan", {}),
    ],
)
def test_colours_are_learned(name, options):
    config = tiny_config(
        name, **{"batch_size": BATCH, "learning_rate": 5e-3, "steps": 300, **options}
    )
    keras.utils.set_random_seed(0)
    model = registry.build_model(config, SCHEMA if config.IS_CONDITIONAL else LabelSchema())
    model.discriminator, model.generator = networks(name, config)
    model.averaged_generator = None
    # Neighbours in the batch, whose label StarGAN edits to, have the same one half of the time.
    hair = np.repeat((np.arange(BATCH) // 2 % 2)[:, None], model.d_steps, axis=1)
    random = np.random.default_rng(0)
    pixels = COLOURS[hair] + random.normal(0, 0.05, (*hair.shape, 3))
    image = pixels.astype("float32")[:, :, None, None]
    trained(model, {"image": image, "labels": hair[..., None], "combination": hair}, config.steps)

    wanted = np.eye(2, dtype="float32")[np.arange(200) % 2]
    if name == "stargan":
        inputs = {"image": image[:, 0][np.arange(200) // 4 % BATCH]}
    else:
        inputs = {"noise": random.normal(size=(200, config.latent_dim)).astype("float32")}
    inputs |= {label: wanted for label in ("hair", "combination") if label in model.generator.input}
    made = model.generator(inputs, training=False).numpy().reshape(-1, 3)
    if config.IS_CONDITIONAL:
        assert min(near(made[::2])[0], near(made[1::2])[1]) > 0.9
    else:
        assert near(made).min() > 0.2
        assert near(made).sum() > 0.6


def pixelwise(outputs, activation=None):
    """Two layers on each pixel."""
    hidden = layers.Conv2D(16, 1, activation=layers.LeakyReLU(0.2))
    last = layers.Conv2D(outputs, 1, activation=activation)
    return lambda tensor: last(hidden(tensor))


def of_domains(names, outputs, activation=None):
    """A network of each domain, {name: images} -> {target: images}."""
    inputs = named(**dict.fromkeys(names.values(), (4, 4, 3)))
    made = {target: pixelwise(outputs, activation)(inputs[name]) for target, name in names.items()}
    return keras.Model(inputs, made)


def bright(count, channel):
    """Images [count, 1, 4, 4, 3] of one colour whose pixels are of any brightness."""
    images = np.full((count, 1, 4, 4, 3), -0.8, "float32")
    images[..., channel] = np.random.default_rng(channel).uniform(-0.5, 0.9, (count, 1, 4, 4))
    return images


@pytest.mark.parametrize("name", ["cyclegan", pytest.param("cut", marks=pytest.mark.slow)])
def test_translations_have_the_other_colour_and_the_same_brightness(name):
    options = {"cyclegan": {"pool_size": 0, "identity_weight": 0.0}, "cut": {"nce_weight": 2.0}}
    config = tiny_config(name, batch_size=8, learning_rate=5e-3, steps=300, **options[name])
    keras.utils.set_random_seed(0)
    model = registry.build_model(config, LabelSchema())
    if name == "cyclegan":
        model.generator = of_domains({"a": "b", "b": "a"}, 3, "tanh")
        model.discriminator = of_domains({"a": "a", "b": "b"}, 1)
    else:
        model.generator = of_domains({"b": "a"}, 3, "tanh")
        image = keras.Input((4, 4, 3))
        model.discriminator = keras.Model(image, pixelwise(1)(image))
        model._encode, model._areas = lambda images: {"image": images}, {"image": 16}
        model.heads = cut.heads({"image": 3})
    model.step_random = lambda step, given: UnpairedStepRandom(given, 0, step, 4)
    reds, blues = bright(8, 0), bright(8, 2)
    trained(model, {"a": reds, "b": blues}, config.steps)
    inputs = {key: {"a": reds, "b": blues}[key][:, 0] for key in model.generator.input}
    made = model.generator(inputs, training=False)["b"].numpy()
    assert np.abs(made[..., :2] + 0.8).mean() < 0.4
    # A translation to blue, as bright as the red was.
    assert np.corrcoef(made[..., 2].ravel(), reds[..., 0].ravel())[0, 1] > 0.8
    assert -0.5 < made[..., 2].mean() < 0.9
