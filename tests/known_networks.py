"""Networks whose outputs and gradients are known in closed form, and a step's inputs for them."""

import functools

import numpy as np
import tensorflow as tf
from keras import ops

from kerasgan import registry
from kerasgan.labels import LabelSchema
from tests.conftest import tiny_config

SCHEMA = LabelSchema.of({"hair": ("red", "green", "blue"), "eyes": ("red", "blue")})
BATCH = 4
# Images of 4 x 4 pixels are enough for networks without convolutions.
SHAPE = (4, 4, 3)
AUGMENTATION = 0.25
_RANDOM = np.random.default_rng(0)
SLOPE = _RANDOM.normal(size=SHAPE).astype("float32")
_PLANES = {
    name: _RANDOM.normal(size=(size, *SHAPE)).astype("float32") / 4
    for name, size in {"noise": 8, "combination": 6, **SCHEMA.sizes}.items()
}


def factor(labels):
    """1 + <v, c>, float64 [B], of the labels {name: one-hot [B, K]}, or 1 without any."""
    values = [np.asarray(rows) @ np.arange(1, rows.shape[-1] + 1) / 9 for rows in labels.values()]
    return 1.0 + sum(values)


def score(images, labels=()):
    """D(x, c) = (<w, x> + |x|^2 / 2) / 8 (1 + <v, c>), float64 [B]."""
    images = np.asarray(images, "float64")
    return (images * SLOPE + images**2 / 2).sum(axis=(1, 2, 3)) / 8 * factor(dict(labels))


def gradient(images):
    """Gradient of `score` without labels at the images, [B, H, W, C]."""
    return (np.asarray(images, "float64") + SLOPE) / 8


def gradient_norm(images, labels=()):
    """Norm of the gradient of `score` at the images, [B]."""
    return np.sqrt((gradient(images) ** 2).sum(axis=(1, 2, 3))) * factor(dict(labels))


class Discriminator:
    """`score` as a network; with `heads` also class logits, which are pixels.

    Attributes:
        trainings: what was passed as `training`.
    """

    def __init__(self, heads=False):
        self.heads = heads
        self.trainings = []

    def __call__(self, inputs, training):
        self.trainings.append(training)
        inputs = inputs if isinstance(inputs, dict) else {"image": inputs}
        image, labels = inputs["image"], {k: v for k, v in inputs.items() if k != "image"}
        scores = ops.sum(image * SLOPE + ops.square(image) / 2, axis=(1, 2, 3)) / 8
        factors = 1.0 + sum(
            ops.matmul(rows, ops.arange(1, rows.shape[-1] + 1, dtype="float32")) / 9
            for rows in labels.values()
        )
        source = (scores * factors)[:, None]
        return {"source": source, **class_logits(image)} if self.heads else source


def class_logits(images):
    """Logits of every label, {name: [B, K]}: the image's first pixels, and its last ones."""
    flat = ops.reshape(images, (-1, 48))
    return {"hair": flat[:, :3], "eyes": flat[:, -2:]}


def generate(inputs, training=True):
    """A generator that is linear in each of its inputs."""
    assert training
    parts = [tf.tensordot(inputs[name], _PLANES[name], 1) for name in inputs if name != "image"]
    return sum(parts, inputs.get("image", 0.0))


def build(name, **changes):
    config = tiny_config(name, **changes)
    return registry.build_model(config, SCHEMA if config.IS_CONDITIONAL else LabelSchema())


# Building networks takes most of the time.
_shared = functools.cache(build)


def sampled(name, batch_size=BATCH, **changes):
    """A model, which other tests share, and the inputs of its first step."""
    model = _shared(name, batch_size=batch_size, **changes)
    random = np.random.default_rng(1)
    combination = random.integers(6, size=(batch_size, model.d_steps))
    given = {
        "image": random.uniform(-1, 1, (batch_size, model.d_steps, *SHAPE)).astype("float32"),
        "labels": np.array(SCHEMA.combinations)[combination],
        "combination": combination,
    }
    given = {key: tf.constant(values) for key, values in given.items()}
    return model, model.sample_batch(model.step_random(tf.constant(1, tf.int64), given)), given


def update_of(batch):
    """The last update's inputs, of a batch of one player; augmentation adds `AUGMENTATION`."""
    update = tf.nest.map_structure(lambda tensor: tensor[:, -1], batch)
    return {**update, "augmentation": AUGMENTATION}


def known(name, heads=False, **changes):
    """A model with known networks, and the last update of both players."""
    model, batch, _ = sampled(name, **changes)
    model.step.assign(1)
    model.generator, model.discriminator = generate, Discriminator(heads)
    model.augment = lambda images, draws: images + draws
    return model, update_of(batch["discriminator"]), update_of(batch["generator"])
