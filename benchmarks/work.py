"""How much a training step multiplies, counted from the networks' shapes."""

import keras
import numpy as np
from keras import layers

from kerasgan import registry
from kerasgan.datasets.colours import COLOURS
from kerasgan.labels import LabelSchema
from kerasgan.layers import UpsampleConv2D

_MULTIPLYING = (layers.Conv2D, layers.Conv2DTranspose, layers.Dense, UpsampleConv2D)


def products(network: keras.Model) -> tuple[int, int]:
    """Multiplications per image: of a whole forward pass, and of its first layer."""
    counts = [
        _of_layer(layer) for layer in network._flatten_layers() if isinstance(layer, _MULTIPLYING)
    ]
    return sum(counts), counts[0]


def _of_layer(layer: layers.Layer) -> int:
    weights = int(np.prod(layer.kernel.shape))
    if isinstance(layer, layers.Dense):
        return weights
    if isinstance(layer, UpsampleConv2D):
        # Four taps instead of the kernel's nine.
        weights = weights * 4 // 9
    grid = layer.input if isinstance(layer, layers.Conv2DTranspose) else layer.output
    return weights * int(np.prod(grid.shape[1:3]))


def gflop_of_step(config) -> float:
    """The billions of additions and multiplications of a training step.

    A backward pass takes twice its forward pass: gradients of weights, and of inputs except the
    first layer's, unless they go on into another network. A gradient penalty takes four: scores,
    their gradient, and that one's gradients towards its input and the weights.
    """
    model = registry.build_model(config, LabelSchema.of(COLOURS))
    if config.MODEL == "cyclegan":
        shape = (config.image_size, config.image_size, 3)
        (g, g_first), (d, d_first) = (
            products(keras.models.clone_model(network, input_tensors=keras.Input(shape)))
            for network in (model.generator.get_layer("a_to_b"), model.discriminator.layers[-1])
        )
        # Translating and, from it, back; and the translations of the domain itself.
        translated = (3 * g - g_first) + 3 * g
        if config.identity_weight:
            translated += 3 * g - g_first
        multiplied = 2 * (translated + 2 * d + 2 * (3 * d - d_first))
    else:
        (g, g_first), (d, d_first) = products(model.generator), products(model.discriminator)
        judged = g + 2 * (3 * d - d_first)
        answered = 3 * g - g_first + 2 * d
        if config.MODEL == "wgan-gp":
            multiplied = config.critic_steps * (judged + 4 * d) + answered
        else:
            # Both players may share the images of the last judgement.
            multiplied = config.d_steps * judged + config.g_steps * answered
            multiplied -= g * model.shares_fakes
    return 2 * config.batch_size * multiplied / 1e9
