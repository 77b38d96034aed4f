"""CycleGAN: a residual generator and a discriminator of overlapping 70x70 patches.

Reference: Zhu, Park, Isola and Efros 2017, "Unpaired Image-to-Image Translation using
Cycle-Consistent Adversarial Networks" (arXiv:1703.10593), appendix 7.2; the discriminator is from
Isola et al. 2017 (arXiv:1611.07004). Biases are as in the authors' PyTorch code: everywhere with
instance norm, only in the first and last layers with BatchNorm, which has an offset.

With 3x3 kernels of stride 2, that code pads at the top and left, this one at the bottom and right.
Mirrored weights compute the same on mirrored images.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from kerasgan.layers import (
    Conv2D,
    Conv2DTranspose,
    InstanceNormalization,
    ReflectionPadding2D,
    SpectralConv2D,
    UpsampleConv2D,
)
from kerasgan.networks.dcgan import batch_norm, initial_weights
from kerasgan.networks.widths import scaled

_NORMS = {"instance": InstanceNormalization, "batch": batch_norm}


def conv(filters: int, size: int, name: str, kind=Conv2D, **settings) -> layers.Layer:
    """Convolution with the paper's initial weights, by default without padding."""
    return kind(filters, size, kernel_initializer=initial_weights(), name=name, **settings)


def blur(x, name: str):
    """Blur by [1, 2, 1] / 4 in both directions."""
    x = ReflectionPadding2D(1, name=f"{name}_pad")(x)
    for index in range(2):
        x = layers.AveragePooling2D(2, strides=1, name=f"{name}_{index}")(x)
    return x


def halved(x, name: str):
    """Halve height and width after a blur: together [1, 3, 3, 1] / 8 in both directions.

    Reference: Zhang 2019, "Making Convolutional Networks Shift-Invariant Again" (arXiv:1904.11486).
    """
    return layers.AveragePooling2D(2, name=f"{name}_pool")(blur(x, f"{name}_blur"))


def upsample_conv(x, filters: int, upsample: str, name: str, use_bias: bool):
    """Apply a 3x3 layer that doubles height and width; see `generator` for `upsample`."""
    settings = {"kernel_initializer": initial_weights(), "use_bias": use_bias, "name": name}
    if upsample == "transpose":
        return Conv2DTranspose(filters, 3, strides=2, padding="same", **settings)(x)
    x = UpsampleConv2D(filters, **settings)(x)
    # A blur of repeated pixels interpolates, and may as well follow the convolution.
    return blur(x, f"{name}_blur") if upsample == "bilinear" else x


def normed(x, norm: str, name: str):
    """Apply a norm, of "instance" or "batch"; others are none of a layer's output."""
    return _NORMS[norm](name=f"{name}_norm")(x) if norm in _NORMS else x


def conv_norm(x, layer, norm: str):
    """Apply a convolution layer and its norm."""
    return normed(layer(x), norm, layer.name)


def conv_norm_relu(x, layer, norm: str):
    """Apply a convolution layer, its norm and ReLU."""
    return layers.ReLU(name=f"{layer.name}_relu")(conv_norm(x, layer, norm))


def residual_block(x, norm: str, name: str, use_bias: bool):
    """Add the result of two 3x3 convolutions to their input."""
    first, second = (
        conv(x.shape[-1], 3, f"{name}_{index}", padding="reflect", use_bias=use_bias)
        for index in range(2)
    )
    y = conv_norm(conv_norm_relu(x, first, norm), second, norm)
    return layers.Add(name=f"{name}_sum")([x, y])


def residual_output(image, x, padding: str):
    """Tanh(atanh(0.9 image) + change), where a 7x7 convolution of `x` computes the change.

    The change starts at zero. Translators that start near the identity keep colours; others may
    swap colours both ways, which the cycle loss cannot see. The factor 0.9 keeps atanh finite.
    """
    settings: dict[str, Any]
    settings = {"kernel_initializer": "zeros", "padding": padding, "dtype": "float32"}
    change = Conv2D(3, 7, name="change", **settings)(x)
    return ops.tanh(ops.arctanh(0.9 * image) + change)


