"""StarGAN: one generator that edits attributes, and a discriminator that judges and reads them.

Reference: Choi et al. 2018, "StarGAN: Unified Generative Adversarial Networks for Multi-Domain
Image-to-Image Translation" (arXiv:1711.09020), tables 4 and 5. Where they are silent we follow the
authors' PyTorch code: instance norm has a scale and an offset, the convolutions before it no
bias. Initial weights are Keras's own.
"""

from collections.abc import Mapping

import keras
from keras import layers, ops

from kerasgan.layers.convolution import (
    ColourConv2D,
    DeepConv2D,
    DeepConv2DTranspose,
    LabelledConv2D,
)
from kerasgan.layers.normalization import InstanceNormalization, LeakyReLU
from kerasgan.networks.cyclegan import redrawn
from kerasgan.networks.widths import scaled

_BLOCKS = 6
# The published discriminator halves 128 pixels this often, down to 2x2.
_MOST_HALVINGS = 6


def _normed(x, layer):
    return InstanceNormalization(affine=True, name=f"{layer.name}_norm")(layer(x))


def _activated(x, layer):
    return layers.ReLU(name=f"{layer.name}_relu")(_normed(x, layer))


def generator(labels: Mapping[str, int], width: float = 1.0, skip: bool = False) -> keras.Model:
    """Build {image [B, H, W, 3], <label> [B, K], ...} -> image [B, H, W, 3] in [-1, 1].

    H and W are multiples of 4. Labels are repeated at every pixel, as channels beside the colours.

    Args:
        labels: the length of each label, {name: K}.
        width: factor on the number of filters.
        skip: whether to change the input rather than draw a new image; see `cyclegan.redrawn`.
    """
    inputs = {"image": keras.Input((None, None, 3), name="image")}
    inputs |= {name: keras.Input((size,), name=name) for name, size in labels.items()}
    label = ops.concatenate([inputs[name] for name in labels], axis=-1)
    x = _activated([inputs["image"], label], LabelledConv2D(scaled(64, width), 7, name="in"))
    settings = {"padding": "same", "use_bias": False}
    for step, filters in enumerate((128, 256)):
        down = DeepConv2D(scaled(filters, width), 4, 2, name=f"down_{step}", **settings)
        x = _activated(x, down)
    for block in range(_BLOCKS):
        first, second = (
            DeepConv2D(scaled(256, width), 3, name=f"block_{block}_{place}", **settings)
            for place in range(2)
        )
        x = layers.Add(name=f"block_{block}_sum")([x, _normed(_activated(x, first), second)])
    for step, filters in enumerate((128, 64)):
        up = DeepConv2DTranspose(scaled(filters, width), 4, 2, name=f"up_{step}", **settings)
        x = _activated(x, up)
    if skip:
        made = redrawn(inputs["image"], x, padding="same")
    else:
        colour = ColourConv2D(3, 7, activation="tanh", dtype="float32", name="colour", **settings)
        made = colour(x)
    return keras.Model(inputs, made, name="generator")


def discriminator(image_size: int, labels: Mapping[str, int], width: float = 1.0) -> keras.Model:
    """Build image [B, S, S, 3] -> {source scores [B, s, s, 1], <label> logits [B, K], ...}.

    s is S / 64, but at least 2: each halving below 128 pixels drops the widest convolution.

    Args:
        image_size: S, a power of two.
        labels: the length of each label, {name: K}.
        width: factor on the number of filters.
    """
    image = keras.Input((image_size, image_size, 3), name="image")
    x = image
    for step in range(min(_MOST_HALVINGS, image_size.bit_length() - 2)):
        filters = scaled(64 * 2**step, width)
        x = DeepConv2D(filters, 4, 2, padding="same", name=f"down_{step}")(x)
        x = LeakyReLU(0.01, name=f"down_{step}_relu")(x)
    settings = {"use_bias": False, "dtype": "float32"}
    heads = {"source": layers.Conv2D(1, 3, padding="same", name="source", **settings)(x)}
    for name, size in labels.items():
        logits = layers.Conv2D(size, x.shape[1], name=f"{name}_map", **settings)(x)
        heads[name] = layers.Flatten(name=name, dtype="float32")(logits)
    return keras.Model(image, heads, name="discriminator")
