"""Number formats of the networks; weights, losses, penalties and heads stay float32."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import tensorflow as tf

log = logging.getLogger(__name__)

_CPU_INFO = Path("/proc/cpuinfo")
_CPU_FLAGS = re.compile(r"\b(avx512_bf16|amx_bf16)\b")
# Ampere is the first generation of Nvidia GPUs with units for bfloat16.
_AMPERE = (8, 0)


def resolved(precision: str) -> str:
    """The precision itself or, for "auto", bfloat16 if the GPU or CPU has units for it.

    The choice is stored in the run, so it depends on the hardware alone: the compute capability of
    the first GPU, else the CPU's flags, which only Linux lists; elsewhere it is float32.
    """
    if precision != "auto":
        return precision
    chosen, reason = automatic()
    log.info("precision %s: %s", chosen, reason)
    return chosen


def automatic() -> tuple[str, str]:
    """The precision that "auto" selects on this machine, and the reason."""
    gpus = tf.config.list_physical_devices("GPU")
    return _of_gpu(gpus[0]) if gpus else _of_cpu()


def _of_gpu(gpu: tf.config.PhysicalDevice) -> tuple[str, str]:
    details = tf.config.experimental.get_device_details(gpu)
    name, capability = details.get("device_name"), details.get("compute_capability", (0, 0))
    chosen = "bfloat16" if capability >= _AMPERE else "float32"
    return chosen, f"{name} has compute capability {capability[0]}.{capability[1]}"


def _of_cpu() -> tuple[str, str]:
    found = _CPU_FLAGS.search(_CPU_INFO.read_text()) if _CPU_INFO.exists() else None
    if found:
        return "bfloat16", f"the CPU has {found[0]}"
    return "float32", "the CPU lists neither avx512_bf16 nor amx_bf16"


@contextmanager
def policy(precision: str) -> Iterator[None]:
    """Build networks that compute in "float32", "bfloat16" or "float16" within the block."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32" if precision == "float32" else f"mixed_{precision}")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def optimizer(precision: str, inner: keras.Optimizer) -> keras.Optimizer:
    """The optimizer; for float16 with an adaptive loss scale, because its range is small.

    Reference: Micikevicius et al. 2017, "Mixed Precision Training" (arXiv:1710.03740).
    """
    if precision != "float16":
        return inner
    return keras.optimizers.LossScaleOptimizer(inner, name="loss_scale")
