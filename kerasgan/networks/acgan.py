"""The course report's ACGAN: an upsampling generator and a discriminator with a head per label."""

import math

import keras
from keras import layers

from kerasgan.layers import (
    ByteDropout,
    Conv2D,
    FusedBatchNormalization,
    MinibatchStddev,
    PenaltyLeakyReLU,
    UpsampleConv2D,
)
from kerasgan.networks.conditions import heads, label_inputs
from kerasgan.networks.widths import scaled
from kerasgan.utils.sizes import Size, halved, sides

# The report gives BatchNorm's momentum, but not its positions in the discriminator.
BATCH_NORM_MOMENTUM = 0.75


def generator(
    image_size: Size,
    latent_dim: int,
    labels: dict[str, int],
    width: float = 1.0,
    activation: str = "relu",
    norm: str = "batch",
) -> keras.Model:
    """Build {noise [B, latent_dim], label one-hot [B, K], ...} -> image [B, H, W, 3] in [-1, 1].

    | layer | output |
    |---|---|
    | noise and labels, dense, BatchNorm | H/16 x W/16 x 128 |
    | nearest 2x, 3x3 convolution, activation, BatchNorm | H/8 x W/8 x 512 |
    | the same | H/4 x W/4 x 256 |
    | the same | H/2 x W/2 x 128 |
    | the same | H x W x 64 |
    | 3x3 convolution, tanh | H x W x 3 |

    Args:
        image_size: (H, W), or one number for both; multiples of 16.
        labels: length of each label, {name: K}.
        width: factor on the number of filters.
        activation: "relu" or "leaky_relu" (slope 0.2).
        norm: "batch" or "none".
    """
    inputs = {
        "noise": keras.Input((latent_dim,), name="noise"),
        **label_inputs(labels),
    }
    base, depth = halved(image_size, 4), scaled(128, width)
    x = layers.Concatenate(name="condition")(list(inputs.values()))
    x = layers.Dense(math.prod(base) * depth, name="project")(x)
    x = layers.Reshape((*base, depth), name="reshape")(x)
    for block, filters in enumerate((512, 256, 128, 64), start=1):
        x = _normalized(x, norm, f"norm_{block - 1}")
        x = UpsampleConv2D(scaled(filters, width), name=f"upsample_{block}")(x)
        x = layers.Activation(activation, name=f"activation_{block}")(x)
    x = _normalized(x, norm, "norm_4")
    image = Conv2D(3, 3, padding="same", activation="tanh", dtype="float32", name="image")(x)
    return keras.Model(inputs, image, name="generator")


def _normalized(x, norm: str, name: str):
    if norm == "none":
        return x
    return FusedBatchNormalization(momentum=BATCH_NORM_MOMENTUM, name=name)(x)


def discriminator(
    image_size: Size,
    labels: dict[str, int],
    width: float = 1.0,
    minibatch_stddev: bool = False,
    norm: str = "batch",
    dropout: float = 0.5,
) -> keras.Model:
    """Build image [B, H, W, 3] -> logits {source: [B, 1], label: [B, K], ...}.

    | 3x3 convolution | dropout | output |
    |---|---|---|
    | stride 2, no BatchNorm | 0.25 | H/2 x W/2 x 32 |
    | stride 1 | 0.25 | H/2 x W/2 x 64 |
    | stride 2 | 0.25 | H/4 x W/4 x 128 |
    | stride 1 | 0.5 | H/4 x W/4 x 256 |
    | stride 2 | 0.5 | H/8 x W/8 x 256 |

    Leaky ReLU of slope 0.2, BatchNorm and dropout follow each convolution. The heads are dense.

    Args:
        image_size: (H, W), or one number for both; multiples of 8.
        labels: length of each label, {name: K}.
        width: factor on the number of filters.
        minibatch_stddev: whether the heads also get the features' standard deviations over the
            batch, taken before the last BatchNorm, which would remove the differences.
        norm: "batch", or "none", as gradient penalties need.
        dropout: rate of the last two blocks; the others have half of it.
    """
    image = keras.Input((*sides(image_size), 3), name="image")
    x = image
    blocks = ((32, 2, 0.5), (64, 1, 0.5), (128, 2, 0.5), (256, 1, 1.0), (256, 2, 1.0))
    for block, (filters, stride, rate) in enumerate(blocks):
        x = Conv2D(scaled(filters, width), 3, stride, "same", name=f"conv_{block}")(x)
        features = x = PenaltyLeakyReLU(0.2, name=f"activation_{block}")(x)
        if block > 0:
            x = _normalized(x, norm, f"norm_{block}")
        x = ByteDropout(rate * dropout, name=f"dropout_{block}")(x)
    x = layers.Flatten(dtype="float32", name="flatten")(x)
    if minibatch_stddev:
        stddev = MinibatchStddev(name="stddev")(features)
        x = layers.Concatenate(dtype="float32", name="features")([x, stddev])
    logits = {
        name: layers.Dense(units, dtype="float32", name=layer)(x)
        for name, (layer, units) in heads(labels).items()
    }
    return keras.Model(image, logits, name="discriminator")