def generator(
    blocks: int,
    width: float = 1.0,
    norm: str = "instance",
    upsample: str = "transpose",
    antialias: bool = False,
    residual: bool = False,
    name: str = "generator",
) -> keras.Model:
    """Build image [B, H, W, 3] -> image [B, H, W, 3] in [-1, 1]; H and W are multiples of 4.

    | layer, in the paper's names | output |
    |---|---|
    | c7s1-64: 7x7 convolution, norm, ReLU | H x W x 64 |
    | d128: 3x3 convolution of stride 2, norm, ReLU | H/2 x W/2 x 128 |
    | d256: the same | H/4 x W/4 x 256 |
    | R256, `blocks` times: `residual_block` | H/4 x W/4 x 256 |
    | u128: 3x3 transposed convolution of stride 2, norm, ReLU | H/2 x W/2 x 128 |
    | u64: the same | H x W x 64 |
    | c7s1-3: 7x7 convolution, tanh | H x W x 3 |

    Convolutions of stride 1 have reflection padding.

    Args:
        blocks: number of residual blocks.
        width: factor on the number of filters.
        norm: "instance" or "batch".
        upsample: "transpose" for transposed convolutions, as published, "nearest" for repeated
            pixels and a convolution, or "bilinear" for interpolated ones.
        antialias: whether convolutions of stride 2 have stride 1 instead, and `halved` follows
            their ReLU.
        residual: whether the last layer computes a change of the input; see `residual_output`.
    """
    image = keras.Input((None, None, 3), name="image")
    bias: dict[str, Any] = {"use_bias": norm == "instance"}
    x = conv_norm_relu(image, conv(scaled(64, width), 7, "in", padding="reflect", **bias), norm)
    for step, filters in enumerate((128, 256)):
        settings = {"strides": 1 if antialias else 2, "padding": "same", **bias}
        x = conv_norm_relu(x, conv(scaled(filters, width), 3, f"down_{step}", **settings), norm)
        if antialias:
            x = halved(x, f"down_{step}")
    for block in range(blocks):
        x = residual_block(x, norm, f"block_{block}", **bias)
    for step, filters in enumerate((128, 64)):
        x = upsample_conv(x, scaled(filters, width), upsample, f"up_{step}", **bias)
        x = layers.ReLU(name=f"up_{step}_relu")(normed(x, norm, f"up_{step}"))
    if residual:
        output = residual_output(image, x, padding="reflect")
    else:
        last: dict[str, Any]
        last = {"padding": "reflect", "activation": "tanh", "dtype": "float32"}
        output = conv(3, 7, "colour", **last)(x)
    return keras.Model(image, output, name=name)


def discriminator(
    width: float = 1.0,
    norm: str = "instance",
    antialias: bool = False,
    name: str = "discriminator",
) -> keras.Model:
    """Build image [B, H, W, 3] -> logits or scores [B, H/8 - 2, W/8 - 2, 1], one for each patch.

    | 4x4 convolution, in the paper's names | output |
    |---|---|
    | C64 without norm: stride 2, leaky ReLU | H/2 x W/2 x 64 |
    | C128: stride 2, norm, leaky ReLU | H/4 x W/4 x 128 |
    | C256: the same | H/8 x W/8 x 256 |
    | C512: stride 1, norm, leaky ReLU | H/8 - 1 x W/8 - 1 x 512 |
    | stride 1 | H/8 - 2 x W/8 - 2 x 1 |

    Args:
        width: factor on the number of filters.
        norm: "instance" or "batch", "spectral" for every convolution's own, or "none".
        antialias: whether convolutions of stride 2 have stride 1 instead, and `halved` follows
            their leaky ReLU.
    """
    image = keras.Input((None, None, 3), name="image")
    kind = {"kind": SpectralConv2D if norm == "spectral" else Conv2D}
    bias = {**kind, "use_bias": norm != "batch"}
    x = image
    for step, filters in enumerate((64, 128, 256)):
        own = {"strides": 1 if antialias else 2, "padding": "same", **(bias if step else kind)}
        x = conv(scaled(filters, width), 4, f"down_{step}", **own)(x)
        x = normed(x, norm, f"down_{step}") if step else x
        x = layers.LeakyReLU(0.2, name=f"down_{step}_relu")(x)
        if antialias:
            x = halved(x, f"down_{step}")
    # One pixel on each side. "same" pads a 4x4 kernel so only with stride 2.
    x = layers.ZeroPadding2D(1, name="wide_pad")(x)
    x = conv_norm(x, conv(scaled(512, width), 4, "wide", **bias), norm)
    x = layers.LeakyReLU(0.2, name="wide_relu")(x)
    x = layers.ZeroPadding2D(1, name="score_pad")(x)
    return keras.Model(image, conv(1, 4, "score", dtype="float32", **kind)(x), name=name)


def generators(targets: Sequence[str] = ("b", "a"), **settings) -> keras.Model:
    """Build {a, b} -> {a: b_to_a(b), b: a_to_b(a)}, images [B, H, W, 3], from two generators.

    Each output has the name of its own domain, so applying the model twice is the cycle. With one
    target there is one generator, and one image as input.

    Args:
        targets: domains to translate to.
        settings: of each `generator`. `get_layer("a_to_b")` and `get_layer("b_to_a")` return them.
    """
    sources = {target: {"a": "b", "b": "a"}[target] for target in targets}
    image = {source: keras.Input((None, None, 3), name=source) for source in sources.values()}
    translated = {
        target: generator(**settings, name=f"{source}_to_{target}")(image[source])
        for target, source in sources.items()
    }
    return keras.Model(image, translated, name="generators")


def discriminators(**settings) -> keras.Model:
    """Build {a, b} images [B, H, W, 3] -> {a, b} scores, each from its domain's discriminator.

    Args:
        settings: of each `discriminator`.
    """
    image = {domain: keras.Input((None, None, 3), name=domain) for domain in ("a", "b")}
    scores = {
        domain: discriminator(**settings, name=f"discriminator_{domain}")(image[domain])
        for domain in image
    }
    return keras.Model(image, scores, name="discriminators")
