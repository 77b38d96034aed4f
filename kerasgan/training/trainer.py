"""Train a run from its beginning or from its newest checkpoint: wiring only."""

import dataclasses
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from kerasgan.configs import Config
from kerasgan.configs.base import BatchNormConfig, NoiseConfig
from kerasgan.datasets import labelled, pipeline, unpaired
from kerasgan.evaluation import monitor
from kerasgan.inference import previews
from kerasgan.models import MODELS, replicas
from kerasgan.runs import checkpoints, directory
from kerasgan.runs.directory import Run
from kerasgan.training import (
    batch_norm_recalibration,
    callbacks,
    interaction,
    precision,
    snapshots,
    tensorboard,
    workers,
)
from kerasgan.utils import files
from kerasgan.utils.errors import Interrupted, InvalidInput, TrainingFailed

log = logging.getLogger(__name__)


def start(config: Config, preset: str, command: str, out: Path | None = None) -> Run:
    """Make a run directory and train.

    Args:
        preset, command: for the record.
        out: the run directory; the next numbered one without it.

    Raises:
        InvalidInput: before anything is written, if the data, the disk or `out` will not do.
        TrainingFailed: if a loss is no longer finite, or, after a checkpoint, at a fatal sign of
            failure with `stop_on_failure`.
        Interrupted: if a signal ended it, after a checkpoint.
    """
    workers.check(config, out)
    parent = out or directory.home()
    chief = workers.is_chief(config)
    if chief and out is not None:
        files.check_vacant(out)
    config = dataclasses.replace(config, precision=precision.resolved(config.precision))
    interaction.warn_of_duration(config)
    _seed(config)
    split = pipeline.load(config)
    if _evaluates(config):
        monitor.check(config, split)
    model = build(config, split.training)
    if chief:
        files.check_writable(parent, (config.keep + 1) * checkpoints.size_in_bytes(model))
        data = split.training
        run = directory.create(config, data.vocabulary, data.key, preset, command, out)
    workers.broadcast_from_chief(config, 0)
    run = run if chief else directory.read(out)
    with workers.written(run) as written:
        _fit(run, written, model, split, done=0)
    return run


def resume(run: Run, steps: int | None = None) -> Run:
    """Continue the run from its newest whole checkpoint, to `steps` if that is given.

    A finished run that is not extended stays as it is.

    Raises:
        InvalidInput: if `steps` were already made, or the data is no longer what the run began
            with.
        TrainingFailed, Interrupted: as `start`.
    """
    workers.check(run.config, run.path)
    with workers.written(run) as written:
        newest, arrays = checkpoints.newest(run) or (0, None)
        done = workers.broadcast_from_chief(run.config, newest)
        if done != newest:
            _, arrays = checkpoints.load(run, str(done))
        if steps is not None:
            if steps <= done:
                raise InvalidInput(
                    f"steps is {steps}, and {run.path} has made {done}; allowed: more"
                )
            written = directory.extend(written, steps)
            run = dataclasses.replace(run, config=written.config)
        if done >= run.config.steps:
            return run
        _seed(run.config)
        split = pipeline.load(run.config)
        if split.training.key != run.data_key:
            raise InvalidInput(
                f"{run.config.data} no longer has the images and labels that {run.path} began "
                "with; resuming needs the same"
            )
        model = build(run.config, split.training)
        if arrays is not None:
            checkpoints.restore(arrays, checkpoints.named_variables(model))
        for folder in (written.path, written.checkpoints, written.samples):
            files.remove_stale(folder)
        _fit(run, written, model, split, done)
    return run


def build(config: Config, data: labelled.LabelledImages | unpaired.UnpairedImages) -> keras.Model:
    """The compiled model of this config."""
    synchronize = isinstance(config, BatchNormConfig) and config.sync_batch_norm
    with (
        workers.strategy(config.strategy).scope(),
        precision.policy(config.precision),
    ):
        model = MODELS[config.MODEL](config, data.vocabulary)
        for network in (model.discriminator, model.generator):
            replicas.prepare(network, synchronize)
            log.debug("%s has %s parameters", network.name, f"{network.count_params():,}")
        optimizers = {
            player: precision.optimizer(config.precision, optimizer)
            for player, optimizer in model.optimizers().items()
        }
        batch = pipeline.batches(model.sample_batch, config, data).element_spec
        model.compile(**optimizers, batch=batch, jit=_compiles(config))
    return model


