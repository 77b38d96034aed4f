"""Kinds of models: how each loads data, samples, previews, exports and translates."""

from kerasgan import registry
from kerasgan.configs import Config
from kerasgan.tasks.base import EvaluationRequest, Task

__all__ = ["EvaluationRequest", "Task", "of"]


def of(config: Config) -> Task:
    """The task of a configuration's model."""
    return registry.resolve(config.TASK)(config)
