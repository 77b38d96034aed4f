"""Matching-aware conditional WGAN-GP, as the course report has it.

Reference: Gulrajani et al. 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028), and
Reed et al. 2016, "Generative Adversarial Text to Image Synthesis" (arXiv:1605.05396), whose third
kind of pair, a real image with a wrong condition, the critic is shown too.
"""

from keras import ops

from kerasgan import optimizers
from kerasgan.adversarial import AdversarialModel, gradient_norms
from kerasgan.attributes import Vocabulary
from kerasgan.configs.dcgan import CWGANGPConfig
from kerasgan.errors import Refused
from kerasgan.losses import gradient_penalty, pairwise_distance
from kerasgan.networks import cwgan


class CWGANGP(AdversarialModel):
    """Conditional WGAN-GP whose critic also judges real images under wrong conditions.

    Raises:
        Refused: if all pictures have the same pair of colours: no condition is wrong then.
    """

    def __init__(self, config: CWGANGPConfig, vocabulary: Vocabulary):
        if len(vocabulary.pairs) < 2:
            raise Refused(
                f"{config.data} has one pair of hair and eyes, and cwgan-gp learns from wrong "
                "ones; allowed: data with two or more"
            )
        colours = {"hair_colours": len(vocabulary.hair), "eye_colours": len(vocabulary.eyes)}
        super().__init__(
            discriminator=cwgan.critic(config.image_size, width=config.width, **colours),
            generator=cwgan.generator(
                config.image_size, config.latent_dim, width=config.width, **colours
            ),
            ema=config.ema,
        )
        self.config = config

    def optimizers(self):
        return optimizers.rmsprop(self.config.learning_rate)

    def draw(self, draws):
        config = self.config
        shape = [config.latent_dim]
        real, wanted = draws.examples(config.critic_steps), draws.pairs("wanted", 1)
        wrong = draws.other_pairs("wrong", real["pair"])
        return {
            "discriminator": {
                **{name: real[name] for name in ("image", "hair", "eyes")},
                "wrong_hair": wrong["hair"],
                "wrong_eyes": wrong["eyes"],
                "noise": draws.normal("d_noise", config.critic_steps, shape, config.sigma),
                "alpha": draws.uniform("alpha", config.critic_steps),
            },
            "generator": {
                **{name: wanted[name] for name in ("hair", "eyes")},
                "noise": draws.normal("g_noise", 1, shape, config.sigma),
            },
        }

    def discriminator_losses(self, batch):
        """Return -D(x, c), what `mismatch` makes of D(G(c), c) and D(x, c'), and the penalty."""
        image, own = batch["image"], {"hair": batch["hair"], "eyes": batch["eyes"]}
        wrong = {"hair": batch["wrong_hair"], "eyes": batch["wrong_eyes"]}
        generated = self.generator({"noise": batch["noise"], **own}, training=True)

        def critic(images, condition):
            return self.discriminator({"image": images, **condition}, training=True)

        real, fake, mismatched = critic(image, own), critic(generated, own), critic(image, wrong)
        if self.config.mismatch == "max":
            joined = ops.maximum(fake, mismatched)
        else:
            joined = 0.5 * fake + 0.5 * mismatched
        alpha = batch["alpha"][:, :, None, None]
        between = alpha * image + (1 - alpha) * generated
        norms = gradient_norms(lambda images: critic(images, own), between)
        losses = {
            "d_real": -ops.mean(real),
            "d_fake": ops.mean(joined),
            "d_penalty": self.config.penalty_weight * gradient_penalty(norms),
        }
        measures = {
            "d_wasserstein": ops.mean(real) - ops.mean(fake),
            "d_mismatch": ops.mean(real) - ops.mean(mismatched),
            "d_critic_gradient": ops.mean(norms),
            "d_distance_real": pairwise_distance(image),
            "d_distance_fake": pairwise_distance(generated),
        }
        return losses, measures

    def generator_losses(self, batch):
        """Return -E[D(G(z, c), c)]."""
        condition = {"hair": batch["hair"], "eyes": batch["eyes"]}
        generated = self.generator(batch, training=True)
        fake = self.discriminator({"image": generated, **condition}, training=True)
        return {"g_fool": -ops.mean(fake)}, {}
