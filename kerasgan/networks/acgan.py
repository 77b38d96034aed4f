"""The course report's ACGAN: an upsampling generator and a discriminator with three heads."""

import keras
from keras import layers

from kerasgan.layers.convolution import ColourConv2D, DeepConv2D, UpsampleConv2D
from kerasgan.layers.normalization import (
    ByteDropout,
    FusedBatchNormalization,
    LeakyReLU,
    MinibatchStddev,
)
from kerasgan.networks.widths import scaled

# The report gives BatchNorm's momentum; its places in the discriminator are ours.
BATCH_NORM_MOMENTUM = 0.75


def generator(
    image_size: int,
    latent_dim: int,
    hair_colours: int,
    eye_colours: int,
    width: float = 1.0,
    activation: str = "relu",
) -> keras.Model:
    """Build {noise [B, latent_dim], hair [B, .], eyes [B, .]} -> image [B, S, S, 3] in [-1, 1].

    Args:
        image_size: S, a multiple of 16.
        width: factor on the number of filters.
        activation: "relu" or "leaky_relu" (slope 0.2).
    """
    inputs = {
        "noise": keras.Input((latent_dim,), name="noise"),
        "hair": keras.Input((hair_colours,), name="hair"),
        "eyes": keras.Input((eye_colours,), name="eyes"),
    }
    base, depth = image_size // 16, scaled(128, width)
    x = layers.Concatenate(name="condition")(list(inputs.values()))
    x = layers.Dense(depth * base * base, name="project")(x)
    x = layers.Reshape((base, base, depth), name="reshape")(x)
    x = FusedBatchNormalization(momentum=BATCH_NORM_MOMENTUM, name="norm_0")(x)
    for block, filters in enumerate((512, 256, 128, 64), start=1):
        x = UpsampleConv2D(scaled(filters, width), name=f"upsample_{block}")(x)
        x = layers.Activation(activation, name=f"activation_{block}")(x)
        x = FusedBatchNormalization(momentum=BATCH_NORM_MOMENTUM, name=f"norm_{block}")(x)
    image = ColourConv2D(3, 3, padding="same", activation="tanh", dtype="float32", name="image")(x)
    return keras.Model(inputs, image, name="generator")


def discriminator(
    image_size: int,
    hair_colours: int,
    eye_colours: int,
    width: float = 1.0,
    minibatch_stddev: bool = False,
    norm: str = "batch",
    dropout: float = 0.5,
) -> keras.Model:
    """Build image [B, S, S, 3] -> logits (source [B, 1], hair [B, .], eyes [B, .]).

    Args:
        image_size: S, a multiple of 8.
        width: factor on the number of filters.
        minibatch_stddev: whether the heads see how much the batch varies before its last BatchNorm,
            which would even that out.
        norm: "batch", or "none", which gradient penalties need.
        dropout: rate after the last two blocks; half of it after the others.
    """
    image = keras.Input((image_size, image_size, 3), name="image")
    x = image
    blocks = ((32, 2, 0.5), (64, 1, 0.5), (128, 2, 0.5), (256, 1, 1.0), (256, 2, 1.0))
    for block, (filters, stride, share) in enumerate(blocks):
        convolution = DeepConv2D(
            scaled(filters, width), 3, stride, padding="same", name=f"conv_{block}"
        )
        x = convolution(x)
        x = LeakyReLU(0.2, name=f"activation_{block}")(x)
        unnormalised = x
        if block > 0 and norm == "batch":
            x = FusedBatchNormalization(momentum=BATCH_NORM_MOMENTUM, name=f"norm_{block}")(x)
        x = ByteDropout(share * dropout, name=f"dropout_{block}")(x)
    x = layers.Flatten(dtype="float32", name="flatten")(x)
    if minibatch_stddev:
        stddev = MinibatchStddev(name="stddev")(unnormalised)
        x = layers.Concatenate(dtype="float32", name="features")([x, stddev])
    heads = (("source", 1), ("hair", hair_colours), ("eyes", eye_colours))
    logits = [layers.Dense(units, dtype="float32", name=name)(x) for name, units in heads]
    return keras.Model(image, logits, name="discriminator")
