"""Where training runs: one device, all of a machine's, or those of several machines.

Data sets yield global batches, which TensorFlow shares out; losses are means over a replica's part,
so that their gradients are divided by the number of replicas and summed.
"""

import dataclasses
import functools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tensorflow as tf

from kerasgan.configs import Config
from kerasgan.runs import directory, locks
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput

_MULTI_WORKER = "multi-worker"
_TASKS = ("chief", "worker")
# What TensorFlow raises where another worker is gone.
LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.InternalError,
    tf.errors.DeadlineExceededError,
    tf.errors.CancelledError,
)


@functools.cache
def strategy(kind: str) -> tf.distribute.Strategy:
    """The strategy "none", "mirrored" or "multi-worker", one of each in a process.

    The last waits until all workers are there. It comes before anything else of TensorFlow.

    Raises:
        InvalidInput: if TF_CONFIG does not say which worker this is of which.
    """
    if kind == _MULTI_WORKER:
        _check_cluster()
        return tf.distribute.MultiWorkerMirroredStrategy()
    gpus = tf.config.list_logical_devices("GPU")
    if kind == "mirrored":
        devices = gpus or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    # Unlike the default, this one fetches batches to the device ahead of time.
    return tf.distribute.OneDeviceStrategy(gpus[0].name) if gpus else tf.distribute.get_strategy()


def _check_cluster() -> None:
    text = os.environ.get("TF_CONFIG", "")
    needed = (
        'strategy multi-worker needs TF_CONFIG, such as {"cluster": {"worker": ["host0:2222", '
        '"host1:2222"]}, "task": {"type": "worker", "index": 0}}'
    )
    try:
        config = json.loads(text)
        cluster, task = config["cluster"], config["task"]
        kind, index = task["type"], int(task["index"])
        tasks = len(cluster.get(kind, ()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{needed}; it is {text!r}") from error
    if kind not in _TASKS or not 0 <= index < tasks:
        raise InvalidInput(f"{needed}; its task is {kind} {index}, its cluster {cluster}")


def check(config: Config, out: Path | None) -> None:
    """Refuse a batch that replicas cannot share evenly, and several machines without `out`."""
    replicas = strategy(config.strategy).num_replicas_in_sync
    if config.batch_size % (replicas * config.GROUP):
        groups = f" times {config.GROUP}" if config.GROUP > 1 else ""
        raise InvalidInput(
            f"batch-size is {config.batch_size}, of all replicas together; it must be a multiple "
            f"of their number, {replicas}{groups}"
        )
    if config.strategy == _MULTI_WORKER and out is None:
        raise InvalidInput("strategy multi-worker needs --out, a folder that all machines share")


def description(config: Config) -> str:
    """What a config trains on, in words."""
    kind = "GPU" if tf.config.list_logical_devices("GPU") else "processor"
    if config.strategy == "none":
        return f"the {kind}"
    count = strategy(config.strategy).num_replicas_in_sync
    return f"{count} replicas ({config.strategy}, {kind})"


def is_chief(config: Config) -> bool:
    """Whether this process is the one that writes the run."""
    if config.strategy != _MULTI_WORKER:
        return True
    resolver = strategy(config.strategy).cluster_resolver
    has_chief = "chief" in resolver.cluster_spec().jobs
    return resolver.task_type == "chief" or (not has_chief and resolver.task_id == 0)


def broadcast_from_chief(config: Config, number: int) -> int:
    """The chief's number on every worker, once all have asked for it."""
    if config.strategy != _MULTI_WORKER:
        return number
    everywhere = strategy(config.strategy)

    def given() -> tf.Tensor:
        is_first = tf.equal(tf.distribute.get_replica_context().replica_id_in_sync_group, 0)
        return tf.where(is_first, tf.constant(number, tf.int64), tf.constant(0, tf.int64))

    return int(everywhere.reduce("SUM", everywhere.run(given), axis=None))


@contextmanager
def written(run: Run) -> Iterator[Run]:
    """Yield the run to train in: the run itself for the chief, else a copy that is thrown away.

    So every worker keeps the same records and decides the same.

    Raises:
        InvalidInput: if another process trains the run.
    """
    if is_chief(run.config):
        with locks.lock(run.path):
            yield run
        return
    with tempfile.TemporaryDirectory() as folder:
        records = (run.path / directory.CONFIG_FILE, run.metrics_file, run.health_file)
        for file in filter(Path.is_file, records):
            shutil.copy(file, folder)
        yield dataclasses.replace(run, path=Path(folder))
