"""CUT: the features of a generator's encoder, and the heads that make them comparable.

Reference: Park, Efros, Zhang and Zhu 2020, "Contrastive Learning for Unpaired Image-to-Image
Translation" (arXiv:2007.15651), section 3 and appendix C.1. The generator and the discriminator are
CycleGAN's, in `networks.cyclegan`; the authors' code blurs where these have strides.
"""

from collections.abc import Mapping

import keras
from keras import layers

from kerasgan.networks.dcgan import initial_weights

UNITS = 256
# Residual blocks, from 0 on, whose outputs are compared; the last one stands for a missing one.
_BLOCKS = (0, 4)


def encoder(generator: keras.Model, blocks: int) -> keras.Model:
    """Build image [B, H, W, 3] -> {layer: features [B, h, w, C]} of a generator's own layers.

    | layer | features |
    |---|---|
    | image | H x W x 3 |
    | down_0: 3x3 convolution of stride 2, before its norm | H/2 x W/2 x 128 |
    | down_1: the same | H/4 x W/4 x 256 |
    | block_0_sum: output of the first residual block | H/4 x W/4 x 256 |
    | block_4_sum: output of the fifth, or of the last one if there are fewer | H/4 x W/4 x 256 |

    Args:
        generator: of `networks.cyclegan.generator`; its variables are the encoder's.
        blocks: its number of residual blocks.
    """
    sums = [f"block_{min(block, blocks - 1)}_sum" for block in _BLOCKS]
    outputs = {name: generator.get_layer(name).output for name in ("down_0", "down_1", *sums)}
    return keras.Model(generator.input, {"image": generator.input, **outputs}, name="encoder")


def heads(channels: Mapping[str, int]) -> keras.Model:
    """Build {layer: features [B, P, C]} -> {layer: unit vectors [B, P, 256]}, float32.

    A head is a dense layer of 256 units with ReLU, a dense layer of 256 units, and a division by
    the L2 norm.

    Args:
        channels: C of each layer.
    """
    features = {name: keras.Input((None, size), name=name) for name, size in channels.items()}
    vectors = {}
    for name, x in features.items():
        settings = {"kernel_initializer": initial_weights()}
        x = layers.Dense(UNITS, activation="relu", name=f"{name}_hidden", **settings)(x)
        x = layers.Dense(UNITS, dtype="float32", name=f"{name}_vector", **settings)(x)
        vectors[name] = layers.UnitNormalization(dtype="float32", name=f"{name}_unit")(x)
    return keras.Model(features, vectors, name="heads")
