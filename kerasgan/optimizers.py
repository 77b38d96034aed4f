"""Optimizers of both players, and schedules of their learning rates."""

import math

import keras
import tensorflow as tf
from keras import ops

from kerasgan.configs.groups import ScheduleOptions


@keras.saving.register_keras_serializable("kerasgan")
class FusedAdam(keras.optimizers.Adam):
    """`keras.optimizers.Adam` whose update of a weight is a single TensorFlow operation."""

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=self.beta_1**step,
            beta2_power=self.beta_2**step,
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, variable.dtype),
        )


def adam(
    learning_rate, beta_1: float, beta_2: float = 0.999, epsilon: float = 1e-7
) -> dict[str, keras.Optimizer]:
    """An Adam for each player, as keyword arguments of `AdversarialModel.compile`.

    Args:
        learning_rate: a number or a schedule, or a tuple of two, the discriminator's first.
        beta_1, beta_2, epsilon: of both; the last two default to Keras's values.
    """
    return {
        player: FusedAdam(rate, beta_1, beta_2, epsilon=epsilon, name="adam")
        for player, rate in _by_player(learning_rate).items()
    }


def _by_player(learning_rate) -> dict:
    rates = learning_rate if isinstance(learning_rate, tuple) else (learning_rate, learning_rate)
    return dict(zip(("discriminator_optimizer", "generator_optimizer"), rates, strict=True))


@keras.saving.register_keras_serializable("kerasgan")
class TorchRMSprop(keras.optimizers.RMSprop):
    """RMSprop as PyTorch has it: epsilon is added to the root of the mean square.

    Keras adds it to the mean square, so that 1e-8 there is 1e-4 beside the root: above most
    gradients of a critic's generator, whose first updates are then a hundredth of PyTorch's.
    Momentum and centring are left out.
    """

    def update_step(self, gradient, variable, learning_rate):
        mean_square = self._velocities[self._get_variable_index(variable)]
        gradient = ops.cast(gradient, variable.dtype)
        rate, rho = (ops.cast(number, variable.dtype) for number in (learning_rate, self.rho))
        self.assign(mean_square, rho * mean_square + (1.0 - rho) * ops.square(gradient))
        root = ops.sqrt(mean_square) + self.epsilon
        self.assign_sub(variable, rate * gradient / root)


def rmsprop(learning_rate) -> dict[str, keras.Optimizer]:
    """An RMSprop for each player, with PyTorch's defaults; learning rates as `adam` takes them."""
    return {
        player: TorchRMSprop(rate, rho=0.99, epsilon=1e-8, name="rmsprop")
        for player, rate in _by_player(learning_rate).items()
    }


class _Schedule(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that changes from `initial`, at the first step, to `final`, at the last.

    Args:
        initial, final: learning rates.
        steps: training steps from one to the other; `final` is held after them.
        updates: the optimizer's updates per training step, which share a rate.
        interval: training steps that share a rate, such as those of an epoch.
    """

    def __init__(
        self, initial: float, final: float, steps: int, updates: int = 1, interval: int = 1
    ):
        self.initial = initial
        self.final = final
        self.steps = steps
        self.updates = updates
        self.interval = interval

    @property
    def _rates(self) -> int:
        """Number of intervals, which differ in their rates."""
        return math.ceil(self.steps / self.interval)

    def _progress(self, update, first: int):
        """Progress from 0, up to the interval `first`, to 1, in the last one."""
        interval = ops.cast(update // (self.updates * self.interval), "float32")
        return ops.clip((interval - first) / max(self._rates - 1 - first, 1), 0.0, 1.0)

    def get_config(self):
        return vars(self)


@keras.saving.register_keras_serializable("kerasgan")
class Linear(_Schedule):
    """Hold the initial rate for the first half of the steps, then go to the final one linearly.

    Reference: Zhu et al. 2017 (arXiv:1703.10593), section 4 and appendix 7.1, whose code changes
    the rate once per epoch.
    """

    def __call__(self, update):
        progress = self._progress(update, self._rates // 2)
        return (1.0 - progress) * self.initial + progress * self.final


@keras.saving.register_keras_serializable("kerasgan")
class Exponential(_Schedule):
    """Multiply the rate by a constant factor after every interval. `final` must be above 0."""

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


_SCHEDULES = {"linear": Linear, "exponential": Exponential, "cosine": Cosine}


def build_learning_rate(
    schedule: str, initial: float, final: float, steps: int, updates: int, interval: int
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """The learning rate of an optimizer: `initial` if constant, else a schedule.

    Args:
        schedule: "constant", "linear", "exponential" or "cosine".
        initial, final, steps, updates, interval: as the schedules take them.
    """
    if schedule == "constant":
        return initial
    return _SCHEDULES[schedule](initial, final, steps, updates, interval)


def scheduled_learning_rates(config: ScheduleOptions, updates: tuple[int, int] = (1, 1)) -> tuple:
    """Learning rates of both players, as `adam` takes them, by a model's options.

    Args:
        updates: of each player per training step.
    """
    return build_learning_rates(
        config.schedule,
        config.learning_rates,
        config.final_learning_rate,
        config.schedule_steps,
        updates,
        config.schedule_interval,
    )


def build_learning_rates(
    schedule: str,
    initial: tuple[float, float],
    final: float,
    steps: int,
    updates: tuple[int, int],
    interval: int,
) -> tuple:
    """Learning rates of both players, the discriminator's first, as `adam` takes them.

    The ratio between the two stays what it is at first.

    Args:
        schedule, steps, interval: of both, as for `build_learning_rate`.
        initial, updates: of each.
        final: the generator's.
    """
    _, generator = initial
    return tuple(
        build_learning_rate(schedule, rate, final * (rate / generator), steps, count, interval)
        for rate, count in zip(initial, updates, strict=True)
    )
