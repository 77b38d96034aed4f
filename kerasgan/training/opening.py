"""The lines that a training opens with: its data, its model, its plan."""

import logging

from kerasgan.configs import Config
from kerasgan.labels import LabelSchema
from kerasgan.models.base import AdversarialModel
from kerasgan.runs.directory import Run
from kerasgan.tasks.base import DataSplit
from kerasgan.training import networks, workers
from kerasgan.utils.printing import shortened

log = logging.getLogger(__name__)

_MAX_NAMED = 5


def report(run: Run, model: AdversarialModel, split: DataSplit, initial_step: int) -> None:
    """Log three lines: what is trained on, what is trained, and for how long."""
    # Counting the multiply-adds takes a moment.
    if not log.isEnabledFor(logging.INFO):
        return
    config = run.config
    training, held_out = split
    source = " and ".join(map(str, config.paths.values())) or config.data
    log.info("data: %s", _data(source, training.size, held_out.size, run.schema))
    log.info("model: %s", _model(config, model))
    log.info("plan: %s, to %s", plan(config, training.epoch_size, initial_step), run.path)


def _data(source: str, count: int, held_out: int, schema: LabelSchema) -> str:
    kept = f", {held_out:,} held out" if held_out else ""
    values = [f"{name} ({size} values)" for name, size in schema.sizes.items()]
    labels = f"; labels: {shortened(values, _MAX_NAMED)}" if values else ""
    return f"{count:,} images of {source}{kept}{labels}"


def _model(config: Config, model: AdversarialModel) -> str:
    described = networks.of_model(model)
    parameters = sum(network.parameters for network in described)
    work = sum(network.multiply_adds for network in described)
    return (
        f"{config.MODEL} at {config.image_size} pixels on {workers.description(config.strategy)}, "
        f"with {parameters:,} parameters and {work / 1e6:,.3g} million multiply-adds, forward for "
        "one image"
    )


def plan(config: Config, epoch_size: int, initial_step: int) -> str:
    """The length of a run, in steps, images of a step, and epochs.

    Args:
        epoch_size: number of images of an epoch.
        initial_step: at which a resumed run goes on.
    """
    seen = config.steps * config.batch_size * config.d_steps
    resumed = f", from step {initial_step:,} on" if initial_step else ""
    return (
        f"{config.steps:,} steps of {config.batch_size} images, {seen / epoch_size:,.3g} epochs"
        f"{resumed}"
    )
