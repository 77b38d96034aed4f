"""One of the two players: its variables, losses, optimizer and recorded metrics."""

from collections.abc import Callable

import keras
import tensorflow as tf
from keras import ops

from kerasgan.models import replicas
from kerasgan.models.accumulation import WHOLE, Parts


class RunningMeans:
    """Weighted means of named values since the last reset, kept on the device.

    Args:
        names: of the values, in the order of the columns.
    """

    def __init__(self, names: list[str]):
        self.names = names
        self.sums = keras.Variable(ops.zeros(len(names)), trainable=False, name="sums")
        self.weights = keras.Variable(ops.zeros(len(names)), trainable=False, name="weights")

    @property
    def variables(self) -> list[keras.Variable]:
        return [self.sums, self.weights]

    def update(self, values: dict) -> None:
        """Add the values of all replicas.

        Args:
            values: for every name a scalar, or a pair ([B] values, [B] weights).
        """
        pairs = [values[name] for name in self.names]
        pairs = [pair if isinstance(pair, tuple) else (pair, 1.0) for pair in pairs]
        sums = ops.stack([ops.sum(value * weight) for value, weight in pairs])
        weights = ops.stack([ops.sum(weight) for _, weight in pairs])
        sums, weights = replicas.all_reduce_sum([sums, weights])
        self.sums.assign_add(sums)
        self.weights.assign_add(weights)

    def result(self) -> dict[str, float]:
        """The means, {name: value}; NaN where nothing was added."""
        means = ops.convert_to_numpy(self.sums / self.weights)
        return dict(zip(self.names, map(float, means), strict=True))

    def reset(self) -> None:
        for variable in self.variables:
            variable.assign(ops.zeros_like(variable))


class Player:
    """Variables, the losses that they minimise, an optimizer and running means of the metrics.

    Args:
        prefix: of the column names, "d" or "g".
        variables: changed by `update`, and nothing else is.
        optimizer: built here, so that a checkpoint can restore its state.
        compute_losses: *inputs -> ({name: weighted scalar}, {name: metric}, *outputs). The sum of
            the losses is minimised, the metrics are only recorded, and `update` returns them
            and the outputs.
        inputs: arguments of `compute_losses` as `tf.TensorSpec`s. The losses are traced with them
            to find the column names.
        parts: in which each batch is computed.
    """

    def __init__(
        self,
        prefix: str,
        variables: list[keras.Variable],
        optimizer: keras.Optimizer,
        compute_losses: Callable[..., tuple],
        *inputs,
        parts: Parts = WHOLE,
    ):
        self.prefix = prefix
        self.trained = variables
        self.optimizer = optimizer
        self.compute_losses = compute_losses
        self.parts = parts
        optimizer.build(variables)
        # They are summed before, for their norm: once more would double what is exchanged.
        replicas.leave_sums(optimizer)
        traced = tf.function(compute_losses, autograph=False).get_concrete_function(*inputs)
        losses, metrics, *_ = traced.structured_outputs
        names = [f"{prefix}_loss", *losses, *metrics, f"{prefix}_gradient_norm"]
        self.means = RunningMeans(names)

    @property
    def variables(self) -> list[keras.Variable]:
        return [*self.optimizer.variables, *self.means.variables]

    def tape(self) -> tf.GradientTape:
        """A tape that watches the variables of this player."""
        tape = tf.GradientTape(watch_accessed_variables=False)
        with tape:
            tape.watch([variable.value for variable in self.trained])
        return tape

    def update(self, *inputs, tape: tf.GradientTape | None = None) -> list:
        """Minimise the sum of the losses once.

        Args:
            inputs: arguments of `compute_losses`.
            tape: from `tape()`, if inputs were computed with this player's variables: it must
                have recorded that.

        Returns:
            The metrics, and the outputs of `compute_losses` after them.
        """
        gradients, losses, metrics, outputs = self._computed(inputs, tape)
        gradients = replicas.all_reduce_sum(gradients)
        norm = self._gradient_norm(gradients)
        self.optimizer.apply(gradients, self.trained)
        totals = {f"{self.prefix}_loss": sum(losses.values()), f"{self.prefix}_gradient_norm": norm}
        self.means.update({**totals, **losses, **metrics})
        return [metrics, *outputs]

    def _computed(self, inputs: tuple, tape: tf.GradientTape | None) -> tuple:
        """Gradients, losses, metrics and further outputs of a batch."""
        if self.parts.count == 1:
            return self._computed_at_once(inputs, tape or self.tape())
        found, gradients = [], []
        for part in self.parts.split(inputs):
            # The next part waits for this one, whose memory is free then.
            with tf.control_dependencies(gradients):
                part = tf.nest.map_structure(tf.identity, part)
            new, *values = self._computed_at_once(part, self.tape())
            pairs = zip(gradients or map(tf.zeros_like, new), new, strict=True)
            gradients = [sum_so_far + own for sum_so_far, own in pairs]
            found.append(values)
        losses, metrics, outputs = zip(*found, strict=True)
        means = self.parts.mean
        return gradients, means(losses), means(metrics), self.parts.join(outputs)

    def _computed_at_once(self, inputs: tuple, tape: tf.GradientTape) -> tuple:
        with tape:
            losses, metrics, *outputs = self.compute_losses(*inputs)
            total = sum(losses.values()) / (replicas.count() * self.parts.count)
            # A loss scale keeps small gradients above float16's smallest numbers.
            minimised = self.optimizer.scale_loss(total)
        gradients = tape.gradient(minimised, [variable.value for variable in self.trained])
        return gradients, losses, metrics, outputs

    def _gradient_norm(self, gradients: list[tf.Tensor]) -> tf.Tensor | tuple:
        """Norm of the unscaled gradients; with weight 0 if the loss scale made them overflow."""
        norm = tf.linalg.global_norm(gradients) / self.optimizer.scale_loss(1.0)
        if not isinstance(self.optimizer, keras.optimizers.LossScaleOptimizer):
            return norm
        # The optimizer skips such an update and halves its scale.
        finite = ops.isfinite(norm)
        return ops.where(finite, norm, 0.0)[None], ops.cast(finite, "float32")[None]
