"""What the errors that end a training mean, and what to do about them."""

import logging
import math
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import tensorflow as tf

from kerasgan.configs import Config
from kerasgan.configs.options import option_name
from kerasgan.runs.directory import Run
from kerasgan.training import workers
from kerasgan.utils.errors import InvalidInput, TrainingFailed, of_system
from kerasgan.utils.sizes import sides

log = logging.getLogger(__name__)


@contextmanager
def explained(run: Run) -> Iterator[None]:
    """Turn errors of TensorFlow and of the disk into `TrainingFailed` with advice for the user."""
    config = run.config
    again = f"continue with: kerasgan resume {run.path}"
    try:
        yield
    except OSError as error:
        raise TrainingFailed(f"{of_system(error)}; {again}") from error
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        raise TrainingFailed(
            f"out of memory at batch-size {config.batch_size}, image-size {config.image_size} and "
            f"width {config.width}; lower one of them, or try --precision bfloat16: {_line(error)}"
        ) from error
    except workers.LOST_WORKER_ERRORS as error:
        if config.strategy != workers.MULTI_WORKER:
            raise
        raise TrainingFailed(
            f"lost another worker ({type(error).__name__}); restart all of them with: "
            f"kerasgan resume {run.path}"
        ) from error
    except (tf.errors.UnknownError, tf.errors.InvalidArgumentError) as error:
        if (reason := _raised_by_python(error)) is None:
            raise
        raise TrainingFailed(f"cannot read the images: {reason}; {again}") from error


def check_batch(config: Config) -> None:
    """Raise InvalidInput if a batch of images alone is larger than the memory."""
    images = math.prod(sides(config.image_size)) * 3 + getattr(config, "latent_dim", 0)
    needed, total = config.batch_size * images * 4, psutil.virtual_memory().total
    if config.strategy != workers.MULTI_WORKER and needed > total:
        raise InvalidInput(
            f"batch-size is {config.batch_size}: a batch at image-size {config.image_size} needs "
            f"{needed / 2**30:,.0f} GiB, and this machine has {total / 2**30:,.0f}"
        )


def warn_of_limit() -> None:
    """Log that the memory of this process is limited, as TensorFlow may crash at the limit."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        log.warning(
            "the address space of this process is limited to %.1f GiB (ulimit -v); at the limit "
            "TensorFlow may end it without a message",
            limit / 2**30,
        )


@contextmanager
def too_large(config: Config) -> Iterator[None]:
    """Turn errors of networks that are too large into InvalidInput with the options to lower."""
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError, OverflowError) as error:
        sizes = {name: getattr(config, name, None) for name in ("width", "latent_dim")}
        given = " and ".join(f"{option_name(k)} {v}" for k, v in sizes.items() if v is not None)
        raise InvalidInput(
            f"the networks of {config.MODEL} at image-size {config.image_size}, {given} do not "
            f"fit into the memory; lower one of them: {_line(error)}"
        ) from error


def _line(error: Exception) -> str:
    return (str(getattr(error, "message", error)).splitlines() or [type(error).__name__])[0]


def _raised_by_python(error: tf.errors.OpError) -> str | None:
    """The error of a function that TensorFlow called to read images; None if it is another."""
    found = re.search(r"\b(\w+Error): (.*)\nTraceback", error.message)
    return found and f"{found[1]}: {found[2]}"
