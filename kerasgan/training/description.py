"""What a run would be: the layers of its networks, the work and the duration of its steps."""

import dataclasses
from typing import NamedTuple

import keras
import tensorflow as tf

from kerasgan import tasks
from kerasgan.configs import Config
from kerasgan.labels import LabelSchema
from kerasgan.models import multiply_adds
from kerasgan.training import interaction, precision, trainer, workers
from kerasgan.utils import sizes
from kerasgan.utils.errors import InvalidInput

SOME_IMAGES = 10_000


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


class Description(NamedTuple):
    """What a run would be.

    Attributes:
        config: all options of the run, with the steps that epochs of `num_images` have.
        num_images: of an epoch; where it is not known without reading them, `SOME_IMAGES`.
        schema: the labels that the networks are built for; without any for a model that takes none.
        networks: the generators, then the discriminators.
        d_steps, g_steps: updates of both players per step.
        multiply_adds: of a whole step with all of its images, updates and gradients.
        seconds_per_step: measured on this machine; None without measurement.
    """

    config: Config
    num_images: int
    schema: LabelSchema
    networks: tuple[NetworkDescription, ...]
    d_steps: int
    g_steps: int
    multiply_adds: int
    seconds_per_step: float | None

    @property
    def parameters(self) -> int:
        """Number of weights of all networks."""
        return sum(network.parameters for network in self.networks)

    @property
    def hours(self) -> float | None:
        """Duration of all steps, without evaluation, sample sheets and checkpoints."""
        seconds = self.seconds_per_step
        return None if seconds is None else seconds * self.config.steps / 3600


def describe(config: Config, measure: bool) -> Description:
    """Describe a run by a model of random weights and a few steps on random images.

    Args:
        measure: whether to make the steps that are timed.

    Raises:
        InvalidInput: if the model cannot be built, or trains on several machines.
    """
    if config.strategy == workers.MULTI_WORKER:
        raise InvalidInput(f"strategy must be none or mirrored to describe, got {config.strategy}")
    workers.check(config, None)
    config = dataclasses.replace(config, precision=precision.resolved(config.precision))
    num_images = config.num_drawn or SOME_IMAGES
    if config.epochs:
        config = config.counted(num_images)
    task = tasks.of(config)
    data = task.random_data()
    # The step is counted as a whole, not as the part of a replica.
    model = trainer.build(dataclasses.replace(config, strategy="none"), data)
    networks = [
        _network(leaf, config.image_size)
        for network in (model.generator, model.discriminator)
        for leaf in _leaves(network)
    ]
    work = multiply_adds.of_step(model, task.batches(data, model).element_spec)
    seconds = None
    if measure:
        timed = model if config.strategy == "none" else trainer.build(config, data)
        timer = interaction.StepTimer()
        timed.fit_batches(task.batches(data, timed), timer.LAST, [timer])
        seconds = timer.seconds
    return Description(
        config,
        num_images,
        model.schema,
        tuple(networks),
        model.d_steps,
        model.g_steps,
        work,
        seconds,
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
