"""Training whose players share generated images."""

import tensorflow as tf

from kerasgan.models.base import AdversarialModel
from kerasgan.models.two_players import unstack_updates


class SharedFakesModel(AdversarialModel):
    """A GAN whose generator update reuses the fakes of the last discriminator update.

    That saves one forward pass per step. A paper's model implements `generate(batch)`, which
    returns the fakes [B, H, W, C] of an update, and both of its losses take them as a second
    argument: `discriminator_losses(batch, fakes)` and `generator_losses(batch, fakes)`. Their batch
    in the generator's first update is the discriminator's last; `sample_generator_batch` is needed
    only if `g_steps` is above 1, or if `shares_fakes` is false.
    """

    @property
    def shares_fakes(self) -> bool:
        """Whether fakes are reused; if not, every update of the generator has its own."""
        return True

    def generate(self, batch: dict) -> tf.Tensor:
        raise NotImplementedError

    def discriminator_losses(self, batch: dict, fakes: tf.Tensor) -> tuple:
        raise NotImplementedError

    def generator_losses(self, batch: dict, fakes: tf.Tensor) -> tuple:
        raise NotImplementedError

    def sample_batch(self, random) -> dict[str, dict]:
        """Inputs of one training step; "generator" holds the updates that share no fakes."""
        unshared = self.g_steps - self.shares_fakes
        return {
            "discriminator": self.sample_discriminator_batch(random, self.d_steps),
            "generator": self.sample_generator_batch(random, unshared) if unshared else {},
        }

    def loss_inputs(self, batch):
        shared = batch["discriminator"]
        fakes = tf.TensorSpec(shared["image"].shape)
        return (shared, fakes), (shared, fakes)

    def build_players(self, batch):
        super().build_players(batch)
        if self.parts.count > 1:
            # A tape of shared fakes would keep what they were made of, for the whole batch.
            self.generator_player.compute_losses = self._losses_of_own_fakes

    def _losses_of_own_fakes(self, batch):
        return self.generator_losses(batch, self.generate(batch))

    def update_players(self, batch):
        for update in unstack_updates(batch["discriminator"]):
            fakes, tape = self.generate_recorded(update)
            self.update_discriminator(update, fakes)
        if self.shares_fakes:
            self._update_on_fakes(update, fakes, tape)
        for update in unstack_updates(batch["generator"]):
            self._update_on_fakes(update)

    def _update_on_fakes(self, batch, *recorded) -> None:
        """An update of the generator on recorded fakes, by default on fakes of its own."""
        if self.parts.count > 1:
            self.update_generator(batch)
            return
        fakes, tape = recorded or self.generate_recorded(batch)
        self.update_generator(batch, fakes, tape=tape)

    def generate_recorded(self, batch: dict) -> tuple[tf.Tensor, tf.GradientTape]:
        """Fakes, and the generator's tape that has recorded how they were made."""
        tape = self.generator_player.tape()
        with tape:
            return self.generate(batch), tape
