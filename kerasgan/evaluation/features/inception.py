"""Features of Keras's InceptionV3, for the distances that are called FID and KID of them."""

import os
from pathlib import Path

import keras
import numpy as np

from kerasgan.utils import images
from kerasgan.utils.errors import InvalidInput

_SIZE = 299
_FILE = "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5"
_BATCH = 32


def load(weights: Path | None = None) -> keras.Model:
    """InceptionV3 up to its average pool, image [B, 299, 299, 3] in [-1, 1] -> [B, 2048].

    The weights are Keras's ImageNet weights, another training than the network of 2015 that
    published FIDs use: compare with numbers of this program only. Nothing is downloaded.

    Args:
        weights: the file; by default where Keras keeps what it downloads.

    Raises:
        InvalidInput: if there is no such file, or it holds no such weights.
    """
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    path = weights or home / "models" / _FILE
    if not path.is_file():
        raise InvalidInput(
            f"Inception's weights are missing: no {path}; with a network, "
            "keras.applications.InceptionV3(include_top=False) downloads "
            f"{_FILE} to {home / 'models'}"
        )
    network = keras.applications.InceptionV3(
        include_top=False, weights=None, pooling="avg", input_shape=(_SIZE, _SIZE, 3)
    )
    try:
        network.load_weights(path)
    except (OSError, ValueError, KeyError) as reason:
        raise InvalidInput(
            f"{path} holds no weights of InceptionV3 without its top: {reason}"
        ) from None
    return network


def features(network: keras.Model, pictures: np.ndarray) -> np.ndarray:
    """Float32 [n, 2048].

    Args:
        network: of `load`.
        pictures: uint8 [n, H, W, 3].
    """
    batches = (pictures[start : start + _BATCH] for start in range(0, len(pictures), _BATCH))
    return np.concatenate(
        [network.predict_on_batch(images.to_float(resized(batch))) for batch in batches]
    )


def resized(pictures: np.ndarray) -> np.ndarray:
    """Float32 [n, 299, 299, 3], enlarged or reduced as the reference implementation does.

    TensorFlow 1's bilinear interpolation: pixel i lies at i * H / 299 between the old ones, not
    half a pixel further, and nothing is smoothed before reducing. Clean-fid (Parmar et al. 2022,
    arXiv:2104.11222) interpolates bicubically about the pixels' centres and smooths: its numbers
    differ.

    Args:
        pictures: [n, H, W, 3], pixel values in [0, 255].
    """
    rows, columns = (_interpolation(side) for side in pictures.shape[1:3])
    return np.einsum("yh,nhwc,xw->nyxc", rows, pictures, columns, optimize=True)


def _interpolation(side: int) -> np.ndarray:
    """Float32 [299, side], the weights of the old pixels in each new one."""
    at = np.arange(_SIZE) * side / _SIZE
    low = at.astype(int)
    old = np.eye(side)
    # Beyond the last pixel there is none to mix it with.
    next_to = old[np.minimum(low + 1, side - 1)]
    weight = (at - low)[:, None]
    return ((1 - weight) * old[low] + weight * next_to).astype(np.float32)
