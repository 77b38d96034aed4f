"""Wasserstein GAN with gradient penalty.

Reference: Gulrajani et al. 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028).
"""

from keras import ops

from kerasgan import optimizers
from kerasgan.adversarial import AdversarialModel, gradient_norms
from kerasgan.attributes import Vocabulary
from kerasgan.configs.dcgan import WGANGPConfig
from kerasgan.losses import gradient_penalty, pairwise_distance
from kerasgan.networks import dcgan


class WGANGP(AdversarialModel):
    """Unconditional WGAN-GP; the critic is the discriminator."""

    def __init__(self, config: WGANGPConfig, vocabulary: Vocabulary):
        super().__init__(
            discriminator=dcgan.discriminator(
                config.image_size, config.width, norm=config.critic_norm, name="critic"
            ),
            generator=dcgan.generator(config.image_size, config.latent_dim, config.width),
            ema=config.ema,
        )
        self.config = config

    def optimizers(self):
        return optimizers.rmsprop(self.config.learning_rate)

    def draw(self, draws):
        config = self.config
        shape = [config.latent_dim]
        return {
            "discriminator": {
                "image": draws.examples(config.critic_steps)["image"],
                "noise": draws.normal("d_noise", config.critic_steps, shape, config.sigma),
                "alpha": draws.uniform("alpha", config.critic_steps),
            },
            "generator": {"noise": draws.normal("g_noise", 1, shape, config.sigma)},
        }

    def discriminator_losses(self, batch):
        """Return the terms of eq. 3, the penalty with its weight lambda."""
        image = batch["image"]
        generated = self.generator({"noise": batch["noise"]}, training=True)
        real = ops.mean(self.discriminator(image, training=True))
        fake = ops.mean(self.discriminator(generated, training=True))
        alpha = batch["alpha"][:, :, None, None]
        between = alpha * image + (1 - alpha) * generated
        norms = gradient_norms(lambda images: self.discriminator(images, training=True), between)
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

    def generator_losses(self, batch):
        """Return -E[D(G(z))]."""
        generated = self.generator(batch, training=True)
        return {"g_fool": -ops.mean(self.discriminator(generated, training=True))}, {}
