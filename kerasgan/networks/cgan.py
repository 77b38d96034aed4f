"""The course report's conditional DCGAN on one joint label of hair and eyes."""

import keras
from keras import layers

from kerasgan.networks import dcgan
from kerasgan.networks.widths import scaled


def generator(image_size: int, latent_dim: int, pairs: int, width: float = 1.0) -> keras.Model:
    """Build {noise [B, latent_dim], pair one-hot [B, pairs]} -> image [B, S, S, 3] in [-1, 1].

    | layer | output |
    |---|---|
    | pair, dense, ReLU | pairs |
    | noise and pair concatenated | latent_dim + pairs |
    | `dcgan.generator_trunk` | S x S x 3 |

    Args:
        image_size: S, a power of two.
        width: factor on the number of DCGAN's filters.
    """
    inputs = {
        "noise": keras.Input((latent_dim,), name="noise"),
        "pair": keras.Input((pairs,), name="pair"),
    }
    dense = {"activation": "relu", "kernel_initializer": dcgan.initial_weights()}
    label = layers.Dense(pairs, name="label", **dense)(inputs["pair"])
    x = layers.Concatenate(name="condition")([inputs["noise"], label])
    return keras.Model(inputs, dcgan.generator_trunk(x, image_size, width), name="generator")


def discriminator(image_size: int, pairs: int, width: float = 1.0) -> keras.Model:
    """Build {image [B, S, S, 3], pair one-hot [B, pairs]} -> logits [B, 1].

    | layer | output |
    |---|---|
    | pair, dense, leaky ReLU | 1 x 1 x pairs |
    | 4x4 transposed convolution, leaky ReLU | 4 x 4 x pairs |
    | image, `dcgan.discriminator_trunk` | 4 x 4 x 512 |
    | both concatenated | 4 x 4 x (512 + pairs) |
    | 4x4 convolution without padding, BatchNorm, leaky ReLU | 1 x 1 x 512 |
    | dense | 1 |

    Args:
        image_size: S, a power of two.
        width: factor on the number of DCGAN's filters.
    """
    image = keras.Input((image_size, image_size, 3), name="image")
    pair = keras.Input((pairs,), name="pair")
    dense = {"kernel_initializer": dcgan.initial_weights()}
    label = layers.Dense(pairs, name="label", **dense)(pair)
    label = layers.LeakyReLU(0.2, name="label_activation")(label)
    label = layers.Reshape((1, 1, pairs), name="label_pixel")(label)
    label = dcgan.conv_transpose(pairs, "label_plane", strides=1, padding="valid")(label)
    label = layers.LeakyReLU(0.2, name="label_plane_activation")(label)
    x = dcgan.discriminator_trunk(image, width)
    x = layers.Concatenate(name="condition")([x, label])
    x = dcgan.conv(scaled(512, width), "joint", strides=1, padding="valid")(x)
    x = dcgan.batch_norm("joint_norm")(x)
    x = layers.LeakyReLU(0.2, name="joint_activation")(x)
    x = layers.Flatten(name="flatten")(x)
    logit = layers.Dense(1, dtype="float32", name="source", **dense)(x)
    return keras.Model({"image": image, "pair": pair}, logit, name="discriminator")
