"""Number formats that networks compute in; weights, losses, penalties and heads stay float32."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

import keras
import tensorflow as tf

log = logging.getLogger(__name__)

_SIDE = 1024
_PRODUCTS = 5
# What bfloat16 must gain to be worth its rounding.
_FASTER = 1.2
# Ampere's, the first of Nvidia's GPUs with units for bfloat16.
_AMPERE = (8, 0)


def resolved(precision: str) -> str:
    """The precision itself or, for "auto", bfloat16 where this machine multiplies it faster.

    A GPU is known to or not; what a CPU does is measured.
    """
    if precision != "auto":
        return precision
    gpus = tf.config.list_physical_devices("GPU")
    return _of_gpu(gpus[0]) if gpus else _of_processor()


def _of_gpu(gpu: tf.config.PhysicalDevice) -> str:
    details = tf.config.experimental.get_device_details(gpu)
    name, capability = details.get("device_name"), details.get("compute_capability", (0, 0))
    chosen = "bfloat16" if capability >= _AMPERE else "float32"
    log.info("precision %s: %s has compute capability %d.%d", chosen, name, *capability)
    return chosen


def _of_processor() -> str:
    seconds = {name: _seconds(name) for name in ("float32", "bfloat16")}
    gain = seconds["float32"] / seconds["bfloat16"]
    chosen = "bfloat16" if gain > _FASTER else "float32"
    log.info("precision %s: bfloat16 multiplies %.1f times as fast as float32", chosen, gain)
    return chosen


def _seconds(dtype: str) -> float:
    """The time of a matrix product, the best of a few."""
    matrix = tf.ones([_SIDE, _SIDE], dtype)
    times = []
    for _ in range(_PRODUCTS):
        start = time.perf_counter()
        tf.linalg.matmul(matrix, matrix).numpy()
        times.append(time.perf_counter() - start)
    return min(times)


@contextmanager
def policy(precision: str) -> Iterator[None]:
    """Let networks that are built inside compute in "float32", "bfloat16" or "float16"."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32" if precision == "float32" else f"mixed_{precision}")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def optimizer(precision: str, inner: keras.Optimizer) -> keras.Optimizer:
    """The optimizer, for float16 with a loss scale that adapts: it has few exponents.

    Reference: Micikevicius et al. 2017, "Mixed Precision Training" (arXiv:1710.03740).
    """
    if precision != "float16":
        return inner
    return keras.optimizers.LossScaleOptimizer(inner, name="loss_scale")
