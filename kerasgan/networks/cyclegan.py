"""CycleGAN: a residual generator and a discriminator of overlapping 70x70 patches.

Reference: Zhu, Park, Isola and Efros 2017, "Unpaired Image-to-Image Translation using
Cycle-Consistent Adversarial Networks" (arXiv:1703.10593), appendix 7.2; its discriminator is that
of Isola et al. 2017 (arXiv:1611.07004). The biases are those of the authors' PyTorch code:
everywhere with instance norm, only at both ends with BatchNorm, which has an offset of its own.

With 3x3 kernels of stride 2, that code pads at the top and left, ours at the bottom and right: what
one network computes, the other can compute of the mirrored image.
"""

import keras
from keras import layers, ops

from kerasgan.layers.convolution import ColourConv2D, DeepConv2D, ReflectedConv2D, UpsampleConv2D
from kerasgan.layers.normalization import InstanceNormalization, ReflectionPadding2D
from kerasgan.networks.dcgan import batch_norm, initial_weights
from kerasgan.networks.widths import scaled

_NORMS = {"instance": InstanceNormalization, "batch": batch_norm}


def convolution(filters: int, size: int, name: str, **settings) -> layers.Layer:
    """A convolution of stride 1 without padding, unless `settings` say otherwise."""
    return DeepConv2D(filters, size, kernel_initializer=initial_weights(), name=name, **settings)


def doubling(filters: int, upsample: str, name: str, use_bias: bool) -> layers.Layer:
    """A 3x3 layer that doubles height and width; see `generator` for `upsample`."""
    settings = {"kernel_initializer": initial_weights(), "use_bias": use_bias, "name": name}
    if upsample == "nearest":
        return UpsampleConv2D(filters, **settings)
    return layers.Conv2DTranspose(filters, 3, strides=2, padding="same", **settings)


def normed(x, layer, norm: str):
    """Apply a convolution and then the norm, "instance" or "batch"."""
    return _NORMS[norm](name=f"{layer.name}_norm")(layer(x))


def activated(x, layer, norm: str):
    """Apply a convolution, the norm and ReLU."""
    return layers.ReLU(name=f"{layer.name}_relu")(normed(x, layer, norm))


def reflected(filters: int, size: int, name: str, **settings) -> layers.Layer:
    """A convolution of stride 1 with reflected edges, where zeros would draw a frame."""
    return ReflectedConv2D(
        filters, size, kernel_initializer=initial_weights(), name=name, **settings
    )


def residual(x, norm: str, name: str):
    """Add two 3x3 convolutions of `x` to it."""
    first, second = (
        reflected(x.shape[-1], 3, f"{name}_{place}", use_bias=norm == "instance")
        for place in range(2)
    )
    y = normed(activated(x, first, norm), second, norm)
    return layers.Add(name=f"{name}_sum")([x, y])


def generator(
    blocks: int,
    width: float = 1.0,
    norm: str = "instance",
    upsample: str = "transpose",
    skip: bool = False,
    name: str = "generator",
) -> keras.Model:
    """Build image [B, H, W, 3] -> image [B, H, W, 3] in [-1, 1]; H and W are multiples of 4.

    Args:
        blocks: number of residual blocks.
        width: factor on the number of filters.
        norm: "instance" or "batch".
        upsample: "transpose" for transposed convolutions, as published, or "nearest" for repeated
            pixels and a convolution.
        skip: whether to change the input rather than draw a new image; see `redrawn`.
    """
    image = keras.Input((None, None, 3), name="image")
    bias = {"use_bias": norm == "instance"}
    x = activated(image, reflected(scaled(64, width), 7, "in", **bias), norm)
    for step, filters in enumerate((128, 256)):
        halving = {"strides": 2, "padding": "same", **bias}
        x = activated(x, convolution(scaled(filters, width), 3, f"down_{step}", **halving), norm)
    for block in range(blocks):
        x = residual(x, norm, f"block_{block}")
    for step, filters in enumerate((128, 64)):
        x = activated(x, doubling(scaled(filters, width), upsample, f"up_{step}", **bias), norm)
    x = ReflectionPadding2D(3, name="out_pad")(x)
    if skip:
        made = redrawn(image, x)
    else:
        settings = {"kernel_initializer": initial_weights(), "activation": "tanh"}
        made = ColourConv2D(3, 7, dtype="float32", name="colour", **settings)(x)
    return keras.Model(image, made, name=name)


def redrawn(image, x, padding: str = "valid"):
    """Tanh(atanh(0.9 image) + change), where a 7x7 convolution makes the change of `x`.

    At first nothing changes. Translators that start near the identity keep colours, which they may
    otherwise agree to exchange: the cycle brings them back. The factor keeps atanh finite.
    """
    zeros = {"kernel_initializer": "zeros", "padding": padding}
    change = ColourConv2D(3, 7, dtype="float32", name="change", **zeros)(x)
    return ops.tanh(ops.arctanh(0.9 * image) + change)


def discriminator(
    width: float = 1.0, norm: str = "instance", name: str = "discriminator"
) -> keras.Model:
    """Build image [B, H, W, 3] -> logits or scores [B, H/8 - 2, W/8 - 2, 1], one for each patch.

    Args:
        width: factor on the number of filters.
        norm: "instance" or "batch".
    """
    image = keras.Input((None, None, 3), name="image")
    bias = {"use_bias": norm == "instance"}
    x = convolution(scaled(64, width), 4, "down_0", strides=2, padding="same")(image)
    x = layers.LeakyReLU(0.2, name="down_0_relu")(x)
    for step, filters in enumerate((128, 256), start=1):
        halving = {"strides": 2, "padding": "same", **bias}
        x = normed(x, convolution(scaled(filters, width), 4, f"down_{step}", **halving), norm)
        x = layers.LeakyReLU(0.2, name=f"down_{step}_relu")(x)
    # One pixel on every side, which "same" is with stride 2 alone.
    x = layers.ZeroPadding2D(1, name="wide_pad")(x)
    x = normed(x, convolution(scaled(512, width), 4, "wide", **bias), norm)
    x = layers.ZeroPadding2D(1, name="score_pad")(layers.LeakyReLU(0.2, name="wide_relu")(x))
    return keras.Model(image, convolution(1, 4, "score", dtype="float32")(x), name=name)


def generators(**settings) -> keras.Model:
    """Build {a, b} -> {a: b_to_a(b), b: a_to_b(a)}, images [B, H, W, 3], of two generators.

    The outputs are named after the domain that they are in: applied twice, it is the cycle.

    Args:
        settings: of each `generator`, which `get_layer("a_to_b")` and `get_layer("b_to_a")` return.
    """
    image = {domain: keras.Input((None, None, 3), name=domain) for domain in ("a", "b")}
    a_to_b, b_to_a = (generator(**settings, name=name) for name in ("a_to_b", "b_to_a"))
    translated = {"a": b_to_a(image["b"]), "b": a_to_b(image["a"])}
    return keras.Model(image, translated, name="generators")


def discriminators(**settings) -> keras.Model:
    """Build {a, b} images [B, H, W, 3] -> {a, b} scores, each by the discriminator of its domain.

    Args:
        settings: of each `discriminator`.
    """
    image = {domain: keras.Input((None, None, 3), name=domain) for domain in ("a", "b")}
    scores = {
        domain: discriminator(**settings, name=f"discriminator_{domain}")(image[domain])
        for domain in image
    }
    return keras.Model(image, scores, name="discriminators")
