"""Features that agree with the eye: how the middle of a network for photographs sees an image."""

import keras
import numpy as np
from keras import ops

from kerasgan.evaluation.features import efficientnet
from kerasgan.utils import images

# Images of each set that quotients are for: the distance between real ones falls with the number.
SAMPLE = 2000
_SIZE = 128
_BATCH = 50


def load() -> keras.Model:
    """Image [B, 128, 128, 3] in [-1, 1] -> [B, 224].

    The numbers are the mean and the standard deviation over the positions of each of the 112
    channels of EfficientNet-Lite0's fifth stage, one position per 16 pixels. The last, pooled
    features tell what is in an image, and hardly how it is drawn.

    Raises:
        InvalidInput: if the weights are not installed.
    """
    network = efficientnet.load()
    stage = network.output["stage_5"]
    moments = [ops.mean(stage, axis=(1, 2)), ops.std(stage, axis=(1, 2))]
    return keras.Model(network.input, ops.concatenate(moments, axis=-1), name="perceptual")


def features(network: keras.Model, pictures: np.ndarray) -> np.ndarray:
    """Float32 [n, 224].

    Args:
        network: of `load`.
        pictures: uint8 [n, H, W, 3]; resized to 128 pixels, bicubically.
    """
    batches = (pictures[start : start + _BATCH] for start in range(0, len(pictures), _BATCH))
    return np.concatenate([network.predict_on_batch(_resized(batch)) for batch in batches])


def _resized(pictures: np.ndarray) -> np.ndarray:
    pixels = ops.image.resize(
        pictures.astype("float32"), (_SIZE, _SIZE), interpolation="bicubic", antialias=True
    )
    return images.to_float(ops.clip(pixels, 0, 255))


def standardised(reference: np.ndarray, *others: np.ndarray) -> list[np.ndarray]:
    """Features [n, d] of the reference and others in units of the reference's deviation.

    A feature that is constant in the reference is only centred.
    """
    mean, deviation = reference.mean(axis=0), reference.std(axis=0)
    scale = np.where(deviation > 0, deviation, 1)
    return [(part - mean) / scale for part in (reference, *others)]
