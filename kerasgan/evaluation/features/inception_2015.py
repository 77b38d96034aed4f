"""The Inception network of 2015, whose features define the FID and the KID of papers."""

import hashlib
import logging
from pathlib import Path

import keras
from keras import layers

from kerasgan.evaluation.features import torch_weights

log = logging.getLogger(__name__)

# SHA-256 of the file that pytorch-fid and torch-fidelity publish, each under a name of its own.
_PUBLISHED = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
_CLASSES = 1008


def load(path: Path) -> keras.Model:
    """Load the network up to its average pool, image [B, 299, 299, 3] in [-1, 1] -> [B, 2048].

    Its name ends with the first digits of the file's SHA-256.

    Args:
        path: weights as pytorch-fid publishes them, `pt_inception-2015-12-05-6726825d.pth`, or
            torch-fidelity, `weights-inception-2015-12-05-6726825d.pth`, also if saved anew.

    Raises:
        InvalidInput: if there is no such file, or it holds other weights.
    """
    network = build()
    torch_weights.load(network, path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != _PUBLISHED:
        log.warning(
            "%s is not the published file, as its SHA-256 begins with %s, not with %s: FID and KID "
            "can be compared with others only if its values are the published ones",
            path,
            digest[:8],
            _PUBLISHED[:8],
        )
    name = f"{network.name}_{digest[:8]}"
    return keras.Model(network.input, network.output["pooled"], name=name)


def build() -> keras.Model:
    """The network, image [B, H, W, 3] in [-1, 1] -> {"pooled": [B, 2048], "logits": [B, 1008]}.

    H and W are at least 75, and 299 for published numbers. It is Inception-v3 (Szegedy et al. 2015,
    arXiv:1512.00567) as in TensorFlow's graph of 2015-12-05, which Heusel et al. 2017
    (arXiv:1706.08500) used for the FID. The layers are named as in pytorch-fid and torch-fidelity.

    Reference: https://github.com/toshas/torch-fidelity, feature_extractor_inceptionv3.py
    """
    image = keras.Input((None, None, 3), name="image")
    # The weights expect (x - 128) / 128.
    x = layers.Rescaling(127.5 / 128, -0.5 / 128, name="rescaled")(image)
    x = _convolution(x, "Conv2d_1a_3x3", 32, 3, 2, "valid")
    x = _convolution(x, "Conv2d_2a_3x3", 32, 3, 1, "valid")
    x = _convolution(x, "Conv2d_2b_3x3", 64, 3)
    x = layers.MaxPooling2D(3, 2, name="MaxPool_1")(x)
    x = _convolution(x, "Conv2d_3b_1x1", 80, 1)
    x = _convolution(x, "Conv2d_4a_3x3", 192, 3, 1, "valid")
    x = layers.MaxPooling2D(3, 2, name="MaxPool_2")(x)
    x = _block_a(x, "Mixed_5b", 32)
    x = _block_a(x, "Mixed_5c", 64)
    x = _block_a(x, "Mixed_5d", 64)
    x = _block_b(x, "Mixed_6a")
    x = _block_c(x, "Mixed_6b", 128)
    x = _block_c(x, "Mixed_6c", 160)
    x = _block_c(x, "Mixed_6d", 160)
    x = _block_c(x, "Mixed_6e", 192)
    x = _block_d(x, "Mixed_7a")
    x = _block_e(x, "Mixed_7b", layers.AveragePooling2D)
    # The paper and other implementations have an average here, too.
    x = _block_e(x, "Mixed_7c", layers.MaxPooling2D)
    pooled = layers.GlobalAveragePooling2D(name="pooled")(x)
    logits = layers.Dense(_CLASSES, name="fc")(pooled)
    return keras.Model(image, {"pooled": pooled, "logits": logits}, name="inception_2015")


def _block_a(x, name: str, filters: int):
    branches = [
        _branch(x, name, ("branch1x1", 64, 1)),
        _branch(x, name, ("branch5x5_1", 48, 1), ("branch5x5_2", 64, 5)),
        _branch(
            x,
            name,
            ("branch3x3dbl_1", 64, 1),
            ("branch3x3dbl_2", 96, 3),
            ("branch3x3dbl_3", 96, 3),
        ),
        _branch(_pooled(x, name), name, ("branch_pool", filters, 1)),
    ]
    return layers.Concatenate(name=name)(branches)


def _block_b(x, name: str):
    """Halves the sides."""
    branches = [
        _branch(x, name, ("branch3x3", 384, 3, 2, "valid")),
        _branch(
            x,
            name,
            ("branch3x3dbl_1", 64, 1),
            ("branch3x3dbl_2", 96, 3),
            ("branch3x3dbl_3", 96, 3, 2, "valid"),
        ),
        layers.MaxPooling2D(3, 2, name=f"{name}.pool")(x),
    ]
    return layers.Concatenate(name=name)(branches)


def _block_c(x, name: str, filters: int):
    branches = [
        _branch(x, name, ("branch1x1", 192, 1)),
        _branch(
            x,
            name,
            ("branch7x7_1", filters, 1),
            ("branch7x7_2", filters, (1, 7)),
            ("branch7x7_3", 192, (7, 1)),
        ),
        _branch(
            x,
            name,
            ("branch7x7dbl_1", filters, 1),
            ("branch7x7dbl_2", filters, (7, 1)),
            ("branch7x7dbl_3", filters, (1, 7)),
            ("branch7x7dbl_4", filters, (7, 1)),
            ("branch7x7dbl_5", 192, (1, 7)),
        ),
        _branch(_pooled(x, name), name, ("branch_pool", 192, 1)),
    ]
    return layers.Concatenate(name=name)(branches)


def _block_d(x, name: str):
    """Halves the sides."""
    branches = [
        _branch(x, name, ("branch3x3_1", 192, 1), ("branch3x3_2", 320, 3, 2, "valid")),
        _branch(
            x,
            name,
            ("branch7x7x3_1", 192, 1),
            ("branch7x7x3_2", 192, (1, 7)),
            ("branch7x7x3_3", 192, (7, 1)),
            ("branch7x7x3_4", 192, 3, 2, "valid"),
        ),
        layers.MaxPooling2D(3, 2, name=f"{name}.pool")(x),
    ]
    return layers.Concatenate(name=name)(branches)


def _block_e(x, name: str, pooling: type[layers.Layer]):
    single = _branch(x, name, ("branch3x3_1", 384, 1))
    double = _branch(x, name, ("branch3x3dbl_1", 448, 1), ("branch3x3dbl_2", 384, 3))
    branches = [
        _branch(x, name, ("branch1x1", 320, 1)),
        _branch(single, name, ("branch3x3_2a", 384, (1, 3))),
        _branch(single, name, ("branch3x3_2b", 384, (3, 1))),
        _branch(double, name, ("branch3x3dbl_3a", 384, (1, 3))),
        _branch(double, name, ("branch3x3dbl_3b", 384, (3, 1))),
        _branch(_pooled(x, name, pooling), name, ("branch_pool", 192, 1)),
    ]
    return layers.Concatenate(name=name)(branches)


def _branch(x, block: str, *convolutions: tuple):
    """Convolutions one after another: the names and the arguments of `_convolution`."""
    for name, *arguments in convolutions:
        x = _convolution(x, f"{block}.{name}", *arguments)
    return x


def _convolution(x, name: str, filters: int, kernel, stride: int = 1, padding: str = "same"):
    x = layers.Conv2D(
        filters, kernel, stride, padding=padding, use_bias=False, name=f"{name}.conv"
    )(x)
    x = layers.BatchNormalization(epsilon=1e-3, name=f"{name}.bn")(x)
    return layers.ReLU(name=f"{name}.relu")(x)


def _pooled(x, block: str, pooling: type[layers.Layer] = layers.AveragePooling2D):
    """Pools 3x3 pixels; those beyond the edge are not counted."""
    return pooling(3, 1, padding="same", name=f"{block}.pool")(x)
