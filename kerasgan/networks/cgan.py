"""The course report's conditional DCGAN on one joint label of the combinations of labels."""

import keras
from keras import layers

from kerasgan.networks import dcgan
from kerasgan.networks.widths import scaled
from kerasgan.utils.sizes import Size, sides


def generator(image_size: Size, latent_dim: int, count: int, width: float = 1.0) -> keras.Model:
    """Build {noise [B, latent_dim], combination [B, N]} -> image [B, H, W, 3] in [-1, 1].

    | layer | output |
    |---|---|
    | combination, dense, ReLU | N |
    | noise and combination concatenated | latent_dim + N |
    | `dcgan.generator_trunk` | H x W x 3 |

    Args:
        image_size: as for `dcgan.generator_trunk`.
        count: number of combinations, N, which are one-hot rows.
        width: factor on the number of DCGAN's filters.
    """
    inputs = {
        "noise": keras.Input((latent_dim,), name="noise"),
        "combination": keras.Input((count,), name="combination"),
    }
    dense = {"activation": "relu", "kernel_initializer": dcgan.initial_weights()}
    label = layers.Dense(count, name="label", **dense)(inputs["combination"])
    x = layers.Concatenate(name="condition")([inputs["noise"], label])
    return keras.Model(inputs, dcgan.generator_trunk(x, image_size, width), name="generator")


def discriminator(image_size: Size, count: int, width: float = 1.0) -> keras.Model:
    """Build {image [B, H, W, 3], combination [B, N]} -> logits [B, 1].

    | layer | output |
    |---|---|
    | combination, dense, leaky ReLU | 1 x 1 x N |
    | h x w transposed convolution, leaky ReLU | h x w x N |
    | image, `dcgan.discriminator_trunk` | h x w x 512 |
    | both concatenated | h x w x (512 + N) |
    | h x w convolution without padding, BatchNorm, leaky ReLU | 1 x 1 x 512 |
    | dense | 1 |

    (h, w) is `dcgan.base_size`, 4 x 4 in the report.

    Args:
        image_size: as for `dcgan.generator_trunk`.
        count: number of combinations, N, which are one-hot rows.
        width: factor on the number of DCGAN's filters.
    """
    image = keras.Input((*sides(image_size), 3), name="image")
    combination = keras.Input((count,), name="combination")
    dense = {"kernel_initializer": dcgan.initial_weights()}
    label = layers.Dense(count, name="label", **dense)(combination)
    label = layers.LeakyReLU(0.2, name="label_activation")(label)
    label = layers.Reshape((1, 1, count), name="label_pixel")(label)
    whole = {"size": dcgan.base_size(image_size), "strides": 1, "padding": "valid"}
    label = dcgan.conv_transpose(count, "label_plane", **whole)(label)
    label = layers.LeakyReLU(0.2, name="label_plane_activation")(label)
    x = dcgan.discriminator_trunk(image, width)
    x = layers.Concatenate(name="condition")([x, label])
    x = dcgan.conv(scaled(512, width), "joint", **whole)(x)
    x = dcgan.batch_norm("joint_norm")(x)
    x = layers.LeakyReLU(0.2, name="joint_activation")(x)
    x = layers.Flatten(name="flatten")(x)
    logit = layers.Dense(1, dtype="float32", name="source", **dense)(x)
    return keras.Model({"image": image, "combination": combination}, logit, name="discriminator")
