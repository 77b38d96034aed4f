"""A small generator without skip connections and a discriminator without normalization.

The discriminator meets the requirements of Huang et al. 2024 (arXiv:2501.05441) for R1 and R2
penalties: no normalization, leaky ReLU. Its strided convolutions and the generator's BatchNorm are
DCGAN's.
"""

import math

import keras
from keras import layers

from kerasgan.configs.r3gan import GROUP
from kerasgan.layers import (
    Conv2D,
    FusedBatchNormalization,
    GroupStddev,
    PenaltyLeakyReLU,
    UpsampleConv2D,
)
from kerasgan.networks.conditions import heads, label_inputs
from kerasgan.networks.widths import scaled
from kerasgan.utils.sizes import Size, halved, halvings, sides

# Filters at full size and after each halving; further halvings repeat the last.
GENERATOR_FILTERS = (32, 64, 128, 192)
DISCRIMINATOR_FILTERS = (24, 48, 96, 192)
EMBEDDING = 32
# Doublings up to this many pixels of the shorter side have a second convolution.
MAX_DEEP_SIZE = 16


def filters_at(level: int, filters: tuple[int, ...], width: float) -> int:
    """Number of filters after `level` halvings of the image."""
    return scaled(filters[min(level, len(filters) - 1)], width)


def generator(
    image_size: Size, latent_dim: int, labels: dict[str, int], width: float = 1.0
) -> keras.Model:
    """Build {noise [B, latent_dim], label one-hot [B, K], ...} -> image [B, H, W, 3] in [-1, 1].

    | block | output |
    |---|---|
    | noise and an embedding of 32 numbers per label, dense | h x w x 192 |
    | nearest 2x, 3x3 convolution; repeated | H x W x 32 |
    | 3x3 convolution, tanh | H x W x 3 |

    BatchNorm and leaky ReLU follow every layer but the last. The shorter of h and w is 4 to 7, and
    doublings to at most 16 of its pixels have a second 3x3 convolution.

    Args:
        image_size: (H, W), or one number for both; see `configs.image_sizes.Halved`.
        labels: length of each label, {name: K}; a row of zeros stands for a missing label.
        width: factor on the number of filters.
    """
    inputs = {
        "noise": keras.Input((latent_dim,), name="noise"),
        **label_inputs(labels),
    }
    embeddings = [
        layers.Dense(EMBEDDING, use_bias=False, name=f"embed_{name}")(inputs[name])
        for name in labels
    ]
    x = layers.Concatenate(name="condition")([inputs["noise"], *embeddings])
    level = halvings(image_size)
    base, depth = halved(image_size, level), filters_at(level, GENERATOR_FILTERS, width)
    x = layers.Dense(math.prod(base) * depth, use_bias=False, name="project")(x)
    x = layers.Reshape((*base, depth), name="reshape")(x)
    size = min(base)
    x = _norm_leaky_relu(x, f"{size}")
    while level:
        level, size = level - 1, 2 * size
        depth = filters_at(level, GENERATOR_FILTERS, width)
        x = UpsampleConv2D(depth, use_bias=False, name=f"upsample_{size}")(x)
        x = _norm_leaky_relu(x, f"{size}")
        if size <= MAX_DEEP_SIZE:
            x = Conv2D(depth, 3, padding="same", use_bias=False, name=f"conv_{size}")(x)
            x = _norm_leaky_relu(x, f"{size}_deep")
    image = Conv2D(3, 3, padding="same", activation="tanh", dtype="float32", name="image")(x)
    return keras.Model(inputs, image, name="generator")


def _norm_leaky_relu(x, name: str):
    x = FusedBatchNormalization(momentum=0.9, name=f"norm_{name}")(x)
    return layers.LeakyReLU(0.2, name=f"activation_{name}")(x)


def discriminator(image_size: Size, labels: dict[str, int], width: float = 1.0) -> keras.Model:
    """Build image [B, H, W, 3] -> {source: score [B, 1], label: logits [B, K], ...}.

    | block | output |
    |---|---|
    | 3x3 convolution | H x W x 24 |
    | 4x4 convolutions of stride 2 | h x w x 192 |
    | minibatch standard deviation, 3x3 convolution, dense 256 | 256 |
    | dense, for the source and each label | 1 and K |

    Leaky ReLU of slope 0.2 follows every layer but the heads, whose weights start at zero.

    Args:
        image_size, labels, width: as for `generator`.
    """
    image = keras.Input((*sides(image_size), 3), name="image")
    depth = filters_at(0, DISCRIMINATOR_FILTERS, width)
    x = _activate(image, Conv2D(depth, 3, padding="same", name="conv_full"))
    for level in range(1, halvings(image_size) + 1):
        depth = filters_at(level, DISCRIMINATOR_FILTERS, width)
        x = _activate(x, Conv2D(depth, 4, 2, padding="same", name=f"down_{level}"))
    x = GroupStddev(GROUP, name="stddev")(x)
    x = _activate(x, Conv2D(depth, 3, padding="same", name="conv_base"))
    x = layers.Flatten(name="flatten")(x)
    x = _activate(x, layers.Dense(scaled(256, width), name="dense"))
    logits = {
        name: layers.Dense(units, kernel_initializer="zeros", dtype="float32", name=layer)(x)
        for name, (layer, units) in heads(labels).items()
    }
    return keras.Model(image, logits, name="discriminator")


def _activate(x, layer: keras.Layer):
    """Apply a layer and leaky ReLU."""
    return PenaltyLeakyReLU(0.2, name=f"activation_{layer.name}")(layer(x))
