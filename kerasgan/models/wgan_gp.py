"""Wasserstein GAN with gradient penalty.

Reference: Gulrajani et al. 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028).
"""

from functools import partial

import keras
from keras import ops

from kerasgan import optimizers
from kerasgan.configs.dcgan import WGANGPConfig
from kerasgan.losses import gradient_penalty, pair_accuracy, pairwise_distance
from kerasgan.models.gradient_penalty import interpolated_gradient_norms
from kerasgan.models.wgan import WGAN
from kerasgan.networks import dcgan


@keras.saving.register_keras_serializable("kerasgan")
class WGANGP(WGAN):
    """WGAN whose critic is constrained by a gradient penalty instead of weight clipping.

    Examples:
        >>> gan = kerasgan.WGANGP(image_size=64, penalty_weight=10.0)
        >>> gan.compile()
        >>> gan.fit(dataset, epochs=10)
    """

    CONFIG = WGANGPConfig
    config: WGANGPConfig

    @property
    def shares_fakes(self):
        return self.config.share_fakes

    @staticmethod
    def build_critic(config):
        return dcgan.discriminator(
            config.image_size, config.width, norm=config.critic_norm, name="critic"
        )

    def optimizers(self):
        config = self.config
        adam = partial(optimizers.adam, beta_1=config.beta_1, beta_2=config.beta_2, epsilon=1e-8)
        named = {"rmsprop": optimizers.rmsprop, "adam": adam}
        return named[config.optimizer](config.learning_rates)

    def sample_discriminator_batch(self, random, updates):
        batch = super().sample_discriminator_batch(random, updates)
        return {**batch, "alpha": random.uniform("alpha", updates)}

    def discriminator_losses(self, batch, fakes):
        """The terms of eq. 3, the penalty with its weight lambda."""
        image = batch["image"]
        real = self.discriminator(image, training=True)
        fake = self.discriminator(fakes, training=True)
        norms = interpolated_gradient_norms(
            lambda images: self.discriminator(images, training=True), image, fakes, batch["alpha"]
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
        return losses, metrics
