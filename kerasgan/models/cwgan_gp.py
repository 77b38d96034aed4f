"""Matching-aware conditional WGAN-GP, as in the course report.

Reference: Gulrajani et al. 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028), and
Reed et al. 2016, "Generative Adversarial Text to Image Synthesis" (arXiv:1605.05396), for the third
kind of pair, a real image with a mismatched condition.
"""

from keras import ops

from kerasgan.configs.dcgan import CWGANGPConfig
from kerasgan.labels import Vocabulary
from kerasgan.losses import gradient_penalty, pairwise_distance
from kerasgan.models.cwgan import CWGAN
from kerasgan.models.gradient_penalty import interpolated_gradient_norms
from kerasgan.networks import cwgan
from kerasgan.utils.errors import InvalidInput


class CWGANGP(CWGAN):
    """Conditional WGAN-GP whose critic also scores real images under mismatched conditions.

    Raises:
        InvalidInput: if all images have the same pair of colours, so that none can mismatch.
    """

    def __init__(self, config: CWGANGPConfig, vocabulary: Vocabulary):
        if len(vocabulary.pairs) < 2:
            raise InvalidInput(
                f"{config.data} must have at least two pairs of hair and eye colour for cwgan-gp, "
                f"got {len(vocabulary.pairs)}"
            )
        super().__init__(config, vocabulary)

    @staticmethod
    def build_critic(config, colours):
        return cwgan.critic(config.image_size, width=config.width, **colours)

    def sample_discriminator_batch(self, random, updates):
        batch = super().sample_discriminator_batch(random, updates)
        mismatched = random.mismatched_pairs("wrong", batch["pair"])
        return {
            **batch,
            "mismatched_hair": mismatched["hair"],
            "mismatched_eyes": mismatched["eyes"],
            "alpha": random.uniform("alpha", updates),
        }

    def discriminator_losses(self, batch):
        """-D(x, c), the maximum or mean of D(G(z, c), c) and D(x, c'), and the penalty."""
        image, fakes = batch["image"], self.generate(batch)
        condition = batch["hair"], batch["eyes"]
        real = self.score(image, *condition)
        fake = self.score(fakes, *condition)
        mismatched = self.score(image, batch["mismatched_hair"], batch["mismatched_eyes"])
        if self.config.mismatch == "max":
            joined = ops.maximum(fake, mismatched)
        else:
            joined = 0.5 * fake + 0.5 * mismatched
        norms = interpolated_gradient_norms(
            lambda images: self.score(images, *condition), image, fakes, batch["alpha"]
        )
        losses = {
            "d_real": -ops.mean(real),
            "d_fake": ops.mean(joined),
            "d_penalty": self.config.penalty_weight * gradient_penalty(norms),
        }
        metrics = {
            "d_wasserstein": ops.mean(real) - ops.mean(fake),
            "d_mismatch": ops.mean(real) - ops.mean(mismatched),
            "d_critic_gradient": ops.mean(norms),
            "d_distance_real": pairwise_distance(image),
            "d_distance_fake": pairwise_distance(fakes),
        }
        return losses, metrics
