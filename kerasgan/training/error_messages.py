"""What the errors that end a training mean, and what to do about them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from kerasgan.runs.directory import Run
from kerasgan.training import workers
from kerasgan.utils.errors import TrainingFailed, of_system


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


def _line(error: Exception) -> str:
    return (str(getattr(error, "message", error)).splitlines() or [type(error).__name__])[0]


def _raised_by_python(error: tf.errors.OpError) -> str | None:
    """The error of a function that TensorFlow called to read images; None if it is another."""
    found = re.search(r"\b(\w+Error): (.*)\nTraceback", error.message)
    return found and f"{found[1]}: {found[2]}"
