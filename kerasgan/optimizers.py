"""The optimizers of both players, as `AdversarialModel.compile` takes them."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("kerasgan")
class FusedAdam(keras.optimizers.Adam):
    """Update each weight as `keras.optimizers.Adam` does, in one operation of TensorFlow."""

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
    """An Adam for each player; beta_2 and epsilon are Keras's unless given.

    Args:
        learning_rate: a number or a schedule, or a pair of them, the discriminator's first.
    """
    rates = learning_rate if isinstance(learning_rate, tuple) else (learning_rate, learning_rate)
    return {
        player: FusedAdam(rate, beta_1, beta_2, epsilon=epsilon, name="adam")
        for player, rate in zip(
            ("discriminator_optimizer", "generator_optimizer"), rates, strict=True
        )
    }


def rmsprop(learning_rate: float) -> dict[str, keras.Optimizer]:
    """An RMSprop for each player, with rho 0.99 and epsilon 1e-8."""
    return {
        player: keras.optimizers.RMSprop(learning_rate, rho=0.99, epsilon=1e-8, name="rmsprop")
        for player in ("discriminator_optimizer", "generator_optimizer")
    }
