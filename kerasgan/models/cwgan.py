"""Conditional Wasserstein GAN with weight clipping, the course report's point of comparison.

Reference: Arjovsky, Chintala and Bottou 2017, "Wasserstein GAN" (arXiv:1701.07875); the networks
are those of the matching-aware WGAN-GP, without its mismatched pairs.
"""

from keras import ops

from kerasgan import optimizers
from kerasgan.configs.dcgan import CWGANConfig
from kerasgan.labels import Vocabulary
from kerasgan.losses import pairwise_distance
from kerasgan.models import averaging
from kerasgan.models.augmentation import augment
from kerasgan.models.base import AdversarialModel
from kerasgan.networks import cwgan, dcgan


class CWGAN(AdversarialModel):
    """Conditional WGAN; the critic is the discriminator, its constraint clips the weights."""

    def __init__(self, config: CWGANConfig, vocabulary: Vocabulary):
        colours = {"hair_colours": len(vocabulary.hair), "eye_colours": len(vocabulary.eyes)}
        super().__init__(
            discriminator=self.build_critic(config, colours),
            generator=cwgan.generator(
                config.image_size, config.latent_dim, width=config.width, **colours
            ),
            ema=averaging.of_config(config),
        )
        self.config = config

    @staticmethod
    def build_critic(config, colours):
        clipped = dcgan.ClipWeights(config.clip)
        return cwgan.critic(config.image_size, width=config.width, constraint=clipped, **colours)

    def optimizers(self):
        return optimizers.rmsprop(self.config.learning_rate)

    def draw(self, draws):
        return self.draw_beside(draws, draws.examples(self.config.critic_steps))

    def draw_beside(self, draws, real):
        """A step's draws, the critic's beside these examples."""
        config = self.config
        shape = [config.latent_dim]
        wanted = draws.pairs("wanted", 1)
        return {
            "discriminator": {
                **{name: real[name] for name in ("image", "hair", "eyes")},
                "noise": draws.normal("d_noise", config.critic_steps, shape, config.sigma),
                "augmentation": draws.augmentation("d_fake", config.critic_steps),
            },
            "generator": {
                **{name: wanted[name] for name in ("hair", "eyes")},
                "noise": draws.normal("g_noise", 1, shape, config.sigma),
                "augmentation": draws.augmentation("g_fake", 1),
            },
        }

    def generate(self, batch):
        inputs = {name: batch[name] for name in ("noise", "hair", "eyes")}
        return augment(self.generator(inputs, training=True), batch["augmentation"])

    def discriminator_losses(self, batch):
        """-E[D(x, c)] and E[D(G(z, c), c)], both of x's own condition c."""
        condition = {"hair": batch["hair"], "eyes": batch["eyes"]}
        real = ops.mean(self.discriminator({"image": batch["image"], **condition}, training=True))
        generated = self.generate(batch)
        fake = ops.mean(self.discriminator({"image": generated, **condition}, training=True))
        measures = {
            "d_wasserstein": real - fake,
            "d_distance_real": pairwise_distance(batch["image"]),
            "d_distance_fake": pairwise_distance(generated),
        }
        return {"d_real": -real, "d_fake": fake}, measures

    def generator_losses(self, batch):
        """-E[D(G(z, c), c)]."""
        condition = {"hair": batch["hair"], "eyes": batch["eyes"]}
        generated = self.generate(batch)
        fake = self.discriminator({"image": generated, **condition}, training=True)
        return {"g_fool": -ops.mean(fake)}, {}
