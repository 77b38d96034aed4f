"""A classifier of a data set's labels: trained on real images, it reads generated ones."""

import hashlib

import keras
import numpy as np
from keras import layers

from kerasgan.datasets import cache, step_random
from kerasgan.datasets.labelled import LabelledImages
from kerasgan.labels import Vocabulary
from kerasgan.layers import FusedBatchNormalization
from kerasgan.utils import files, images

# Part of the cache key of trained weights: increase it with every change below.
VERSION = 2
_STEPS = 1500
_BATCH = 64


def build(size: int, vocabulary: Vocabulary) -> keras.Model:
    """An untrained classifier, image [B, size, size, 3] in [-1, 1] -> {label: logits [B, K]}."""
    image = keras.Input((size, size, 3), name="image")
    x = image
    for block, filters in enumerate((32, 64, 128, 128)):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv_{block}")(x)
        x = FusedBatchNormalization(momentum=0.9, name=f"norm_{block}")(x)
        x = layers.ReLU(name=f"activation_{block}")(x)
        x = layers.MaxPooling2D(name=f"pool_{block}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(0.3, name="dropout")(x)
    heads = {name: layers.Dense(size, name=name)(x) for name, size in vocabulary.labels.items()}
    return keras.Model(image, heads, name="classifier")


def trained(faces: LabelledImages, seed: int = 0) -> keras.Model:
    """Train a classifier on these faces, or load its weights from the cache folder."""
    size = faces.images.shape[1]
    model = build(size, faces.vocabulary)
    rows = hashlib.sha256(np.ascontiguousarray(faces.rows).tobytes()).hexdigest()[:8]
    weights = cache.folder() / f"classifier-v{VERSION}-{faces.key}-{rows}-{seed}.weights.h5"
    if weights.is_file():
        model.load_weights(weights)
        return model
    rate = keras.optimizers.schedules.CosineDecay(2e-3, _STEPS)
    model.compile(
        keras.optimizers.Adam(rate),
        loss={
            name: keras.losses.BinaryCrossentropy(from_logits=True)
            if name == "attributes"
            else keras.losses.CategoricalCrossentropy(from_logits=True)
            for name in model.output
        },
        jit_compile=False,
    )

    def labelled(draw: step_random.LabelledStepRandom) -> tuple:
        example = {name: values[:, 0] for name, values in draw.examples(updates=1).items()}
        return example["image"], {name: example[name] for name in model.output}

    batches = step_random.batches(
        labelled, lambda step: step_random.LabelledStepRandom(faces, seed, step, _BATCH)
    )
    model.fit(batches, steps_per_epoch=_STEPS, shuffle=False, verbose=2)
    with files.replacing(weights) as temporary:
        model.save_weights(temporary)
    return model


def outputs(network: keras.Model, pixels: np.ndarray) -> dict[str, np.ndarray] | np.ndarray:
    """Outputs of a classifier or an extractor for images, uint8 [n, S, S, 3]."""
    return network.predict(images.to_float(pixels.astype("float32")), verbose=0)


def read(classifier: keras.Model, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """Labels that the classifier predicts.

    Args:
        pixels: images, uint8 [n, S, S, 3].

    Returns:
        Colours' indices in the vocabulary, {"hair", "eyes"}: int64 [n]; or which attributes there
        are, {"attributes": bool [n, K]}.
    """
    return {
        name: values > 0 if name == "attributes" else values.argmax(axis=-1)
        for name, values in outputs(classifier, pixels).items()
    }


def extractor(classifier: keras.Model) -> keras.Model:
    """Image [B, S, S, 3] -> [B, 128], the means of the last convolution's feature maps."""
    last = [layer for layer in classifier.layers if layer.name.startswith("activation_")][-1]
    return keras.Model(classifier.input, layers.GlobalAveragePooling2D()(last.output))


def agreement(
    predicted: dict[str, np.ndarray], labels: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Whether the predicted colours equal the labels, {"hair", "eyes", "both"}: bool [n].

    Args:
        predicted, labels: indices in the vocabulary, {"hair": int [n], "eyes": int [n]}.
    """
    right = {kind: predicted[kind] == labels[kind] for kind in predicted}
    return {**right, "both": right["hair"] & right["eyes"]}