def _compiles(config: Config) -> bool:
    if config.jit is None:
        return bool(tf.config.list_physical_devices("GPU")) and not config.deterministic
    return config.jit


def _seed(config: Config) -> None:
    if config.deterministic:
        tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(config.seed)


def _fit(
    run: Run,
    written: Run,
    model: keras.Model,
    split: labelled.Split | unpaired.UnpairedSplit,
    done: int,
) -> None:
    """Train; `written` is where the records go, see `distribution.written`."""
    config = run.config
    log.info(
        "training %s on %s, from step %d to %d",
        run.path, workers.description(config), done, config.steps,
    )  # fmt: skip
    stop = interaction.StopOnSignal()
    evaluation, metrics = _measuring(written, split, done)
    watch = callbacks.Health(written, done, config.log_every, metrics)
    draw = previews.of_run(written, split, model)
    sheet = snapshots.SampleSheet(written, done, config.sample_every, draw)
    checkpoint = snapshots.Checkpoint(written, done, config.checkpoint_every, _minutes(config))
    with _explained(run):
        model.fit(
            pipeline.batches(model.sample_batch, config, split.training, done),
            steps_per_epoch=config.steps - done,
            shuffle=False,
            verbose=0,
            callbacks=[
                stop,
                interaction.ProgressBar(written, done),
                interaction.DurationEstimate(written, done),
                *_settling(written, done, [*evaluation, sheet, checkpoint]),
                *evaluation,
                metrics,
                watch,
                snapshots.Plots(written, done, config.sample_every),
                sheet,
                *tensorboard.of_run(written, done, metrics, sheet),
                checkpoint,
            ],
        )
    made = f"stopped at step {np.asarray(model.step)} of {config.steps}"
    if watch.failure is not None:
        raise TrainingFailed(
            f"{made}, as --stop-on-failure asks: "
            f"{watch.failure.message}; {watch.failure.advice(config)}; go on nevertheless with: "
            f"kerasgan resume {run.path}"
        )
    if stop.received is not None:
        raise Interrupted(f"{made}; go on with: kerasgan resume {run.path}", stop.received)


def _minutes(config: Config) -> float:
    # Clocks of several machines differ, and all of them have to act at the same steps.
    return 0.0 if config.strategy == "multi-worker" else config.checkpoint_minutes


def _settling(
    run: Run, done: int, others: list[callbacks.EveryNSteps]
) -> list[batch_norm_recalibration.BatchNormRecalibration]:
    """What settles an averaged generator before `others` act, if there is one that draws."""
    config = run.config
    if not isinstance(config, NoiseConfig) or not config.averages:
        return []
    return [batch_norm_recalibration.BatchNormRecalibration(run, done, others)]


@contextmanager
def _explained(run: Run) -> Iterator[None]:
    """Say of TensorFlow's errors what a user can do."""
    config = run.config
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise TrainingFailed(
            f"out of memory at batch-size {config.batch_size}, image-size {config.image_size} and "
            f"width {config.width}; lower one of them, or try --precision bfloat16: "
            f"{error.message.splitlines()[0]}"
        ) from error
    except workers.LOST as error:
        if config.strategy != "multi-worker":
            raise
        raise TrainingFailed(
            f"lost another worker ({type(error).__name__}); start all of them again with: "
            f"kerasgan resume {run.path}"
        ) from error


def _measuring(
    run: Run, split: labelled.Split | unpaired.UnpairedSplit, done: int
) -> tuple[list[callbacks.Evaluation], callbacks.MetricsLog]:
    """What evaluates, if anything, and what logs."""
    config = run.config
    if not _evaluates(config):
        return [], callbacks.MetricsLog(run, done, config.log_every)
    measuring = monitor.Monitor(run, split)
    metrics = callbacks.MetricsLog(run, done, config.log_every, measuring.names)
    return [callbacks.Evaluation(run, done, config.evaluate_every, measuring, metrics)], metrics


def _evaluates(config: Config) -> bool:
    return isinstance(config, NoiseConfig) and config.evaluate_every > 0
