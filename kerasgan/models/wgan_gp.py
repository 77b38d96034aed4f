"""Wasserstein GAN with gradient penalty.

Reference: Gulrajani et al. 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028).
"""

from keras import ops

from kerasgan.losses import gradient_penalty, pairwise_distance
from kerasgan.models.base import gradient_norms_between
from kerasgan.models.wgan import WGAN
from kerasgan.networks import dcgan


class WGANGP(WGAN):
    """WGAN whose critic is held by a penalty instead of by clipping; else the same game."""

    @staticmethod
    def build_critic(config):
        return dcgan.discriminator(
            config.image_size, config.width, norm=config.critic_norm, name="critic"
        )

    def draw(self, draws):
        drawn = super().draw(draws)
        drawn["discriminator"]["alpha"] = draws.uniform("alpha", self.config.critic_steps)
        return drawn

    def discriminator_losses(self, batch):
        """The terms of eq. 3, the penalty with its weight lambda."""
        image = batch["image"]
        generated = self.generate(batch)
        real = ops.mean(self.discriminator(image, training=True))
        fake = ops.mean(self.discriminator(generated, training=True))
        norms = gradient_norms_between(
            lambda images: self.discriminator(images, training=True),
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
        return losses, measures
