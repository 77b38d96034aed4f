"""Learning rates that change with the updates, and hold their last value."""

import math

import keras
from keras import ops

from kerasgan.configs.groups import ScheduleOptions


class _Schedule(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that goes from `initial`, at the first step, to `final`, at the last.

    Args:
        initial, final: learning rates.
        steps: training steps on the way; `final` is held after them.
        updates: the optimizer's updates in each step, which share a rate.
    """

    def __init__(self, initial: float, final: float, steps: int, updates: int = 1):
        self.initial = initial
        self.final = final
        self.steps = steps
        self.updates = updates

    def _progress(self, update, first: int):
        """0 up to the step `first`, 1 at the last, and the share of the way between."""
        step = ops.cast(update // self.updates, "float32")
        return ops.clip((step - first) / max(self.steps - 1 - first, 1), 0.0, 1.0)

    def get_config(self):
        return vars(self)


@keras.saving.register_keras_serializable("kerasgan")
class Linear(_Schedule):
    """Hold the initial rate for the first half of the steps, then go straight to the final one.

    Reference: Zhu et al. 2017 (arXiv:1703.10593), section 4 and appendix 7.1, whose code changes
    the rate once per epoch; here it changes with every step.
    """

    def __call__(self, update):
        progress = self._progress(update, self.steps // 2)
        return (1.0 - progress) * self.initial + progress * self.final


@keras.saving.register_keras_serializable("kerasgan")
class Exponential(_Schedule):
    """Multiply the rate by one factor after every step, which makes the last step's the final one.

    `final` is above 0.
    """

    def __call__(self, update):
        return self.initial * (self.final / self.initial) ** self._progress(update, 0)


@keras.saving.register_keras_serializable("kerasgan")
class Cosine(_Schedule):
    """Fall along half a period of the cosine, slowly at both ends.

    Reference: Loshchilov and Hutter 2017, "SGDR" (arXiv:1608.03983), eq. 5.
    """

    def __call__(self, update):
        remaining = 0.5 * (1.0 + ops.cos(math.pi * self._progress(update, 0)))
        return self.final + (self.initial - self.final) * remaining


def of_config(
    config: ScheduleOptions, updates: int = 1
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """The config's learning rate for an optimizer that makes `updates` in each step."""
    if config.schedule == "constant":
        return config.learning_rate
    kind = {"linear": Linear, "exponential": Exponential, "cosine": Cosine}[config.schedule]
    return kind(config.learning_rate, config.final_learning_rate, config.schedule_steps, updates)
