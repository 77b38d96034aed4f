"""What the models have in common whose generator takes noise."""

from typing import Any

import numpy as np
import tensorflow as tf

from kerasgan.configs.generation import LARGEST_SIGMA, GenerationConfig
from kerasgan.models import batch_norm_recalibration
from kerasgan.models.base import AdversarialModel
from kerasgan.models.sampling import Sampler, random_labels
from kerasgan.models.step_random import LabelledStepRandom
from kerasgan.utils.errors import InvalidInput


class GeneratesFromNoise(AdversarialModel):
    """Base class of the models whose generator takes noise."""

    config: GenerationConfig

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self._recalibrated_step = 0

    def step_random(self, step: tf.Tensor, given: dict[str, tf.Tensor]) -> LabelledStepRandom:
        """Random numbers of a training step, whose real images are mirrored and augmented."""
        config = self.config
        return LabelledStepRandom(
            given, self.schema, config.seed, step, config.augment, config.mirror
        )

    def sample_batch(self, random) -> dict[str, dict]:
        """Inputs of one training step, with draws for the augmentation of real images."""
        batch = super().sample_batch(random)
        batch["discriminator"]["real_augmentation"] = random.augmentation("real", self.d_steps)
        return batch

    def update_players(self, batch: dict) -> None:
        """All updates of one step, with real images that are augmented as generated ones are."""
        given = batch["discriminator"]
        images, draws = given["image"], given["real_augmentation"]
        flat_images, flat_draws = tf.nest.map_structure(_without_updates, (images, draws))
        augmented = tf.reshape(self.augment(flat_images, flat_draws), images.shape)
        super().update_players({**batch, "discriminator": {**given, "image": augmented}})

    def complete_average(self) -> None:
        """Recalibrate the averaged generator's BatchNorm layers, once after each training step."""
        step = int(np.asarray(self.step))
        if self.averaged_generator is None or step == self._recalibrated_step:
            return
        count, seed = batch_norm_recalibration.IMAGES, self.config.seed
        sampler = Sampler(self.averaged_generator, self.schema, self.config.sigma)
        labels = random_labels(self.schema, {}, range(seed, seed + count))
        batch_norm_recalibration.recalibrate(self.averaged_generator, sampler.inputs(labels, seed))
        self._recalibrated_step = step

    def load_own_variables(self, store: dict) -> None:
        """Load what `save_own_variables` has saved, with recalibrated statistics beside it."""
        super().load_own_variables(store)
        self._recalibrated_step = int(np.asarray(self.step))

    def real_scores(self, real: dict) -> tf.Tensor:
        """The discriminator's scores of real images in inference, float32 [B, ...], one each.

        Args:
            real: images and labels of one update, as of `LabelledStepRandom.examples`.
        """
        return self.discriminator(real["image"], training=False)

    def sampler(self, sigma: float | None = None) -> Sampler:
        """A `Sampler` of the model's current weights.

        Args:
            sigma: standard deviation of the noise. Default: the model's.

        Raises:
            InvalidInput: if sigma is negative, NaN or above 1,000.
        """
        chosen = self.config.sigma if sigma is None else sigma
        if not 0 <= chosen <= LARGEST_SIGMA:
            raise InvalidInput(f"sigma must be from 0 to {LARGEST_SIGMA:g}, got {chosen}")
        return Sampler(self.sampling_generator, self.schema, chosen)

    def sample(
        self, count: int = 1, *, seed: int = 0, sigma: float | None = None, **labels: str
    ) -> np.ndarray:
        """Generate images.

        Args:
            count: number of images, n.
            seed: image i has the seed `seed` + i, alone or among others.
            sigma: standard deviation of the noise. Default: the model's.
            labels: values of labels. The others are those of a random combination.

        Returns:
            uint8 [n, H, W, 3].

        Raises:
            InvalidInput: if there is no such label or value; names the near ones.

        Examples:
            >>> images = gan.sample(16, eyes="red", seed=7)
        """
        if count < 1 or seed < 0:
            raise InvalidInput(f"count must be at least 1 and seed 0, got {count} and {seed}")
        sampler = self.sampler(sigma)
        choice = sampler.schema.choice(labels)
        rows = random_labels(sampler.schema, choice, range(seed, seed + count))
        return sampler.generate(rows, seed)


def _without_updates(tensor: tf.Tensor) -> tf.Tensor:
    """A tensor [B, updates, ...] as [B * updates, ...]."""
    return tf.reshape(tensor, (-1, *tensor.shape[2:]))
