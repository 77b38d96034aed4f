"""Adversarial training: two players in turns, and an average of the generator's weights."""

from collections.abc import Callable, Iterator

import keras
import tensorflow as tf
from keras import ops

from kerasgan.models.player import Player


class AdversarialModel(keras.Model):
    """A discriminator and a generator that are trained in turns.

    A paper's model implements two methods for each player:

    - `sample_discriminator_batch(random, updates)` and `sample_generator_batch(random, updates)`
      return the inputs of a step's updates, a nested dictionary of tensors [B, updates, ...].
      All randomness comes from `random`, a `StepRandom`: a batch is a pure function of the seed
      and the step.
    - `discriminator_losses(batch)` and `generator_losses(batch)` take the inputs of one update,
      tensors [B, ...], and return `{name: weighted scalar}`, whose sum is minimised, and
      `{name: metric}`, which is only recorded.

    Both networks run with `training=True` in both losses; a player is held fixed by not updating
    it.

    Args:
        discriminator, generator: Functional models.
        d_steps, g_steps: updates of each player per training step.
        ema: step -> decay of `averaged_generator`, the moving average of the generator's weights
            and BatchNorm statistics; None for no average.
    """

    def __init__(
        self,
        discriminator: keras.Model,
        generator: keras.Model,
        d_steps: int = 1,
        g_steps: int = 1,
        ema: Callable | None = None,
    ):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.d_steps = d_steps
        self.g_steps = g_steps
        self.ema = ema
        self.averaged_generator = keras.models.clone_model(generator) if ema else None
        if ema:
            self.averaged_generator.set_weights(generator.get_weights())
        self.step = keras.Variable(0, dtype="int64", trainable=False, name="step")
        self.failed_step = keras.Variable(0, dtype="int64", trainable=False, name="failed_step")

    def sample_discriminator_batch(self, random, updates: int) -> dict:
        raise NotImplementedError

    def sample_generator_batch(self, random, updates: int) -> dict:
        raise NotImplementedError

    def discriminator_losses(self, batch: dict) -> tuple:
        raise NotImplementedError

    def generator_losses(self, batch: dict) -> tuple:
        raise NotImplementedError

    def sample_batch(self, random) -> dict[str, dict]:
        """Inputs of one training step, {"discriminator", "generator"}: tensors [B, updates, ...].

        Args:
            random: the step's `StepRandom`.
        """
        return {
            "discriminator": self.sample_discriminator_batch(random, self.d_steps),
            "generator": self.sample_generator_batch(random, self.g_steps),
        }

    def loss_inputs(self, batch: dict[str, dict]) -> tuple[tuple, tuple]:
        """Arguments of `discriminator_losses` and of `generator_losses`, as `tf.TensorSpec`s.

        Args:
            batch: specs of one update of each player.
        """
        return (batch["discriminator"],), (batch["generator"],)

    def compile(
        self,
        discriminator_optimizer: keras.Optimizer,
        generator_optimizer: keras.Optimizer,
        batch: dict[str, dict],
        jit: bool = False,
    ) -> None:
        """Create every variable that training changes, so that a checkpoint can be restored.

        Args:
            batch: element spec of the data set that `fit` will get.
            jit: whether XLA compiles the step.
        """
        # Keras would add an optimizer of its own.
        super().compile(optimizer=None, jit_compile=jit)
        d_inputs, g_inputs = self.loss_inputs(tf.nest.map_structure(_update_spec, batch))
        self.discriminator_player = Player(
            "d",
            self.discriminator.trainable_variables,
            discriminator_optimizer,
            self.discriminator_losses,
            *d_inputs,
        )
        self.generator_player = Player(
            "g",
            self.generator.trainable_variables,
            generator_optimizer,
            self.generator_losses,
            *g_inputs,
        )

    def train_step(self, batch: dict) -> dict:
        """Update both players; `record` returns their losses and metrics."""
        self.step.assign_add(1)
        self.update_players(batch)
        self._detect_failure()
        # Keras waits for the logs, and a constant needs no device. Several workers average them
        # over an axis.
        return {"steps": tf.constant([1])}

    def update_players(self, batch: dict) -> None:
        """All updates of one step: the discriminator's, then the generator's."""
        for update in unstack_updates(batch["discriminator"]):
            self.discriminator_player.update(update)
        for update in unstack_updates(batch["generator"]):
            self.update_generator(update)

    def update_generator(self, *inputs, tape: tf.GradientTape | None = None) -> list:
        """`Player.update` of the generator, and the step of the average that belongs to it."""
        outputs = self.generator_player.update(*inputs, tape=tape)
        if self.averaged_generator is not None:
            decay = self.ema(self.step)
            pairs = zip(self.averaged_generator.weights, self.generator.weights, strict=True)
            for average, weight in pairs:
                average.assign(average + (1.0 - decay) * (weight - average))
        return outputs

    def _detect_failure(self) -> None:
        # A running mean stays NaN or infinite, so the losses of each update need no check.
        players = (self.discriminator_player, self.generator_player)
        finite = ops.all(ops.isfinite(ops.concatenate([player.means.sums for player in players])))
        first = ops.logical_and(ops.logical_not(finite), ops.equal(self.failed_step, 0))
        self.failed_step.assign(ops.where(first, self.step, self.failed_step))

    @property
    def inference_networks(self) -> set[str]:
        """Attributes that hold the networks of sampling and export."""
        return {"averaged_generator" if self.averaged_generator else "generator"}

    @property
    def sampling_generator(self) -> keras.Model:
        """The generator for samples and export: the averaged one if there is one."""
        return self.averaged_generator or self.generator

    def record(self) -> dict[str, float]:
        """Means of all losses and metrics since `reset_record`, {column: value}."""
        return {**self.discriminator_player.means.result(), **self.generator_player.means.result()}

    def reset_record(self) -> None:
        self.discriminator_player.means.reset()
        self.generator_player.means.reset()

    def _maybe_symbolic_build(self, *args, **kwargs) -> None:
        """Do nothing: `compile` has built everything, and there is no `call` to trace."""


def _update_spec(spec: tf.TensorSpec) -> tf.TensorSpec:
    return tf.TensorSpec([spec.shape[0], *spec.shape[2:]], spec.dtype)


def unstack_updates(batch: dict) -> Iterator[dict]:
    """Split a player's batch, tensors [B, updates, ...], into one of [B, ...] per update."""
    tensors = tf.nest.flatten(batch)
    for update in zip(*(tf.unstack(tensor, axis=1) for tensor in tensors), strict=True):
        yield tf.nest.pack_sequence_as(batch, update)
