"""Train a run from the start or from its newest checkpoint. Wiring only."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import cast

import keras
import numpy as np
import tensorflow as tf

from kerasgan import registry, tasks
from kerasgan.configs import Config
from kerasgan.datasets import labelled, unpaired
from kerasgan.models import replicas
from kerasgan.runs import checkpoints, directory, home
from kerasgan.runs.directory import Run
from kerasgan.training import (
    callbacks,
    determinism,
    error_messages,
    interaction,
    opening,
    precision,
    resuming,
    snapshots,
    tensorboard,
    transfer,
    workers,
)
from kerasgan.utils import files
from kerasgan.utils.errors import Interrupted, TrainingFailed

_Split = labelled.Split | unpaired.UnpairedSplit


def start(
    config: Config, preset: str, command: str, out: Path | None = None, init: Run | None = None
) -> Run:
    """Create a run directory and train.

    Args:
        preset, command: name of the preset and command line, stored in config.json.
        out: the run directory. Default: the next number in `runs`.
        init: a run of the same model, whose weights are the first ones.

    Raises:
        InvalidInput: before anything is written, if data, disk space or `out` cannot be used.
        TrainingFailed: if a loss is not finite, or, after a checkpoint, at a fatal sign of failure
            with `stop_on_failure`.
        Interrupted: after a checkpoint, if a signal stopped training.
    """
    if config.deterministic:
        determinism.enable(config.strategy)
    workers.check(config, out)
    tensorboard.check(config.tensorboard)
    error_messages.check_batch(config)
    if init is not None:
        transfer.check(config, init)
    is_chief = workers.is_chief(config.strategy)
    if is_chief and out is not None:
        files.check_vacant(out)
    config = dataclasses.replace(config, precision=precision.resolved(config.precision))
    keras.utils.set_random_seed(config.seed)
    split = tasks.of(config).load()
    data = split.training
    config = config.located()
    if config.epochs:
        config = config.counted(data.epoch_size)
    tasks.of(config).check_monitors(split)
    interaction.advise(config, data.size)
    model = build(config, data)
    if init is not None:
        transfer.initialize(model, init)
    if is_chief:
        size = checkpoints.size_in_bytes(model)
        files.check_writable(out or home.folder(), (config.keep_checkpoints + 1) * size)
        run = directory.create(config, data.schema, data.key, preset, command, out)
        if init is not None:
            # Until the next checkpoint, a resumed run starts from these weights, too.
            checkpoints.save(run, model, 0)
    # The others wait until the chief has created the directory.
    workers.broadcast_from_chief(config.strategy, 0)
    # `workers.check` has made sure that all of several workers have a path.
    run = run if is_chief else directory.read(cast(Path, out))
    with workers.own_run(run) as own_run:
        _fit(run, own_run, model, split, initial_step=0)
    return run


def resume(
    run: Run,
    length: Mapping[str, int] = MappingProxyType({}),
    locations: Mapping[str, str] = MappingProxyType({}),
    from_start: bool = False,
) -> Run:
    """Continue a run from its newest checkpoint that is not damaged.

    Args:
        length: extends the run, {"steps": number} or, if it counts in epochs, {"epochs": number}.
            Without it a finished run stays as it is.
        locations: where data is that has moved, {option: path}.
        from_start: whether to begin at step 0 if all checkpoints are damaged.

    Raises:
        InvalidInput: if `length` is not greater than what is already trained, the data has changed
            or is not there, or no checkpoint is whole.
        TrainingFailed, Interrupted: as `start`.
        OSError: if a checkpoint cannot be opened.
    """
    if run.config.deterministic:
        determinism.enable(run.config.strategy)
    workers.check(run.config, run.path)
    tensorboard.check(run.config.tensorboard)
    with workers.own_run(run) as own_run:
        step, arrays = resuming.newest_checkpoint(run, from_start)
        options = resuming.extended(run, step, length)
        own_run = directory.update(own_run, **options, **resuming.moved(run.config, locations))
        run = dataclasses.replace(run, config=own_run.config)
        if step >= run.config.steps:
            return run
        keras.utils.set_random_seed(run.config.seed)
        split = resuming.load(run)
        model = build(run.config, split.training)
        files.check_writable(own_run.path, checkpoints.size_in_bytes(model))
        if arrays is not None:
            checkpoints.restore(arrays, checkpoints.named_variables(model))
        resuming.clear(own_run)
        _fit(run, own_run, model, split, step)
    return run


def build(config: Config, data: labelled.LabelledImages | unpaired.UnpairedImages) -> keras.Model:
    """Create and compile the model of a config."""
    error_messages.warn_of_limit()
    with (
        error_messages.too_large(config),
        workers.strategy(config.strategy).scope(),
        precision.policy(config.precision),
    ):
        model = registry.build_model(config, data.schema)
        for network in (model.discriminator, model.generator):
            replicas.prepare(network, config.sync_batch_norm)
        optimizers = {
            player: precision.optimizer(config.precision, optimizer)
            for player, optimizer in model.optimizers().items()
        }
        model.compile(**optimizers, jit_compile=_jit(config.jit, config.deterministic))
        model.build_players(tasks.of(config).batches(data, model).element_spec)
    return model


def _jit(jit: bool | None, deterministic: bool) -> bool:
    if jit is None:
        return bool(tf.config.list_physical_devices("GPU")) and not deterministic
    return jit


def _fit(run: Run, own_run: Run, model: keras.Model, split: _Split, initial_step: int) -> None:
    """Train; records go to `own_run`, see `workers.own_run`."""
    config, task = run.config, tasks.of(run.config)
    opening.report(run, model, split, initial_step)
    stop = interaction.StopOnSignal(config.strategy)
    monitors = task.monitors(own_run, split)
    measured = [name for each in monitors for name in each.names]
    metrics = callbacks.MetricsLog(own_run, initial_step, config.log_every, measured)
    detector = callbacks.FailureDetector(own_run, initial_step, config.log_every, metrics)
    draw = task.preview(own_run, split, model)
    sheet = snapshots.SampleSheet(own_run, initial_step, config.sample_every, draw)
    checkpoint = snapshots.Checkpoint(own_run, initial_step, config.checkpoint_every)
    events = [tensorboard.TensorBoardLog(own_run, initial_step, metrics, sheet)]
    with error_messages.explained(run):
        model.fit_batches(
            task.batches(split.training, model, initial_step),
            config.steps - initial_step,
            [
                stop,
                interaction.ProgressBar(own_run, initial_step, metrics),
                interaction.DurationEstimate(own_run, initial_step),
                *(callbacks.Evaluation(own_run, initial_step, each, metrics) for each in monitors),
                metrics,
                detector,
                snapshots.Plots(own_run, initial_step, config.sample_every),
                sheet,
                *(events if config.tensorboard else ()),
                checkpoint,
            ],
        )
    _check_end(run, int(np.asarray(model.step)), detector, stop)


def _check_end(
    run: Run, step: int, detector: callbacks.FailureDetector, stop: interaction.StopOnSignal
) -> None:
    """Raise TrainingFailed or Interrupted if training ended before its last step."""
    config = run.config
    stopped = f"stopped at step {step} of {config.steps}"
    if (failure := detector.failure) is not None:
        raise TrainingFailed(
            f"{stopped} because of --stop-on-failure: {failure.message}; "
            f"{failure.advice(config)}; continue anyway with: kerasgan resume {run.path}"
        )
    if stop.received is not None:
        raise Interrupted(f"{stopped}; continue with: kerasgan resume {run.path}", stop.received)
