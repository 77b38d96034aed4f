"""StarGAN.

Reference: Choi et al. 2018, "StarGAN: Unified Generative Adversarial Networks for Multi-Domain
Image-to-Image Translation" (arXiv:1711.09020), with the Wasserstein loss of its eq. 8.
"""

import keras
import tensorflow as tf
from keras import ops

from kerasgan import optimizers
from kerasgan.configs.stargan import StarGANConfig
from kerasgan.losses import (
    accuracy,
    cross_entropy,
    gradient_penalty,
    l1,
    pair_accuracy,
    pairwise_distance,
)
from kerasgan.models.base import Networks
from kerasgan.models.gradient_penalty import interpolated_gradient_norms
from kerasgan.models.shared_fakes import SharedFakesModel
from kerasgan.models.step_random import LabelledStepRandom
from kerasgan.networks import stargan


@keras.saving.register_keras_serializable("kerasgan")
class StarGAN(SharedFakesModel):
    """A generator that edits the labels of an image, and a critic that also classifies them.

    Example:
        >>> gan = kerasgan.StarGAN({"young": ["no", "yes"]}, image_size=128)
        >>> gan.compile()
        >>> gan.fit(dataset, epochs=10)
    """

    CONFIG = StarGANConfig

    def build_networks(self, config, schema):
        labels, width = schema.sizes, config.width
        return Networks(
            discriminator=stargan.discriminator(config.image_size, labels, width),
            generator=stargan.generator(labels, width, config.residual_output),
            d_steps=config.critic_steps,
        )

    def step_random(self, step, given):
        config = self.config
        return LabelledStepRandom(
            given, self.schema, config.seed, step, config.augment, config.mirror
        )

    @property
    def inference_networks(self):
        # The discriminator reads the labels that an edit keeps.
        return {*super().inference_networks, "discriminator"}

    def optimizers(self):
        config = self.config
        rates = optimizers.scheduled_learning_rates(config, (config.critic_steps, 1))
        return optimizers.adam(rates, config.beta_1, epsilon=1e-8)

    def sample_discriminator_batch(self, random, updates):
        examples = random.examples()
        labels = examples["labels"]
        return {
            "image": examples["image"],
            "labels": labels,
            # Labels of the batch's other images: only combinations that occur in the data.
            "target": {name: tf.roll(rows, 1, axis=0) for name, rows in labels.items()},
            "alpha": random.uniform("alpha", updates),
            "real_augmentation": random.augmentation("real", updates),
            "augmentation": random.augmentation("fake", updates),
        }

    def generate(self, batch):
        return self.generator({"image": batch["image"], **batch["target"]}, training=True)

    def discriminator_losses(self, batch, fakes):
        """The terms of eq. 5: eq. 8 negated, and the class losses of real images, eq. 2."""
        image = self.augment(batch["image"], batch["real_augmentation"])
        fakes = self.augment(fakes, batch["augmentation"])
        outputs = self.discriminator(image, training=True)
        real = outputs["source"]
        fake = self.discriminator(fakes, training=True)["source"]
        norms = interpolated_gradient_norms(
            lambda images: self.discriminator(images, training=True)["source"],
            image,
            fakes,
            batch["alpha"],
        )
        losses = {
            "d_real": -ops.mean(real),
            "d_fake": ops.mean(fake),
            "d_penalty": self.config.penalty_weight * gradient_penalty(norms),
        }
        metrics = {
            "d_wasserstein": ops.mean(real) - ops.mean(fake),
            "d_accuracy_real": pair_accuracy(real, fake),
            "d_critic_gradient": ops.mean(norms),
            "d_distance_real": pairwise_distance(image),
            "d_distance_fake": pairwise_distance(fakes),
        }
        for name, rows in batch["labels"].items():
            losses[f"d_{name}"] = self.config.class_weight * cross_entropy(outputs[name], rows)
            metrics[f"d_accuracy_{name}"] = accuracy(outputs[name], rows)
        return losses, metrics

    def generator_losses(self, batch, fakes):
        """The terms of eq. 6: the critic's score, the target's class losses, the reconstruction."""
        seen = self.augment(fakes, batch["augmentation"])
        outputs = self.discriminator(seen, training=True)
        rebuilt = self.generator({"image": fakes, **batch["labels"]}, training=True)
        losses = {"g_fool": -ops.mean(outputs["source"])}
        for name, target in batch["target"].items():
            losses[f"g_{name}"] = self.config.class_weight * cross_entropy(outputs[name], target)
        weight = self.config.reconstruction_weight
        losses["g_reconstruction"] = weight * l1(rebuilt, batch["image"])
        return losses, {"g_change": l1(fakes, batch["image"])}
