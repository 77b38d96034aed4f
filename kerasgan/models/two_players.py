"""The training step of two players in turns, and the average of the generator's weights."""

from collections.abc import Iterator

import keras
import tensorflow as tf
from keras import ops

from kerasgan.models import augmentation, replicas
from kerasgan.models.player import Player
from kerasgan.utils.errors import InvalidInput


class TwoPlayers(keras.Model):
    """Updates of a discriminator and a generator, and the record of both.

    `AdversarialModel` creates the networks, variables and optimizers used here.
    """

    def build_players(self, batch: dict[str, dict]) -> None:
        """Create every variable that training changes, so that a checkpoint can be restored.

        Args:
            batch: element spec of `batches`.
        """
        if self._compiled is None:
            raise InvalidInput(f"call compile before training {type(self).__name__}")
        self._batch_spec = batch
        d_inputs, g_inputs = self.loss_inputs(tf.nest.map_structure(_update_spec, batch))
        self.discriminator_player = Player(
            "d",
            self.discriminator.trainable_variables,
            self._compiled.discriminator_optimizer,
            self.discriminator_losses,
            *d_inputs,
            parts=self.parts,
        )
        self.generator_player = Player(
            "g",
            self.generator_variables,
            self._compiled.generator_optimizer,
            self.generator_losses,
            *g_inputs,
            parts=self.parts,
        )

    @property
    def generator_variables(self) -> list[keras.Variable]:
        """Variables that minimise the generator's losses."""
        return self.generator.trainable_variables

    def train_step(self, batch: dict) -> dict:
        """Update both players; `record` returns their losses and metrics."""
        self.step.assign_add(1)
        self.update_players(batch)
        self._detect_failure()
        # Keras waits for the logs, and constants need no device; `LazyLogs` takes their place.
        # Several workers average them over an axis.
        return {name: tf.zeros([1]) for name in self.record_names}

    def update_players(self, batch: dict) -> None:
        """All updates of one step: the discriminator's, then the generator's."""
        for update in unstack_updates(batch["discriminator"]):
            self.update_discriminator(update)
        for update in unstack_updates(batch["generator"]):
            self.update_generator(update)

    def update_discriminator(self, *inputs) -> None:
        """`Player.update` of the discriminator, by which an adaptive augmentation is steered."""
        metrics, *_ = self.discriminator_player.update(*inputs)
        self.augment_probability.update(metrics)

    def augment(self, images, draws: dict):
        """Images [B, H, W, C] as the discriminator sees them.

        Args:
            draws: of `StepRandom.augmentation`, tensors [B, n]; {} for none.
        """
        parameters = augmentation.parameters_of(draws, self.augment_probability.value)
        return augmentation.augment(images, parameters)

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
    def record_names(self) -> list[str]:
        """Names of all losses and metrics."""
        return [
            *self.discriminator_player.means.names,
            *self.generator_player.means.names,
            *self.augment_probability.record_names,
        ]

    def record(self) -> dict[str, float]:
        """Means of all losses and metrics since `reset_record`, {column: value}."""
        return {
            **self.discriminator_player.means.result(),
            **self.generator_player.means.result(),
            **self.augment_probability.record(),
        }

    def reset_record(self) -> None:
        self.discriminator_player.means.reset()
        self.generator_player.means.reset()


def _update_spec(spec: tf.TensorSpec) -> tf.TensorSpec:
    """Of a replica's part of one update's inputs."""
    return tf.TensorSpec([spec.shape[0] // replicas.count(), *spec.shape[2:]], spec.dtype)


def unstack_updates(batch: dict) -> Iterator[dict]:
    """Split a player's batch, tensors [B, updates, ...], into one of [B, ...] per update."""
    tensors = tf.nest.flatten(batch)
    for update in zip(*(tf.unstack(tensor, axis=1) for tensor in tensors), strict=True):
        yield tf.nest.pack_sequence_as(batch, update)
