"""Distribution strategies: one device, all devices of a machine, or several machines.

Datasets yield global batches, which TensorFlow splits over the replicas. Losses are means over a
replica's part of the batch, so gradients are divided by the number of replicas and summed.
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
from kerasgan.runs import locks
from kerasgan.runs.directory import Run
from kerasgan.training import waiting
from kerasgan.utils.errors import InvalidInput

MULTI_WORKER = "multi-worker"
_TASK_TYPES = ("chief", "worker")
# Raised by TensorFlow when another worker is lost.
LOST_WORKER_ERRORS = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.InternalError,
    tf.errors.DeadlineExceededError,
    tf.errors.CancelledError,
)


@functools.cache
def strategy(name: str) -> tf.distribute.Strategy:
    """The strategy "none", "mirrored" or "multi-worker", created once per process.

    A multi-worker strategy waits for all workers and must be created before any other operation of
    TensorFlow.

    Raises:
        InvalidInput: if TF_CONFIG does not describe the cluster and this worker's task.
    """
    if name == MULTI_WORKER:
        others = _check_cluster()
        with waiting.for_workers(others):
            return tf.distribute.MultiWorkerMirroredStrategy()
    gpus = tf.config.list_logical_devices("GPU")
    if name == "mirrored":
        devices = gpus or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    # Unlike the default strategy, OneDeviceStrategy prefetches batches to the device.
    return tf.distribute.OneDeviceStrategy(gpus[0].name) if gpus else tf.distribute.get_strategy()


def _check_cluster() -> list[str]:
    """The addresses of the other workers.

    Raises:
        InvalidInput: if TF_CONFIG does not describe the cluster and this worker's task.
    """
    text = os.environ.get("TF_CONFIG", "")
    requirement = (
        'strategy multi-worker needs TF_CONFIG, such as {"cluster": {"worker": ["host0:2222", '
        '"host1:2222"]}, "task": {"type": "worker", "index": 0}}'
    )
    try:
        config = json.loads(text)
        cluster, task = config["cluster"], config["task"]
        kind, index = task["type"], int(task["index"])
        count = len(cluster.get(kind, ()))
        hosts = {(job, i): str(host) for job in cluster for i, host in enumerate(cluster[job])}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{requirement}; got {text!r}") from error
    if kind not in _TASK_TYPES or not 0 <= index < count:
        raise InvalidInput(f"{requirement}; got task {kind} {index} and cluster {cluster}")
    return [host for task, host in hosts.items() if task != (kind, index)]


def check(config: Config, out: Path | None) -> None:
    """Raise `InvalidInput` for a batch size or `out` that does not suit the strategy.

    The batch must split evenly over the replicas, and several machines need a run directory that
    all of them share.
    """
    divisor = strategy(config.strategy).num_replicas_in_sync * config.GROUP
    if config.batch_size % divisor:
        groups = f" times {config.GROUP}" if config.GROUP > 1 else ""
        raise InvalidInput(
            f"batch-size must be a multiple of {divisor}, the number of replicas{groups}; got "
            f"{config.batch_size}"
        )
    if config.strategy == MULTI_WORKER and out is None:
        raise InvalidInput("strategy multi-worker needs --out, a folder that all machines share")


def description(strategy_name: str) -> str:
    """The devices of a strategy, in words."""
    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    if strategy_name == "none":
        return f"the {kind}"
    count = strategy(strategy_name).num_replicas_in_sync
    return f"{count} replicas ({strategy_name}, {kind})"


def is_chief(strategy_name: str) -> bool:
    """Whether this process writes the run directory."""
    if strategy_name != MULTI_WORKER:
        return True
    resolver = strategy(strategy_name).cluster_resolver
    has_chief = "chief" in resolver.cluster_spec().jobs
    return resolver.task_type == "chief" or (not has_chief and resolver.task_id == 0)


def broadcast_from_chief(strategy_name: str, number: int) -> int:
    """The chief's number, on every worker; waits until all workers have called it."""
    if strategy_name != MULTI_WORKER:
        return number
    multi_worker = strategy(strategy_name)

    def number_or_zero() -> tf.Tensor:
        is_first = tf.equal(tf.distribute.get_replica_context().replica_id_in_sync_group, 0)
        return tf.where(is_first, tf.constant(number, tf.int64), tf.constant(0, tf.int64))

    with waiting.for_workers(_check_cluster()):
        return int(multi_worker.reduce("SUM", multi_worker.run(number_or_zero), axis=None))


def any_of(strategy_name: str, is_true: bool) -> bool:
    """Whether it is true of any worker, on every worker; waits until all have called it."""
    if strategy_name != MULTI_WORKER:
        return is_true
    return bool(_number_of_replicas(strategy_name)(tf.constant(is_true)))


@functools.cache
def _number_of_replicas(strategy_name: str) -> tf.types.experimental.PolymorphicFunction:
    """A function of a boolean: of how many replicas it is true."""
    multi_worker = strategy(strategy_name)

    # Four times faster than without a graph: it is called in every step.
    @tf.function
    def count(is_true: tf.Tensor) -> tf.Tensor:
        numbers = multi_worker.run(lambda: tf.cast(is_true, tf.int64))
        return multi_worker.reduce("SUM", numbers, axis=None)

    return count


@contextmanager
def own_run(run: Run) -> Iterator[Run]:
    """Yield the run directory that this worker writes to.

    It is the run itself, locked, for the chief, and a temporary copy of its records for others. All
    workers therefore keep the same records and make the same decisions.

    Raises:
        InvalidInput: if another process trains the run.
    """
    if is_chief(run.config.strategy):
        with locks.lock(run.path):
            yield run
        return
    with tempfile.TemporaryDirectory() as folder:
        records = (run.config_file, run.metrics_file, run.health_file)
        for file in filter(Path.is_file, records):
            shutil.copy(file, folder)
        yield dataclasses.replace(run, path=Path(folder))
