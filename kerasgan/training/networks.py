"""The layers of a model's networks, their weights and the work of a forward pass."""

from typing import NamedTuple

import keras
import tensorflow as tf

from kerasgan.models import multiply_adds
from kerasgan.models.base import AdversarialModel
from kerasgan.utils import sizes


class LayerDescription(NamedTuple):
    """A layer of a network.

    Attributes:
        name: in its network.
        kind: its class, and the size and the stride of a convolution: "Conv2D 4x4, stride 2".
        shape: of its output for one image, such as (64, 64, 3).
        parameters: number of its weights, also of those that no gradient trains.
        multiply_adds: of a forward pass for one image; see `kerasgan.models.multiply_adds`.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    multiply_adds: int


class NetworkDescription(NamedTuple):
    """A network without other networks in it.

    Attributes:
        name: such as "generator"; of CycleGAN's, such as "a_to_b".
        layers: in the order of their inputs.
    """

    name: str
    layers: tuple[LayerDescription, ...]

    @property
    def parameters(self) -> int:
        """Number of weights of all layers."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """Of a forward pass for one image."""
        return sum(layer.multiply_adds for layer in self.layers)


def of_model(model: AdversarialModel) -> tuple[NetworkDescription, ...]:
    """The networks of a model: the generators, then the discriminators."""
    return tuple(
        _network(leaf, model.config.image_size)
        for network in (model.generator, model.discriminator)
        for leaf in _leaves(network)
    )


def _leaves(network: keras.Model) -> list[keras.Model]:
    """The networks that a network consists of, or itself."""
    inner = [layer for layer in network.layers if isinstance(layer, keras.Model)]
    return [leaf for each in inner for leaf in _leaves(each)] or [network]


def _network(network: keras.Model, image_size: sizes.Size) -> NetworkDescription:
    def known(tensor: keras.KerasTensor) -> keras.KerasTensor:
        # Only images have unknown sides.
        fill = dict(enumerate(sizes.sides(image_size)))
        shape = [fill[axis] if side is None else side for axis, side in enumerate(tensor.shape[1:])]
        return keras.Input(shape, dtype=tensor.dtype, name=tensor.name)

    inputs = tf.nest.map_structure(known, network.input)
    sized = keras.models.clone_model(network, input_tensors=inputs)
    return NetworkDescription(network.name, tuple(map(_layer, sized.layers)))


def _layer(layer: keras.Layer) -> LayerDescription:
    shape = tuple(layer.output.shape[1:])
    parameters, work = layer.count_params(), multiply_adds.of_layer(layer)
    return LayerDescription(layer.name, _kind(layer), shape, parameters, work)


def _kind(layer: keras.Layer) -> str:
    kind, kernel = type(layer).__name__, getattr(layer, "kernel", None)
    if kernel is None or len(kernel.shape) != 4:
        return kind
    height, width = kernel.shape[:2]
    stride = max(getattr(layer, "strides", (1,)))
    return f"{kind} {height}x{width}" + (f", stride {stride}" if stride > 1 else "")
