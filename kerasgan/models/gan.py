"""DCGAN and LSGAN.

Reference: Radford, Metz and Chintala 2015 (arXiv:1511.06434); Mao et al. 2017, "Least Squares
Generative Adversarial Networks" (arXiv:1611.04076). The training tips are the course report's.
"""

from keras import ops

from kerasgan import optimizers
from kerasgan.configs.dcgan import GANConfig
from kerasgan.labels import Vocabulary
from kerasgan.losses import bce, binary_accuracy, least_squares, pairwise_distance
from kerasgan.models import averaging
from kerasgan.models.augmentation import augment
from kerasgan.models.base import SharedFakesModel
from kerasgan.networks import dcgan


class GAN(SharedFakesModel):
    """Unconditional DCGAN, on binary cross-entropy or least squares."""

    def __init__(self, config: GANConfig, vocabulary: Vocabulary):
        super().__init__(
            discriminator=dcgan.discriminator(config.image_size, config.width),
            generator=dcgan.generator(
                config.image_size, config.latent_dim, config.width, config.generator_dropout
            ),
            ema=averaging.of_config(config),
        )
        self.config = config
        self._loss = {"bce": bce, "lsgan": least_squares}[config.loss]
        self._probability = {"bce": ops.sigmoid, "lsgan": ops.convert_to_tensor}[config.loss]

    def optimizers(self):
        return optimizers.adam(self.config.learning_rate, self.config.beta_1, epsilon=1e-8)

    def draw(self, draws):
        config = self.config
        updates = config.d_steps
        batch = {
            "image": draws.examples(updates)["image"],
            "noise": draws.normal("noise", updates, [config.latent_dim], config.sigma),
            "augmentation": draws.augmentation("fake", updates),
        }
        if config.instance_noise:
            shape = batch["image"].shape[2:]
            batch["image"] += draws.normal("instance_noise", updates, shape, config.instance_noise)
        if config.label_noise:
            batch["real_target"] = draws.uniform("real_target", updates, 0.75, 1.25)
            batch["fake_target"] = draws.uniform("fake_target", updates, 0.0, 0.25)
        else:
            batch["real_target"] = ops.ones_like(batch["noise"][..., :1])
            batch["fake_target"] = ops.zeros_like(batch["real_target"])
        return {"discriminator": batch}

    def generate(self, batch):
        images = self.generator({"noise": batch["noise"]}, training=True)
        return augment(images, batch["augmentation"])

    def discriminator_losses(self, batch):
        """L_D of real and of generated images, in batches of their own."""
        real = self.discriminator(batch["image"], training=True)
        generated = batch["generated"]
        fake = self.discriminator(generated, training=True)
        losses = {
            "d_real": self._loss(real, batch["real_target"]),
            "d_fake": self._loss(fake, batch["fake_target"]),
        }
        real, fake = self._probability(real), self._probability(fake)
        measures = {
            "d_score_real": ops.mean(real),
            "d_score_fake": ops.mean(fake),
            "d_accuracy_real": binary_accuracy(real, 1, threshold=0.5),
            "d_accuracy_fake": binary_accuracy(fake, 0, threshold=0.5),
            "d_distance_real": pairwise_distance(batch["image"]),
            "d_distance_fake": pairwise_distance(generated),
        }
        return losses, measures

    def generator_losses(self, batch):
        """L_G, the non-saturating loss of being taken for real."""
        fake = self.discriminator(batch["generated"], training=True)
        losses = {"g_fool": self._loss(fake, batch["real_target"])}
        return losses, {"g_score_fake": ops.mean(self._probability(fake))}
