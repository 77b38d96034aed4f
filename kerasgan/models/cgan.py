"""Conditional DCGAN on the pair of hair and eyes, as the course report has it.

Reference: Mirza and Osindero 2014, "Conditional Generative Adversarial Nets" (arXiv:1411.1784).
"""

from keras import ops

from kerasgan import optimizers
from kerasgan.configs.dcgan import CGANConfig
from kerasgan.labels import Vocabulary
from kerasgan.losses import bce, binary_accuracy, pairwise_distance
from kerasgan.models import averaging
from kerasgan.models.augmentation import augment
from kerasgan.models.base import SharedFakesModel
from kerasgan.networks import cgan


class CGAN(SharedFakesModel):
    """Conditional DCGAN whose labels are the pairs that the data has."""

    def __init__(self, config: CGANConfig, vocabulary: Vocabulary):
        pairs = len(vocabulary.pairs)
        super().__init__(
            discriminator=cgan.discriminator(config.image_size, pairs, config.width),
            generator=cgan.generator(config.image_size, config.latent_dim, pairs, config.width),
            ema=averaging.of_config(config),
        )
        self.config = config

    def optimizers(self):
        return optimizers.adam(self.config.learning_rate, self.config.beta_1, epsilon=1e-8)

    def draw(self, draws):
        config = self.config
        real = draws.examples(1)
        return {
            "discriminator": {
                "image": real["image"],
                "pair": real["pair"],
                "noise": draws.normal("noise", 1, [config.latent_dim], config.sigma),
                "fake_pair": draws.pairs("fake", 1)["pair"],
                "augmentation": draws.augmentation("fake", 1),
            }
        }

    def generate(self, batch):
        inputs = {"noise": batch["noise"], "pair": batch["fake_pair"]}
        return augment(self.generator(inputs, training=True), batch["augmentation"])

    def discriminator_losses(self, batch):
        """The losses of real images with their pair and of generated with theirs."""
        real = self.discriminator({"image": batch["image"], "pair": batch["pair"]}, training=True)
        fake = self._judge_generated(batch)
        losses = {"d_real": bce(real, 1.0), "d_fake": bce(fake, 0.0)}
        measures = {
            "d_score_real": ops.mean(ops.sigmoid(real)),
            "d_score_fake": ops.mean(ops.sigmoid(fake)),
            "d_accuracy_real": binary_accuracy(real, 1),
            "d_accuracy_fake": binary_accuracy(fake, 0),
            "d_distance_real": pairwise_distance(batch["image"]),
            "d_distance_fake": pairwise_distance(batch["generated"]),
        }
        return losses, measures

    def generator_losses(self, batch):
        """The loss of being taken for a real image of the same pair."""
        fake = self._judge_generated(batch)
        return {"g_fool": bce(fake, 1.0)}, {"g_score_fake": ops.mean(ops.sigmoid(fake))}

    def _judge_generated(self, batch):
        inputs = {"image": batch["generated"], "pair": batch["fake_pair"]}
        return self.discriminator(inputs, training=True)
