"""StarGAN.

Reference: Choi et al. 2018, "StarGAN: Unified Generative Adversarial Networks for Multi-Domain
Image-to-Image Translation" (arXiv:1711.09020), with the Wasserstein loss of its eq. 8.
"""

import tensorflow as tf
from keras import ops

from kerasgan import optimizers, schedules
from kerasgan.configs.stargan import StarGANConfig
from kerasgan.labels import Vocabulary
from kerasgan.losses import (
    accuracy,
    attribute_accuracy,
    attribute_cross_entropy,
    cross_entropy,
    gradient_penalty,
    l1,
    pairwise_distance,
)
from kerasgan.models import averaging
from kerasgan.models.base import SharedFakesModel, gradient_norms_between
from kerasgan.networks import stargan

# One of several colours each, or attributes that are there or not.
_CLASSIFICATION = {
    "hair": (cross_entropy, accuracy),
    "eyes": (cross_entropy, accuracy),
    "attributes": (attribute_cross_entropy, attribute_accuracy),
}


class StarGAN(SharedFakesModel):
    """A generator that edits an image's labels; the critic also reads them."""

    def __init__(self, config: StarGANConfig, vocabulary: Vocabulary):
        labels = vocabulary.labels
        super().__init__(
            discriminator=stargan.discriminator(config.image_size, labels, config.width),
            generator=stargan.generator(labels, config.width, config.skip),
            ema=averaging.of_config(config),
        )
        self.config = config
        self._labels = tuple(labels)

    @property
    def inference_networks(self):
        # The discriminator reads the labels that an edit keeps.
        return {*super().inference_networks, "discriminator"}

    def optimizers(self):
        rates = tuple(
            schedules.of_config(self.config, updates) for updates in (self.config.critic_steps, 1)
        )
        return optimizers.adam(rates, self.config.beta_1, epsilon=1e-8)

    def draw(self, draws):
        updates = self.config.critic_steps
        drawn = draws.examples(updates)
        label = {name: drawn[name] for name in self._labels}
        batch = {
            "image": drawn["image"],
            "label": label,
            # What is asked for are the labels of other images, so it occurs in the data.
            "wanted": {name: tf.roll(rows, 1, axis=0) for name, rows in label.items()},
        }
        return {"discriminator": {**batch, "alpha": draws.uniform("alpha", updates)}}

    def generate(self, batch):
        return self.generator({"image": batch["image"], **batch["wanted"]}, training=True)

    def discriminator_losses(self, batch):
        """The terms of eq. 5: eq. 8 negated, and the classes of real images, eq. 2."""
        image, generated = batch["image"], batch["generated"]
        seen = self.discriminator(image, training=True)
        real = ops.mean(seen["source"])
        fake = ops.mean(self.discriminator(generated, training=True)["source"])
        norms = gradient_norms_between(
            lambda images: self.discriminator(images, training=True)["source"],
            image,
            generated,
            batch["alpha"],
        )
        losses = {
            "d_real": -real,
            "d_fake": fake,
            "d_penalty": self.config.penalty_weight * gradient_penalty(norms),
        }
        measures = {
            "d_wasserstein": real - fake,
            "d_critic_gradient": ops.mean(norms),
            "d_distance_real": pairwise_distance(image),
            "d_distance_fake": pairwise_distance(generated),
        }
        for name, label in batch["label"].items():
            loss, right = _CLASSIFICATION[name]
            losses[f"d_{name}"] = self.config.class_weight * loss(seen[name], label)
            measures[f"d_accuracy_{name}"] = right(seen[name], label)
        return losses, measures

    def generator_losses(self, batch):
        """The terms of eq. 6: being taken for real, eq. 3 and the reconstruction, eq. 4."""
        generated = batch["generated"]
        seen = self.discriminator(generated, training=True)
        rebuilt = self.generator({"image": generated, **batch["label"]}, training=True)
        losses = {"g_fool": -ops.mean(seen["source"])}
        for name, wanted in batch["wanted"].items():
            loss, _ = _CLASSIFICATION[name]
            losses[f"g_{name}"] = self.config.class_weight * loss(seen[name], wanted)
        weight = self.config.reconstruction_weight
        losses["g_reconstruction"] = weight * l1(rebuilt, batch["image"])
        return losses, {}
