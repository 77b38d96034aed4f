"""What a run would be: the layers of its networks, the work and the duration of its steps."""

import dataclasses
from typing import NamedTuple

from kerasgan import tasks
from kerasgan.configs import Config
from kerasgan.labels import LabelSchema
from kerasgan.models import multiply_adds
from kerasgan.training import interaction, networks, precision, trainer, workers
from kerasgan.training.networks import NetworkDescription
from kerasgan.utils.errors import InvalidInput

SOME_IMAGES = 10_000


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
        networks.of_model(model),
        model.d_steps,
        model.g_steps,
        work,
        seconds,
    )
