"""Wasserstein GAN with weight clipping.

Reference: Arjovsky, Chintala and Bottou 2017, "Wasserstein GAN" (arXiv:1701.07875).
"""

from keras import ops

from kerasgan import optimizers
from kerasgan.configs.dcgan import WGANConfig
from kerasgan.labels import Vocabulary
from kerasgan.losses import pairwise_distance
from kerasgan.models import averaging
from kerasgan.models.augmentation import augment
from kerasgan.models.base import AdversarialModel
from kerasgan.networks import dcgan


class WGAN(AdversarialModel):
    """Unconditional WGAN; the critic is the discriminator, its constraint clips the weights."""

    def __init__(self, config: WGANConfig, vocabulary: Vocabulary):
        super().__init__(
            discriminator=self.build_critic(config),
            generator=dcgan.generator(config.image_size, config.latent_dim, config.width),
            ema=averaging.of_config(config),
        )
        self.config = config

    @staticmethod
    def build_critic(config):
        clipped = dcgan.ClipWeights(config.clip)
        return dcgan.discriminator(
            config.image_size, config.width, norm="none", constraint=clipped, name="critic"
        )

    def optimizers(self):
        return optimizers.rmsprop(self.config.learning_rate)

    def draw(self, draws):
        config = self.config
        shape = [config.latent_dim]
        return {
            "discriminator": {
                "image": draws.examples(config.critic_steps)["image"],
                "noise": draws.normal("d_noise", config.critic_steps, shape, config.sigma),
                "augmentation": draws.augmentation("d_fake", config.critic_steps),
            },
            "generator": {
                "noise": draws.normal("g_noise", 1, shape, config.sigma),
                "augmentation": draws.augmentation("g_fake", 1),
            },
        }

    def generate(self, batch):
        images = self.generator({"noise": batch["noise"]}, training=True)
        return augment(images, batch["augmentation"])

    def discriminator_losses(self, batch):
        """-E[D(x)] and E[D(G(z))]: minus the estimate of the distance (algorithm 1)."""
        real = ops.mean(self.discriminator(batch["image"], training=True))
        generated = self.generate(batch)
        fake = ops.mean(self.discriminator(generated, training=True))
        measures = {
            "d_wasserstein": real - fake,
            "d_distance_real": pairwise_distance(batch["image"]),
            "d_distance_fake": pairwise_distance(generated),
        }
        return {"d_real": -real, "d_fake": fake}, measures

    def generator_losses(self, batch):
        """-E[D(G(z))]."""
        generated = self.generate(batch)
        return {"g_fool": -ops.mean(self.discriminator(generated, training=True))}, {}
