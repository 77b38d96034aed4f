"""Matching-aware conditional WGAN-GP, as in the course report.

Reference: Gulrajani et al. 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028), and
Reed et al. 2016, "Generative Adversarial Text to Image Synthesis" (arXiv:1605.05396), for the third
kind of pair, a real image with a mismatched condition.
"""

import keras
from keras import ops

from kerasgan.configs.dcgan import CWGANGPConfig
from kerasgan.losses import gradient_penalty, pair_accuracy, pairwise_distance
from kerasgan.models.cwgan import CWGAN
from kerasgan.models.gradient_penalty import interpolated_gradient_norms
from kerasgan.networks import cwgan
from kerasgan.utils.errors import InvalidInput

_JOIN = {
    "max": ops.maximum,
    "mean": lambda fake, mismatched: 0.5 * fake + 0.5 * mismatched,
}


@keras.saving.register_keras_serializable("kerasgan")
class CWGANGP(CWGAN):
    """Conditional WGAN-GP whose critic also scores real images under mismatched conditions.

    Raises:
        InvalidInput: if all images have the same labels, so that none can mismatch.

    Examples:
        >>> gan = kerasgan.CWGANGP({"breed": 5}, image_size=64, mismatch="max")
        >>> gan.compile()
        >>> gan.fit(dataset, epochs=10)
    """

    CONFIG = CWGANGPConfig
    config: CWGANGPConfig

    def build_networks(self, config, schema):
        if (count := len(schema.combinations)) < 2:
            raise InvalidInput(
                "the images must have at least two combinations of labels for cwgan-gp, got "
                f"{count}"
            )
        return super().build_networks(config, schema)

    @staticmethod
    def build_critic(config, labels):
        return cwgan.critic(config.image_size, labels, config.width)

    def sample_discriminator_batch(self, random, updates):
        batch = super().sample_discriminator_batch(random, updates)
        mismatched = random.mismatched_combinations("wrong", batch["combination"])
        return {
            **batch,
            "mismatched_labels": mismatched["labels"],
            "alpha": random.uniform("alpha", updates),
        }

    def discriminator_losses(self, batch):
        """-D(x, c), the maximum or mean of D(G(z, c), c) and D(x, c'), and the penalty."""
        image, fakes = batch["image"], self.generate(batch)
        labels = batch["labels"]
        real = self.score(image, labels)
        fake = self.score(fakes, labels)
        mismatched = self.score(image, batch["mismatched_labels"])
        joined = _JOIN[self.config.mismatch](fake, mismatched)
        norms = interpolated_gradient_norms(
            lambda images: self.score(images, labels), image, fakes, batch["alpha"]
        )
        losses = {
            "d_real": -ops.mean(real),
            "d_fake": ops.mean(joined),
            "d_penalty": self.config.penalty_weight * gradient_penalty(norms),
        }
        metrics = {
            "d_wasserstein": ops.mean(real) - ops.mean(fake),
            "d_accuracy_real": pair_accuracy(real, fake),
            "d_mismatch": ops.mean(real) - ops.mean(mismatched),
            "d_critic_gradient": ops.mean(norms),
            "d_distance_real": pairwise_distance(image),
            "d_distance_fake": pairwise_distance(fakes),
        }
        return losses, metrics
