"""Conditional DCGAN on combinations of labels, as in the course report.

Reference: Mirza and Osindero 2014, "Conditional Generative Adversarial Nets" (arXiv:1411.1784).
"""

import keras
from keras import ops

from kerasgan import optimizers
from kerasgan.configs.dcgan import CGANConfig
from kerasgan.losses import bce, binary_accuracy, pairwise_distance
from kerasgan.models.base import Networks
from kerasgan.models.generates_from_noise import GeneratesFromNoise
from kerasgan.models.shared_fakes import SharedFakesModel
from kerasgan.networks import cgan


@keras.saving.register_keras_serializable("kerasgan")
class CGAN(GeneratesFromNoise, SharedFakesModel):
    """Conditional DCGAN on the combinations of labels that occur in the data.

    Examples:
        >>> gan = kerasgan.CGAN({"breed": 5, "coat": 3}, image_size=64)
        >>> gan.compile()
        >>> gan.fit(dataset, epochs=10)
    """

    CONFIG = CGANConfig
    config: CGANConfig

    def build_networks(self, config, schema):
        size, count, width = config.image_size, len(schema.combinations), config.width
        return Networks(
            discriminator=cgan.discriminator(size, count, width),
            generator=cgan.generator(size, config.latent_dim, count, width),
        )

    def optimizers(self):
        return optimizers.adam(self.config.learning_rates, self.config.beta_1, epsilon=1e-8)

    def sample_discriminator_batch(self, random, updates):
        config = self.config
        real = random.examples()
        return {
            "image": real["image"],
            "combination": real["combination"],
            "noise": random.normal("noise", updates, [config.latent_dim], config.sigma),
            "fake_combination": random.combinations("fake", updates)["combination"],
            "augmentation": random.augmentation("fake", updates),
        }

    def generate(self, batch):
        inputs = {"noise": batch["noise"], "combination": batch["fake_combination"]}
        return self.augment(self.generator(inputs, training=True), batch["augmentation"])

    def real_scores(self, real):
        return self._logits(real["image"], real["combination"], training=False)

    def discriminator_losses(self, batch, fakes):
        """Losses of real images with their labels and of generated images with theirs."""
        real = self._logits(batch["image"], batch["combination"])
        fake = self._logits(fakes, batch["fake_combination"])
        losses = {"d_real": bce(real, 1.0), "d_fake": bce(fake, 0.0)}
        metrics = {
            "d_score_real": ops.mean(ops.sigmoid(real)),
            "d_score_fake": ops.mean(ops.sigmoid(fake)),
            "d_accuracy_real": binary_accuracy(real, 1),
            "d_accuracy_fake": binary_accuracy(fake, 0),
            "d_distance_real": pairwise_distance(batch["image"]),
            "d_distance_fake": pairwise_distance(fakes),
        }
        return losses, metrics

    def generator_losses(self, batch, fakes):
        """The non-saturating loss, given the labels."""
        fake = self._logits(fakes, batch["fake_combination"])
        return {"g_fool": bce(fake, 1.0)}, {"g_score_fake": ops.mean(ops.sigmoid(fake))}

    def _logits(self, images, combinations, training=True):
        inputs = {"image": images, "combination": combinations}
        return self.discriminator(inputs, training=training)
