"""Steps with the same bytes on every run."""

import logging
import os

import tensorflow as tf

log = logging.getLogger(__name__)

_VARIABLE = "TF_NUM_INTEROP_THREADS"


def enable(strategy: str) -> None:
    """Let TensorFlow choose deterministic operations, and start them one after the other.

    A gradient that is a sum of several terms begins with a term whose memory is free already
    (TensorFlow's AddN). With several threads that is a matter of time, and so is the rounding.

    Args:
        strategy: of the config. Replicas keep their threads, as they wait for one another.
    """
    tf.config.experimental.enable_op_determinism()
    if strategy != "none" or os.environ.get(_VARIABLE) == "1":
        return
    try:
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        log.warning(
            "TensorFlow already runs with several threads, which may round differently on another "
            "run; set %s=1 before Python starts",
            _VARIABLE,
        )
