"""Perceptual features: statistics of a middle layer of a network trained on photographs."""

import keras
import numpy as np
from keras import ops

from kerasgan.evaluation.features import efficientnet
from kerasgan.utils import images

# Images in each set of a quotient, whose floor falls with the number.
SAMPLE = 2000
_SIZE = 128
_BATCH = 50


def load() -> keras.Model:
    """Load the network, image [B, 128, 128, 3] in [-1, 1] -> [B, 224].

    The features are the mean and the standard deviation over the positions of each of the 112
    channels of EfficientNet-Lite0's fifth stage, one position per 16 pixels. The last, pooled
    features depend on an image's content and hardly on how it is drawn.

    Raises:
        InvalidInput: if the weights are not installed.
    """
    network = efficientnet.load()
    stage = network.output["stage_5"]
    moments = [ops.mean(stage, axis=(1, 2)), ops.std(stage, axis=(1, 2))]
    name = f"{network.name}_stage_5"
    return keras.Model(network.input, ops.concatenate(moments, axis=-1), name=name)


def features(network: keras.Model, pixels: np.ndarray) -> np.ndarray:
    """Features of images, float32 [n, 224].

    Args:
        network: of `load`.
        pixels: images, uint8 [n, H, W, 3]; resized to 128 pixels, bicubically.
    """
    batches = (pixels[start : start + _BATCH] for start in range(0, len(pixels), _BATCH))
    return np.concatenate([network.predict_on_batch(_resized(batch)) for batch in batches])


def _resized(pixels: np.ndarray) -> np.ndarray:
    resized = ops.image.resize(
        pixels.astype("float32"), (_SIZE, _SIZE), interpolation="bicubic", antialias=True
    )
    return images.to_float(ops.clip(resized, 0, 255))


def standardised(reference: np.ndarray, *others: np.ndarray) -> list[np.ndarray]:
    """Features [n, d] of the reference and the others, standardised by the reference.

    They are centred and divided by the standard deviation, unless it is 0.
    """
    mean, deviation = reference.mean(axis=0), reference.std(axis=0)
    scale = np.where(deviation > 0, deviation, 1)
    return [(part - mean) / scale for part in (reference, *others)]
