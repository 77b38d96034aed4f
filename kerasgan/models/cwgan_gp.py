"""Matching-aware conditional WGAN-GP, as the course report has it.

Reference: Gulrajani et al. 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028), and
Reed et al. 2016, "Generative Adversarial Text to Image Synthesis" (arXiv:1605.05396), whose third
kind of pair, a real image with a wrong condition, the critic is shown too.
"""

from keras import ops

from kerasgan.configs.dcgan import CWGANGPConfig
from kerasgan.labels import Vocabulary
from kerasgan.losses import gradient_penalty, pairwise_distance
from kerasgan.models.base import gradient_norms_between
from kerasgan.models.cwgan import CWGAN
from kerasgan.networks import cwgan
from kerasgan.utils.errors import InvalidInput


class CWGANGP(CWGAN):
    """Conditional WGAN with a penalty, whose critic also judges real images under wrong conditions.

    Raises:
        InvalidInput: if all images have the same pair of colours: no condition is wrong then.
    """

    def __init__(self, config: CWGANGPConfig, vocabulary: Vocabulary):
        if len(vocabulary.pairs) < 2:
            raise InvalidInput(
                f"{config.data} has one pair of hair and eyes, and cwgan-gp learns from wrong "
                "ones; allowed: data with two or more"
            )
        super().__init__(config, vocabulary)

    @staticmethod
    def build_critic(config, colours):
        return cwgan.critic(config.image_size, width=config.width, **colours)

    def draw(self, draws):
        real = draws.examples(self.config.critic_steps)
        drawn = self.draw_beside(draws, real)
        wrong = draws.other_pairs("wrong", real["pair"])
        drawn["discriminator"] |= {
            "wrong_hair": wrong["hair"],
            "wrong_eyes": wrong["eyes"],
            "alpha": draws.uniform("alpha", self.config.critic_steps),
        }
        return drawn

    def discriminator_losses(self, batch):
        """-D(x, c), what `mismatch` makes of D(G(c), c) and D(x, c'), and the penalty."""
        image, own = batch["image"], {"hair": batch["hair"], "eyes": batch["eyes"]}
        wrong = {"hair": batch["wrong_hair"], "eyes": batch["wrong_eyes"]}
        generated = self.generate(batch)

        def critic(images, condition):
            return self.discriminator({"image": images, **condition}, training=True)

        real, fake, mismatched = critic(image, own), critic(generated, own), critic(image, wrong)
        if self.config.mismatch == "max":
            joined = ops.maximum(fake, mismatched)
        else:
            joined = 0.5 * fake + 0.5 * mismatched
        norms = gradient_norms_between(
            lambda images: critic(images, own), image, generated, batch["alpha"]
        )
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
