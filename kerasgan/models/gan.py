"""DCGAN and LSGAN.

Reference: Radford, Metz and Chintala 2015 (arXiv:1511.06434); Mao et al. 2017, "Least Squares
Generative Adversarial Networks" (arXiv:1611.04076). The training tips are the course report's.
"""

import keras
from keras import ops

from kerasgan import optimizers
from kerasgan.configs.dcgan import GANConfig
from kerasgan.losses import bce, binary_accuracy, least_squares, pairwise_distance
from kerasgan.models.base import Networks
from kerasgan.models.generates_from_noise import GeneratesFromNoise
from kerasgan.models.shared_fakes import SharedFakesModel
from kerasgan.networks import dcgan


@keras.saving.register_keras_serializable("kerasgan")
class GAN(GeneratesFromNoise, SharedFakesModel):
    """Unconditional DCGAN with binary cross-entropy or least squares.

    Examples:
        >>> gan = kerasgan.GAN(image_size=64, loss="lsgan")
        >>> gan.compile()
        >>> gan.fit(dataset, epochs=10)
    """

    CONFIG = GANConfig
    config: GANConfig

    def __init__(self, labels=None, **options):
        super().__init__(labels, **options)
        loss = self.config.loss
        self._loss = {"bce": bce, "lsgan": least_squares}[loss]
        self._probability = {"bce": ops.sigmoid, "lsgan": ops.convert_to_tensor}[loss]

    @property
    def shares_fakes(self):
        return self.config.share_fakes

    def build_networks(self, config, schema):
        size, width = config.image_size, config.width
        return Networks(
            discriminator=dcgan.discriminator(size, width),
            generator=dcgan.generator(size, config.latent_dim, width, config.generator_dropout),
            d_steps=config.d_steps,
        )

    def optimizers(self):
        return optimizers.adam(self.config.learning_rates, self.config.beta_1, epsilon=1e-8)

    def sample_discriminator_batch(self, random, updates):
        config = self.config
        batch = {
            "image": random.examples()["image"],
            "noise": random.normal("noise", updates, [config.latent_dim], config.sigma),
            "augmentation": random.augmentation("fake", updates),
        }
        if config.instance_noise:
            shape = batch["image"].shape[2:]
            batch["image"] += random.normal("instance_noise", updates, shape, config.instance_noise)
        fake_range = (0.0, 0.25) if config.label_noise else (0.0, 0.0)
        return {
            **batch,
            "real_target": self._real_target(random, "real_target", updates),
            "fake_target": random.uniform("fake_target", updates, *fake_range),
        }

    def sample_generator_batch(self, random, updates):
        config = self.config
        return {
            "noise": random.normal("g_noise", updates, [config.latent_dim], config.sigma),
            "real_target": self._real_target(random, "g_real_target", updates),
            "augmentation": random.augmentation("g_fake", updates),
        }

    def _real_target(self, random, name, updates):
        real_range = (0.75, 1.25) if self.config.label_noise else (1.0, 1.0)
        return random.uniform(name, updates, *real_range)

    def generate(self, batch):
        images = self.generator({"noise": batch["noise"]}, training=True)
        return self.augment(images, batch["augmentation"])

    def discriminator_losses(self, batch, fakes):
        """L_D of real and of generated images, in separate batches for BatchNorm."""
        real = self.discriminator(batch["image"], training=True)
        fake = self.discriminator(fakes, training=True)
        losses = {
            "d_real": self._loss(real, batch["real_target"]),
            "d_fake": self._loss(fake, batch["fake_target"]),
        }
        real, fake = self._probability(real), self._probability(fake)
        metrics = {
            "d_score_real": ops.mean(real),
            "d_score_fake": ops.mean(fake),
            "d_accuracy_real": binary_accuracy(real, 1, threshold=0.5),
            "d_accuracy_fake": binary_accuracy(fake, 0, threshold=0.5),
            "d_distance_real": pairwise_distance(batch["image"]),
            "d_distance_fake": pairwise_distance(fakes),
        }
        return losses, metrics

    def generator_losses(self, batch, fakes):
        """L_G, the non-saturating loss."""
        fake = self.discriminator(fakes, training=True)
        losses = {"g_fool": self._loss(fake, batch["real_target"])}
        return losses, {"g_score_fake": ops.mean(self._probability(fake))}
