"""The course report's conditional WGAN: labels join the noise, and the critic's last features."""

import math

import keras
from keras import layers

from kerasgan.layers import Conv2D, PenaltyLeakyReLU
from kerasgan.networks import dcgan
from kerasgan.networks.conditions import label_inputs
from kerasgan.networks.widths import scaled
from kerasgan.utils.sizes import Size, halvings, sides


def generator(
    image_size: Size, latent_dim: int, labels: dict[str, int], width: float = 1.0
) -> keras.Model:
    """Build {noise [B, latent_dim], label one-hot [B, K], ...} -> image [B, H, W, 3] in [-1, 1].

    | layer | output |
    |---|---|
    | noise and labels concatenated | latent_dim + labels |
    | `dcgan.generator_trunk` | H x W x 3 |

    Args:
        image_size: as for `dcgan.generator_trunk`.
        labels: length of each label, {name: K}.
        width: factor on the number of DCGAN's filters.
    """
    inputs = {
        "noise": keras.Input((latent_dim,), name="noise"),
        **label_inputs(labels),
    }
    x = layers.Concatenate(name="condition")(list(inputs.values()))
    return keras.Model(inputs, dcgan.generator_trunk(x, image_size, width), name="generator")


def critic(
    image_size: Size, labels: dict[str, int], width: float = 1.0, constraint=None
) -> keras.Model:
    """Build {image [B, H, W, 3], label one-hot [B, K], ...} -> scores [B, 1].

    | layer | output at H = W = 64 |
    |---|---|
    | 4x4 convolution of stride 2, leaky ReLU | 32 x 32 x 32 |
    | the same | 16 x 16 x 64 |
    | the same | 8 x 8 x 128 |
    | the same | 4 x 4 x 256 |
    | labels concatenated at every pixel | 4 x 4 x (256 + labels) |
    | 1x1 convolution, leaky ReLU | 4 x 4 x 128 |
    | 4x4 convolution without padding | 1 x 1 x 1 |

    The last kernel has the size of its input, `dcgan.base_size`. Convolutions have biases, as the
    report's critic has no BatchNorm. The report prints 128 filters for the last layer, which must
    be a misprint: its output is the score.

    Args:
        image_size: as for `dcgan.generator_trunk`.
        labels: length of each label, {name: K}.
        width: factor on the number of filters.
        constraint: of the convolutions' weights and biases.
    """
    image = keras.Input((*sides(image_size), 3), name="image")
    conditions = label_inputs(labels)
    settings = {
        "use_bias": True,
        "kernel_constraint": constraint,
        "bias_constraint": constraint,
    }
    x = image
    for block in range(halvings(image_size)):
        x = dcgan.conv(scaled(32 * 2**block, width), f"down_{block}", **settings)(x)
        x = PenaltyLeakyReLU(0.2, name=f"activation_{block}")(x)
    condition = layers.Concatenate(name="condition")(list(conditions.values()))
    base = dcgan.base_size(image_size)
    condition = layers.RepeatVector(math.prod(base), name="copies")(condition)
    condition = layers.Reshape((*base, condition.shape[-1]), name="plane")(condition)
    x = layers.Concatenate(name="joint")([x, condition])
    start = {"kernel_initializer": dcgan.initial_weights()}
    x = Conv2D(scaled(128, width), 1, name="mix", **start, **settings)(x)
    x = PenaltyLeakyReLU(0.2, name="mix_activation")(x)
    x = dcgan.conv(1, "score", base, strides=1, padding="valid", dtype="float32", **settings)(x)
    score = layers.Flatten(name="flatten", dtype="float32")(x)
    return keras.Model({"image": image, **conditions}, score, name="critic")
