"""Kinds of models: how each loads data, samples, previews, exports and translates."""

from typing import cast

from kerasgan import registry
from kerasgan.configs import Config
from kerasgan.tasks.base import EvaluationRequest, ImageToImageTask, Task

__all__ = ["EvaluationRequest", "ImageToImageTask", "Task", "of", "of_images"]


def of(config: Config) -> Task:
    """The task of a configuration's model."""
    return registry.resolve(config.TASK)(config)


def of_images(config: Config) -> ImageToImageTask:
    """The task of a model that translates or edits."""
    return cast(ImageToImageTask, of(config))
