"""Keras layers: faster forms of Keras's own, and those that GAN papers add."""

from kerasgan.layers.activation import PenaltyLeakyReLU
from kerasgan.layers.convolution import (
    Conv2D,
    Conv2DTranspose,
    LabelConcatConv2D,
    SpectralConv2D,
)
from kerasgan.layers.dropout import ByteDropout
from kerasgan.layers.minibatch_statistics import GroupStddev, MinibatchStddev
from kerasgan.layers.normalization import FusedBatchNormalization, InstanceNormalization
from kerasgan.layers.resampling import ReflectionPadding2D, UpsampleConv2D

__all__ = [
    "ByteDropout",
    "Conv2D",
    "Conv2DTranspose",
    "FusedBatchNormalization",
    "GroupStddev",
    "InstanceNormalization",
    "LabelConcatConv2D",
    "MinibatchStddev",
    "PenaltyLeakyReLU",
    "ReflectionPadding2D",
    "SpectralConv2D",
    "UpsampleConv2D",
]
