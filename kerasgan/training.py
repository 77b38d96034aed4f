"""Train a run from its beginning or from its newest checkpoint: wiring only."""

import logging
from pathlib import Path

import keras
import tensorflow as tf

from kerasgan import callbacks, checkpoints, files, interaction, runs, sheets
from kerasgan.configs import Config
from kerasgan.configs.base import NoiseConfig
from kerasgan.datasets import domains, faces, loading
from kerasgan.errors import Failed, Refused, Stopped
from kerasgan.evaluation import monitor
from kerasgan.models import MODELS
from kerasgan.runs import Run

log = logging.getLogger(__name__)


def start(config: Config, preset: str, command: str, out: Path | None = None) -> Run:
    """Make a run directory and train.

    Args:
        preset, command: for the record.
        out: the run directory; the next numbered one without it.

    Raises:
        Refused: before anything is written, if the data, the disk or `out` will not do.
        Failed: if a loss is no longer finite, or, after a checkpoint, at a fatal sign of failure
            with `stop_on_failure`.
        Stopped: if a signal ended it, after a checkpoint.
    """
    parent = out or runs.home()
    if out is not None:
        files.check_vacant(out)
    _seed(config)
    split = loading.load(config)
    if _evaluates(config):
        monitor.check(config, split)
    model = build(config, split.training)
    files.check_writable(parent, (config.keep + 1) * checkpoints.size_in_bytes(model))
    run = runs.create(config, split.training.vocabulary, split.training.key, preset, command, out)
    with runs.lock(run):
        _fit(run, model, split, done=0)
    return run


def resume(run: Run, steps: int | None = None) -> Run:
    """Continue the run from its newest whole checkpoint, to `steps` if that is given.

    A finished run that is not extended stays as it is.

    Raises:
        Refused: if `steps` were already made, or the data is no longer what the run began with.
        Failed, Stopped: as `start`.
    """
    with runs.lock(run):
        found = checkpoints.newest(run)
        done, arrays = found or (0, None)
        if steps is not None:
            if steps <= done:
                raise Refused(f"steps is {steps}, and {run.path} has made {done}; allowed: more")
            run = runs.extend(run, steps)
        if done >= run.config.steps:
            return run
        _seed(run.config)
        split = loading.load(run.config)
        if split.training.key != run.data_key:
            raise Refused(
                f"{run.config.data} no longer has the pictures and labels that {run.path} began "
                "with; resuming needs the same"
            )
        model = build(run.config, split.training)
        if arrays is not None:
            checkpoints.restore(arrays, checkpoints.named_variables(model))
        for folder in (run.path, run.checkpoints, run.samples):
            files.remove_stale(folder)
        _fit(run, model, split, done)
    return run


def build(config: Config, data: faces.Faces | domains.Domains) -> keras.Model:
    """Return the compiled model of this config."""
    model = MODELS[config.MODEL](config, data.vocabulary)
    batch = loading.batches(model.draw, config, data).element_spec
    model.compile(**model.optimizers(), batch=batch)
    return model


def _seed(config: Config) -> None:
    if config.deterministic:
        tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(config.seed)


def _fit(run: Run, model: keras.Model, split: faces.Split | domains.DomainSplit, done: int) -> None:
    config = run.config
    devices = [device.name for device in tf.config.list_logical_devices("GPU")] or ["the processor"]
    log.info("training %s on %s, from step %d to %d", run.path, devices[0], done, config.steps)
    stop = interaction.StopOnSignal()
    evaluation, metrics = _measuring(run, split, done)
    watch = callbacks.Health(run, done, config.log_every, metrics)
    model.fit(
        loading.batches(model.draw, config, split.training, done),
        steps_per_epoch=config.steps - done,
        shuffle=False,
        verbose=0,
        callbacks=[
            stop,
            interaction.ProgressBar(run, done),
            *evaluation,
            metrics,
            watch,
            callbacks.Plots(run, done, config.sample_every),
            callbacks.SampleSheet(run, done, config.sample_every, sheets.of_run(run, split, model)),
            callbacks.Checkpoint(run, done, config.checkpoint_every),
        ],
    )
    if watch.failure is not None:
        raise Failed(
            f"stopped at step {int(model.step)} of {config.steps}, as --stop-on-failure asks: "
            f"{watch.failure.message}; {watch.failure.advice(config)}; go on nevertheless with: "
            f"kerasgan resume {run.path}"
        )
    if stop.received is not None:
        raise Stopped(
            f"stopped at step {int(model.step)} of {config.steps}; "
            f"go on with: kerasgan resume {run.path}",
            stop.received,
        )


def _measuring(
    run: Run, split: faces.Split | domains.DomainSplit, done: int
) -> tuple[list[callbacks.Evaluation], callbacks.MetricsLog]:
    """Return what evaluates, if anything, and what logs."""
    config = run.config
    if not _evaluates(config):
        return [], callbacks.MetricsLog(run, done, config.log_every)
    measuring = monitor.Monitor(run, split)
    metrics = callbacks.MetricsLog(run, done, config.log_every, measuring.names)
    return [callbacks.Evaluation(run, done, config.evaluate_every, measuring, metrics)], metrics


def _evaluates(config: Config) -> bool:
    return isinstance(config, NoiseConfig) and config.evaluate_every > 0
