"""Wasserstein GAN with weight clipping.

Reference: Arjovsky, Chintala and Bottou 2017, "Wasserstein GAN" (arXiv:1701.07875).
"""

import keras
from keras import ops

from kerasgan import optimizers
from kerasgan.configs.dcgan import WGANConfig
from kerasgan.losses import pair_accuracy, pairwise_distance
from kerasgan.models.base import Networks
from kerasgan.models.generates_from_noise import GeneratesFromNoise
from kerasgan.models.shared_fakes import SharedFakesModel
from kerasgan.networks import dcgan


@keras.saving.register_keras_serializable("kerasgan")
class WGAN(GeneratesFromNoise, SharedFakesModel):
    """Unconditional WGAN. The discriminator is the critic; a constraint clips its weights.

    Examples:
        >>> gan = kerasgan.WGAN(image_size=64, clip=0.01)
        >>> gan.compile()
        >>> gan.fit(dataset, epochs=10)
    """

    CONFIG = WGANConfig
    config: WGANConfig

    @property
    def shares_fakes(self):
        """False: in algorithm 1 the generator's noise is new."""
        return False

    def build_networks(self, config, schema):
        return Networks(
            discriminator=self.build_critic(config),
            generator=dcgan.generator(config.image_size, config.latent_dim, config.width),
            d_steps=config.critic_steps,
        )

    @staticmethod
    def build_critic(config):
        return dcgan.discriminator(
            config.image_size,
            config.width,
            norm=config.critic_norm,
            constraint=dcgan.ClipWeights(config.clip),
            name="critic",
        )

    def optimizers(self):
        return optimizers.rmsprop(self.config.learning_rates)

    def sample_discriminator_batch(self, random, updates):
        config = self.config
        return {
            "image": random.examples()["image"],
            "noise": random.normal("d_noise", updates, [config.latent_dim], config.sigma),
            "augmentation": random.augmentation("d_fake", updates),
        }

    def sample_generator_batch(self, random, updates):
        config = self.config
        return {
            "noise": random.normal("g_noise", updates, [config.latent_dim], config.sigma),
            "augmentation": random.augmentation("g_fake", updates),
        }

    def generate(self, batch):
        images = self.generator({"noise": batch["noise"]}, training=True)
        return self.augment(images, batch["augmentation"])

    def discriminator_losses(self, batch, fakes):
        """-E[D(x)] and E[D(G(z))], the negated estimate of the distance (algorithm 1)."""
        real = self.discriminator(batch["image"], training=True)
        fake = self.discriminator(fakes, training=True)
        losses = {"d_real": -ops.mean(real), "d_fake": ops.mean(fake)}
        metrics = {
            "d_wasserstein": ops.mean(real) - ops.mean(fake),
            "d_accuracy_real": pair_accuracy(real, fake),
            "d_distance_real": pairwise_distance(batch["image"]),
            "d_distance_fake": pairwise_distance(fakes),
        }
        return losses, metrics

    def generator_losses(self, batch, fakes):
        """-E[D(G(z))]."""
        return {"g_fool": -ops.mean(self.discriminator(fakes, training=True))}, {}
