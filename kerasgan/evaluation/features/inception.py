"""Features of Keras's InceptionV3, and of the network of 2015 that takes the same images."""

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
    """Load InceptionV3 up to its average pool, image [B, 299, 299, 3] in [-1, 1] -> [B, 2048].

    Keras's ImageNet weights differ from the network of 2015 that the FID is defined by, see
    `inception_2015`, so compare only numbers of this program. Nothing is downloaded.

    Args:
        weights: the file; by default in Keras's own cache.

    Raises:
        InvalidInput: if there is no such file, or it holds other weights.
    """
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    path = weights or home / "models" / _FILE
    if not path.is_file():
        raise InvalidInput(
            f"Keras's weights of InceptionV3 are missing: no {path}; with a network, "
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
            f"{path} must hold weights of InceptionV3 without its top: {reason}"
        ) from None
    return network


def features(network: keras.Model, pixels: np.ndarray) -> np.ndarray:
    """Features of images, float32 [n, 2048].

    Args:
        network: of `load`, or of `inception_2015.load`.
        pixels: images, uint8 [n, H, W, 3].
    """
    batches = (pixels[start : start + _BATCH] for start in range(0, len(pixels), _BATCH))
    return np.concatenate(
        [network.predict_on_batch(images.to_float(resized(batch))) for batch in batches]
    )


def resized(pixels: np.ndarray) -> np.ndarray:
    """Resize images to 299 pixels as the reference implementation does.

    This is TensorFlow 1's bilinear interpolation: pixel i lies at i * H / 299 between the old ones,
    not half a pixel further, and nothing is smoothed before reducing. Clean-fid (Parmar et al.
    2022, arXiv:2104.11222) interpolates bicubically around the pixels' centres and smooths, so its
    numbers differ.

    Args:
        pixels: images [n, H, W, 3], values in [0, 255].

    Returns:
        Float32 [n, 299, 299, 3].
    """
    rows, columns = (_interpolation(side) for side in pixels.shape[1:3])
    return np.einsum("yh,nhwc,xw->nyxc", rows, pixels, columns, optimize=True)


def _interpolation(side: int) -> np.ndarray:
    """Weights of the old pixels in each new one, float32 [299, side]."""
    positions = np.arange(_SIZE) * side / _SIZE
    low = positions.astype(int)
    old = np.eye(side)
    # The last pixel has no neighbour to mix with.
    high = old[np.minimum(low + 1, side - 1)]
    weight = (positions - low)[:, None]
    return ((1 - weight) * old[low] + weight * high).astype(np.float32)
