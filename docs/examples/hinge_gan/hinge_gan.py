"""A hinge-loss GAN on DCGAN's networks: a model in one file."""

from dataclasses import dataclass
from typing import Any, ClassVar

from keras import ops

from kerasgan import optimizers
from kerasgan.configs.dcgan import DCGANConfig
from kerasgan.configs.options import option
from kerasgan.losses import pairwise_distance
from kerasgan.models.base import Networks
from kerasgan.models.generates_from_noise import GeneratesFromNoise
from kerasgan.networks import dcgan


@dataclass(frozen=True, kw_only=True)
class HingeGANConfig(DCGANConfig):
    """GAN with the hinge loss."""

    MODEL: ClassVar[str] = "hinge-gan"
    MODEL_CLASS: ClassVar[str] = "hinge_gan:HingeGAN"
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {"paper": {}}

    steps: int = option(10_000, "Training steps, one update of each player.", at_least=1)
    learning_rate: float = option(2e-4, "Adam's learning rate, for both players.", above=0)


class HingeGAN(GeneratesFromNoise):
    """GAN whose discriminator stops caring about images beyond a margin.

    Reference: Lim and Ye 2017, "Geometric GAN" (arXiv:1705.02894).
    """

    CONFIG = HingeGANConfig

    def build_networks(self, config, schema):
        return Networks(
            discriminator=dcgan.discriminator(config.image_size, config.width),
            generator=dcgan.generator(config.image_size, config.latent_dim, config.width),
        )

    def optimizers(self):
        return optimizers.adam(self.config.learning_rates, beta_1=0.5)

    def sample_discriminator_batch(self, random, updates):
        shape = [self.config.latent_dim]
        return {
            "image": random.examples()["image"],
            "noise": random.normal("d_noise", updates, shape, self.config.sigma),
        }

    def sample_generator_batch(self, random, updates):
        shape = [self.config.latent_dim]
        return {"noise": random.normal("g_noise", updates, shape, self.config.sigma)}

    def discriminator_losses(self, batch):
        real = self.discriminator(batch["image"], training=True)
        fakes = self.generator({"noise": batch["noise"]}, training=True)
        fake = self.discriminator(fakes, training=True)
        losses = {
            "d_real": ops.mean(ops.relu(1.0 - real)),
            "d_fake": ops.mean(ops.relu(1.0 + fake)),
        }
        metrics = {
            "d_distance_real": pairwise_distance(batch["image"]),
            "d_distance_fake": pairwise_distance(fakes),
        }
        return losses, metrics

    def generator_losses(self, batch):
        fakes = self.generator({"noise": batch["noise"]}, training=True)
        return {"g_fool": -ops.mean(self.discriminator(fakes, training=True))}, {}
