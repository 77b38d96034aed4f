"""One side of the game: what it minimises, how it is changed, what is recorded of it."""

from collections.abc import Callable

import keras
import tensorflow as tf
from keras import ops

from kerasgan.models import replicas


class RunningMeans:
    """Weighted means of named values since the last reset, kept on the device.

    Args:
        names: the values' names, in the order of the columns.
    """

    def __init__(self, names: list[str]):
        self.names = names
        self.sums = keras.Variable(ops.zeros(len(names)), trainable=False, name="sums")
        self.weights = keras.Variable(ops.zeros(len(names)), trainable=False, name="weights")

    @property
    def variables(self) -> list[keras.Variable]:
        return [self.sums, self.weights]

    def update(self, values: dict) -> None:
        """Add a scalar, or a pair ([B] values, [B] weights), for every name, of every replica."""
        pairs = [values[name] for name in self.names]
        pairs = [pair if isinstance(pair, tuple) else (pair, 1.0) for pair in pairs]
        sums = ops.stack([ops.sum(value * weight) for value, weight in pairs])
        weights = ops.stack([ops.sum(weight) for _, weight in pairs])
        sums, weights = replicas.all_reduce_sum([sums, weights])
        self.sums.assign_add(sums)
        self.weights.assign_add(weights)

    def result(self) -> dict[str, float]:
        """The means; NaN where nothing was added."""
        means = ops.convert_to_numpy(self.sums / self.weights)
        return dict(zip(self.names, map(float, means), strict=True))

    def reset(self) -> None:
        for variable in self.variables:
            variable.assign(ops.zeros_like(variable))


class Player:
    """One side of the game: the variables that it may change, its optimizer and its record.

    Args:
        prefix: what its columns begin with, "d" or "g".
        variables: what `update` changes.
        optimizer: is built here, so that a checkpoint finds its state.
        losses: batch -> ({term: weighted scalar}, {measure: value}); the sum of the terms is
            minimised, the measures are only recorded. `update` hands on what follows these two.
        batch: what `losses` takes, as `tf.TensorSpec`s; tells the names of its terms.
    """

    def __init__(
        self,
        prefix: str,
        variables: list[keras.Variable],
        optimizer: keras.Optimizer,
        losses: Callable[[dict], tuple],
        batch: dict,
    ):
        self.prefix = prefix
        self.trained = variables
        self.optimizer = optimizer
        self.losses = losses
        optimizer.build(variables)
        traced = tf.function(losses, autograph=False).get_concrete_function(batch)
        terms, measures, *_ = traced.structured_outputs
        self.means = RunningMeans([f"{prefix}_loss", *terms, *measures, f"{prefix}_gradient_norm"])

    @property
    def variables(self) -> list[keras.Variable]:
        return [*self.optimizer.variables, *self.means.variables]

    def tape(self) -> tf.GradientTape:
        """A tape that watches what this player may change."""
        tape = tf.GradientTape(watch_accessed_variables=False)
        with tape:
            tape.watch([variable.value for variable in self.trained])
        return tape

    def update(self, batch: dict, tape: tf.GradientTape | None = None) -> list:
        """Minimise the sum of the terms once; return what else `losses` returned.

        Args:
            tape: of this player, has recorded what of the batch comes from its variables.
        """
        tape = tape or self.tape()
        with tape:
            terms, measures, *made = self.losses(batch)
            loss = sum(terms.values())
            # A loss scale keeps small gradients above float16's smallest numbers.
            minimised = self.optimizer.scale_loss(loss / replicas.count())
        trained = [variable.value for variable in self.trained]
        gradients = replicas.all_reduce_sum(tape.gradient(minimised, trained))
        norm = self._norm(gradients)
        self.optimizer.apply(replicas.split_over_replicas(gradients), self.trained)
        totals = {f"{self.prefix}_loss": loss, f"{self.prefix}_gradient_norm": norm}
        self.means.update({**totals, **terms, **measures})
        return made

    def _norm(self, gradients: list[tf.Tensor]) -> tf.Tensor | tuple[tf.Tensor, tf.Tensor]:
        """The norm of gradients of the scaled loss; nothing where too large a scale is."""
        norm = tf.linalg.global_norm(gradients) / self.optimizer.scale_loss(1.0)
        if not isinstance(self.optimizer, keras.optimizers.LossScaleOptimizer):
            return norm
        # The optimizer makes no such update, and halves its scale.
        finite = ops.isfinite(norm)
        return ops.where(finite, norm, 0.0)[None], ops.cast(finite, "float32")[None]
