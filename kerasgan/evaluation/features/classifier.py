"""A classifier of a data set's labels: trained on real images, it reads generated ones."""

import hashlib
import logging
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from kerasgan.datasets import cache
from kerasgan.datasets.labelled import LabelledImages
from kerasgan.labels import MISSING, LabelSchema
from kerasgan.layers import FusedBatchNormalization
from kerasgan.losses import cross_entropy
from kerasgan.models.step_random import as_floats
from kerasgan.utils import files, images

log = logging.getLogger(__name__)

# Part of the cache key of trained weights: increase it with every change below.
VERSION = 4
_STEPS = 1500
_BATCH = 64


def build(shape: Sequence[int], schema: LabelSchema) -> keras.Model:
    """An untrained classifier, image [B, *shape] in [-1, 1] -> {label: logits [B, K]}."""
    image = keras.Input(shape, name="image")
    x = image
    for block, filters in enumerate((32, 64, 128, 128)):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv_{block}")(x)
        x = FusedBatchNormalization(momentum=0.9, name=f"norm_{block}")(x)
        x = layers.ReLU(name=f"activation_{block}")(x)
        x = layers.MaxPooling2D(name=f"pool_{block}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(0.3, name="dropout")(x)
    heads = {
        name: layers.Dense(size, name=f"label_{name}")(x) for name, size in schema.sizes.items()
    }
    return keras.Model(image, heads, name="classifier")


def loss(labels, logits):
    """Cross-entropy of one-hot rows [B, K]; a row of zeros is a missing label, and teaches nothing.

    Keras's own has a gradient even there: TensorFlow derives it for rows that sum to 1.
    """
    return cross_entropy(logits, labels)


def trained(data: LabelledImages, seed: int = 0) -> keras.Model:
    """Train a classifier on these images, or load its weights from the cache folder."""
    model = build(data.images.shape[1:], data.schema)
    rows = hashlib.sha256(np.ascontiguousarray(data.rows).tobytes()).hexdigest()[:8]
    weights = cache.folder() / f"classifier-v{VERSION}-{data.key}-{rows}-{seed}.weights.h5"
    if weights.is_file():
        model.load_weights(weights)
        return model
    rate = keras.optimizers.schedules.CosineDecay(2e-3, _STEPS)
    model.compile(
        keras.optimizers.Adam(rate),
        loss=dict.fromkeys(model.output, loss),
        jit_compile=False,
    )

    def labelled(given: dict[str, tf.Tensor]) -> tuple:
        sizes = data.schema.sizes.items()
        labels = {
            name: tf.one_hot(given["labels"][:, 0, label], size)
            for label, (name, size) in enumerate(sizes)
        }
        return as_floats(given["image"][:, 0]), labels

    batches = data.steps(seed, _BATCH, updates=1, initial_step=0).map(labelled).prefetch(2)
    log.info("training a classifier of the labels, in %d steps", _STEPS)
    model.fit(batches, steps_per_epoch=_STEPS, shuffle=False, verbose=0)
    with files.replacing(weights) as temporary:
        model.save_weights(temporary)
    return model


def outputs(network: keras.Model, pixels: np.ndarray) -> dict[str, np.ndarray] | np.ndarray:
    """Outputs of a classifier or an extractor for images, uint8 [n, H, W, 3]."""
    return network.predict(images.to_float(pixels.astype("float32")), verbose=0)


def read(classifier: keras.Model, pixels: np.ndarray) -> np.ndarray:
    """Labels that the classifier predicts, int64 [n, L].

    Args:
        pixels: images, uint8 [n, H, W, 3].
    """
    predicted = outputs(classifier, pixels)
    return np.stack([predicted[name].argmax(axis=-1) for name in classifier.output], axis=1)


def extractor(classifier: keras.Model) -> keras.Model:
    """Image [B, H, W, 3] -> [B, 128], the means of the last convolution's feature maps."""
    last = [layer for layer in classifier.layers if layer.name.startswith("activation_")][-1]
    return keras.Model(classifier.input, layers.GlobalAveragePooling2D()(last.output))


def agreement(
    schema: LabelSchema, predicted: np.ndarray, labels: np.ndarray
) -> dict[str, np.ma.MaskedArray]:
    """Whether each predicted label is right, {label: bool [n]}, masked where an image lacks it.

    Args:
        predicted, labels: int [n, L], as of `LabelSchema`.
    """
    return {
        name: np.ma.masked_array(
            predicted[:, number] == labels[:, number], labels[:, number] == MISSING
        )
        for number, name in enumerate(schema.names)
    }
