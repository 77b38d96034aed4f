"""StarGAN: one generator that edits attributes, and a discriminator that also classifies them.

Reference: Choi et al. 2018, "StarGAN: Unified Generative Adversarial Networks for Multi-Domain
Image-to-Image Translation" (arXiv:1711.09020), tables 4 and 5. Details that it omits are from the
authors' PyTorch code: instance norm has a scale and an offset, and convolutions before it have no
bias. Initial weights are Keras's defaults.
"""

from collections.abc import Mapping

import keras
from keras import layers, ops

from kerasgan.layers import (
    Conv2D,
    Conv2DTranspose,
    InstanceNormalization,
    LabelConcatConv2D,
    PenaltyLeakyReLU,
)
from kerasgan.networks.conditions import label_inputs
from kerasgan.networks.cyclegan import residual_output
from kerasgan.networks.widths import scaled
from kerasgan.utils.sizes import Size, halvings, sides

_BLOCKS = 6
# The published discriminator halves 128 pixels this often, down to 2x2.
_MAX_HALVINGS = 6


def _conv_norm(x, layer):
    return InstanceNormalization(affine=True, name=f"{layer.name}_norm")(layer(x))


def _conv_norm_relu(x, layer):
    return layers.ReLU(name=f"{layer.name}_relu")(_conv_norm(x, layer))


def generator(labels: Mapping[str, int], width: float = 1.0, residual: bool = False) -> keras.Model:
    """Build {image [B, H, W, 3], <label> [B, K], ...} -> image [B, H, W, 3] in [-1, 1].

    H and W are multiples of 4.

    | layer | output |
    |---|---|
    | image and labels at every pixel, 7x7 convolution, norm, ReLU | H x W x 64 |
    | 4x4 convolution of stride 2, norm, ReLU | H/2 x W/2 x 128 |
    | the same | H/4 x W/4 x 256 |
    | two 3x3 convolutions, added to their input; 6 times | H/4 x W/4 x 256 |
    | 4x4 transposed convolution of stride 2, norm, ReLU | H/2 x W/2 x 128 |
    | the same | H x W x 64 |
    | 7x7 convolution, tanh | H x W x 3 |

    Args:
        labels: length of each label, {name: K}.
        width: factor on the number of filters.
        residual: whether the last layer computes a change of the input; see
            `cyclegan.residual_output`.
    """
    inputs = {"image": keras.Input((None, None, 3), name="image")}
    inputs |= label_inputs(labels)
    label = ops.concatenate([inputs[name] for name in labels], axis=-1)
    settings = {"padding": "same", "use_bias": False}
    x = [inputs["image"], label]
    x = _conv_norm_relu(x, LabelConcatConv2D(scaled(64, width), 7, name="in"))
    for step, filters in enumerate((128, 256)):
        down = Conv2D(scaled(filters, width), 4, 2, name=f"down_{step}", **settings)
        x = _conv_norm_relu(x, down)
    for block in range(_BLOCKS):
        first, second = (
            Conv2D(scaled(256, width), 3, name=f"block_{block}_{index}", **settings)
            for index in range(2)
        )
        y = _conv_norm(_conv_norm_relu(x, first), second)
        x = layers.Add(name=f"block_{block}_sum")([x, y])
    for step, filters in enumerate((128, 64)):
        up = Conv2DTranspose(scaled(filters, width), 4, 2, name=f"up_{step}", **settings)
        x = _conv_norm_relu(x, up)
    if residual:
        output = residual_output(inputs["image"], x, padding="same")
    else:
        output = Conv2D(3, 7, activation="tanh", dtype="float32", name="colour", **settings)(x)
    return keras.Model(inputs, output, name="generator")


def discriminator(image_size: Size, labels: Mapping[str, int], width: float = 1.0) -> keras.Model:
    """Build image [B, H, W, 3] -> {source scores [B, h, w, 1], <label> logits [B, K], ...}.

    | layer | output at H = W = 128 |
    |---|---|
    | 4x4 convolution of stride 2, leaky ReLU | 64 x 64 x 64 |
    | the same, 5 times, each with twice as many filters | 2 x 2 x 2048 |
    | source: 3x3 convolution | 2 x 2 x 1 |
    | each label: 2x2 convolution without padding | 1 x 1 x K |

    The last kernel has the size of its input, (h, w): an image whose shorter side is below 128 is
    halved less often, until 2 to 4 pixels are left, and lacks the widest convolutions.

    Args:
        image_size: (H, W), or one number for both.
        labels: length of each label, {name: K}.
        width: factor on the number of filters.
    """
    image = keras.Input((*sides(image_size), 3), name="image")
    x = image
    for step in range(min(_MAX_HALVINGS, halvings(image_size) + 1)):
        x = Conv2D(scaled(64 * 2**step, width), 4, 2, padding="same", name=f"down_{step}")(x)
        x = PenaltyLeakyReLU(0.01, name=f"down_{step}_relu")(x)
    settings = {"use_bias": False, "dtype": "float32"}
    heads = {"source": Conv2D(1, 3, padding="same", name="source", **settings)(x)}
    for name, size in labels.items():
        logits = Conv2D(size, x.shape[1:3], name=f"label_{name}_map", **settings)(x)
        heads[name] = layers.Flatten(name=f"label_{name}", dtype="float32")(logits)
    return keras.Model(image, heads, name="discriminator")
