"""Conditional Wasserstein GAN with weight clipping, the baseline of the course report.

Reference: Arjovsky, Chintala and Bottou 2017, "Wasserstein GAN" (arXiv:1701.07875). Networks as in
the matching-aware WGAN-GP, whose mismatched labels it lacks.
"""

import keras
import tensorflow as tf
from keras import ops

from kerasgan import optimizers
from kerasgan.configs.dcgan import CWGANConfig
from kerasgan.losses import pair_accuracy, pairwise_distance
from kerasgan.models.base import Networks
from kerasgan.models.generates_from_noise import GeneratesFromNoise
from kerasgan.networks import cwgan, dcgan


@keras.saving.register_keras_serializable("kerasgan")
class CWGAN(GeneratesFromNoise):
    """Conditional WGAN. The discriminator is the critic; a constraint clips its weights.

    Examples:
        >>> gan = kerasgan.CWGAN({"breed": 5}, image_size=64)
        >>> gan.compile()
        >>> gan.fit(dataset, epochs=10)
    """

    CONFIG = CWGANConfig
    config: CWGANConfig

    def build_networks(self, config, schema):
        size, width = config.image_size, config.width
        return Networks(
            discriminator=self.build_critic(config, schema.sizes),
            generator=cwgan.generator(size, config.latent_dim, schema.sizes, width),
            d_steps=config.critic_steps,
        )

    @staticmethod
    def build_critic(config, labels):
        clip = dcgan.ClipWeights(config.clip)
        return cwgan.critic(config.image_size, labels, config.width, constraint=clip)

    def optimizers(self):
        return optimizers.rmsprop(self.config.learning_rates)

    def sample_discriminator_batch(self, random, updates):
        config = self.config
        return {
            **random.examples(),
            "noise": random.normal("d_noise", updates, [config.latent_dim], config.sigma),
            "augmentation": random.augmentation("d_fake", updates),
        }

    def sample_generator_batch(self, random, updates):
        config = self.config
        # The report's G(z, c): c belongs to a real image, here to one of the critic's last.
        labels = tf.nest.map_structure(lambda rows: rows[:, -updates:], random.example_labels())
        return {
            **labels,
            "noise": random.normal("g_noise", updates, [config.latent_dim], config.sigma),
            "augmentation": random.augmentation("g_fake", updates),
        }

    def generate(self, batch):
        inputs = {"noise": batch["noise"], **batch["labels"]}
        return self.augment(self.generator(inputs, training=True), batch["augmentation"])

    def score(self, images, labels, training=True):
        """D(x, c), [B, 1]."""
        return self.discriminator({"image": images, **labels}, training=training)

    def real_scores(self, real):
        return self.score(real["image"], real["labels"], training=False)

    def discriminator_losses(self, batch):
        """-E[D(x, c)] and E[D(G(z, c), c)] with the condition c of the real image x."""
        labels = batch["labels"]
        fakes = self.generate(batch)
        real = self.score(batch["image"], labels)
        fake = self.score(fakes, labels)
        losses = {"d_real": -ops.mean(real), "d_fake": ops.mean(fake)}
        metrics = {
            "d_wasserstein": ops.mean(real) - ops.mean(fake),
            "d_accuracy_real": pair_accuracy(real, fake),
            "d_distance_real": pairwise_distance(batch["image"]),
            "d_distance_fake": pairwise_distance(fakes),
        }
        return losses, metrics

    def generator_losses(self, batch):
        """-E[D(G(z, c), c)]."""
        fake = self.score(self.generate(batch), batch["labels"])
        return {"g_fool": -ops.mean(fake)}, {}
