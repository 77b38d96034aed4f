"""Conditional DCGAN on pairs of hair and eye colour, as in the course report.

Reference: Mirza and Osindero 2014, "Conditional Generative Adversarial Nets" (arXiv:1411.1784).
"""

from keras import ops

from kerasgan import optimizers
from kerasgan.configs.dcgan import CGANConfig
from kerasgan.labels import Vocabulary
from kerasgan.losses import bce, binary_accuracy, pairwise_distance
from kerasgan.models import averaging
from kerasgan.models.augmentation import augment
from kerasgan.models.shared_fakes import SharedFakesModel
from kerasgan.networks import cgan


class CGAN(SharedFakesModel):
    """Conditional DCGAN whose labels are the pairs that occur in the data."""

    def __init__(self, config: CGANConfig, vocabulary: Vocabulary):
        pairs = len(vocabulary.pairs)
        super().__init__(
            discriminator=cgan.discriminator(config.image_size, pairs, config.width),
            generator=cgan.generator(config.image_size, config.latent_dim, pairs, config.width),
            ema=averaging.build_decay(config.ema, config.ema_half_life, config.batch_size),
        )
        self.config = config

    def optimizers(self):
        return optimizers.adam(self.config.learning_rate, self.config.beta_1, epsilon=1e-8)

    def sample_discriminator_batch(self, random, updates):
        config = self.config
        real = random.examples(updates)
        return {
            "image": real["image"],
            "pair": real["pair"],
            "noise": random.normal("noise", updates, [config.latent_dim], config.sigma),
            "fake_pair": random.pairs("fake", updates)["pair"],
            "augmentation": random.augmentation("fake", updates),
        }

    def generate(self, batch):
        inputs = {"noise": batch["noise"], "pair": batch["fake_pair"]}
        return augment(self.generator(inputs, training=True), batch["augmentation"])

    def discriminator_losses(self, batch, fakes):
        """Losses of real images with their pairs and of generated images with theirs."""
        real = self._logits(batch["image"], batch["pair"])
        fake = self._logits(fakes, batch["fake_pair"])
        losses = {"d_real": bce(real, 1.0), "d_fake": bce(fake, 0.0)}
        metrics = {
            "d_score_real": ops.mean(ops.sigmoid(real)),
            "d_score_fake": ops.mean(ops.sigmoid(fake)),
            "d_accuracy_real": binary_accuracy(real, 1),
            "d_accuracy_fake": binary_accuracy(fake, 0),
            "d_distance_real": pairwise_distance(batch["image"]),
            "d_distance_fake": pairwise_distance(fakes),
        }
        return losses, metrics

    def generator_losses(self, batch, fakes):
        """The non-saturating loss, given the pair."""
        fake = self._logits(fakes, batch["fake_pair"])
        return {"g_fool": bce(fake, 1.0)}, {"g_score_fake": ops.mean(ops.sigmoid(fake))}

    def _logits(self, images, pairs):
        return self.discriminator({"image": images, "pair": pairs}, training=True)
