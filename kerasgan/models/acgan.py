"""Auxiliary-classifier GAN.

Reference: Odena, Olah and Shlens 2017, "Conditional Image Synthesis with Auxiliary Classifier GANs"
(arXiv:1610.09585), with a class head each for hair and eyes, as in the course report.
"""

from kerasgan import optimizers
from kerasgan.configs.acgan import ACGANConfig
from kerasgan.labels import Vocabulary
from kerasgan.losses import accuracy, bce, binary_accuracy, cross_entropy, pairwise_distance
from kerasgan.models import averaging
from kerasgan.models.augmentation import augment
from kerasgan.models.gradient_penalty import first_samples, zero_centred_penalties
from kerasgan.models.shared_fakes import SharedFakesModel
from kerasgan.networks import acgan

# Fraction of each batch: the cost of the penalties is proportional to it.
PENALTY_SHARE = 0.25


class ACGAN(SharedFakesModel):
    """ACGAN; `loss_weights` are the weights of the source, hair and eye heads."""

    def __init__(self, config: ACGANConfig, vocabulary: Vocabulary):
        colours = {"hair_colours": len(vocabulary.hair), "eye_colours": len(vocabulary.eyes)}
        super().__init__(
            discriminator=acgan.discriminator(
                config.image_size,
                width=config.width,
                minibatch_stddev=config.minibatch_stddev,
                norm=config.d_norm,
                dropout=config.d_dropout,
                **colours,
            ),
            generator=acgan.generator(
                config.image_size,
                config.latent_dim,
                width=config.width,
                activation=config.generator_activation,
                **colours,
            ),
            d_steps=config.d_steps,
            g_steps=config.g_steps,
            ema=averaging.build_decay(
                config.ema, config.ema_half_life, config.batch_size, config.g_steps
            ),
        )
        self.config = config

    def optimizers(self):
        config = self.config
        endpoints = config.learning_rate, config.final_learning_rate, config.schedule_steps
        rates = tuple(
            optimizers.build_learning_rate(config.schedule, *endpoints, updates)
            for updates in (config.d_steps, config.g_steps)
        )
        return optimizers.adam(rates, config.beta_1, config.beta_2)

    def sample_discriminator_batch(self, random, updates):
        real = random.examples(updates)
        if stddev := self.config.instance_noise:
            shape = real["image"].shape[2:]
            real["image"] += random.normal("instance_noise", updates, shape, stddev)
        return {**real, **self._sample_fakes(random, "d_fake", updates)}

    def sample_generator_batch(self, random, updates):
        return self._sample_fakes(random, "g_fake", updates)

    def _sample_fakes(self, random, name, updates):
        config = self.config
        colours = random.colours(name, updates)
        return {
            "noise": random.normal(f"{name}_noise", updates, [config.latent_dim], config.sigma),
            "fake_hair": colours["hair"],
            "fake_eyes": colours["eyes"],
            "augmentation": random.augmentation(name, updates),
        }

    def generate(self, batch):
        colours = {name: batch[f"fake_{name}"] for name in ("hair", "eyes")}
        images = self.generator({"noise": batch["noise"], **colours}, training=True)
        return augment(images, batch["augmentation"])

    def discriminator_losses(self, batch, fakes):
        """L_S and L_C of real images, but only L_S of generated ones (eq. 2 and 3)."""
        # Separate batches: BatchNorm must not mix the statistics of real and generated images.
        real, hair, eyes = self.discriminator(batch["image"], training=True)
        fake, *_ = self.discriminator(fakes, training=True)
        source_weight, hair_weight, eyes_weight = self.config.loss_weights
        losses = {
            "d_real": source_weight * bce(real, 1.0),
            "d_fake": source_weight * bce(fake, 0.0),
            "d_hair": hair_weight * cross_entropy(hair, batch["hair"]),
            "d_eyes": eyes_weight * cross_entropy(eyes, batch["eyes"]),
        }
        if self.config.penalty_weight:
            r1, r2 = zero_centred_penalties(
                lambda images: self.discriminator(images, training=True)[0],
                *first_samples((batch["image"], fakes), PENALTY_SHARE),
            )
            losses["d_penalty"] = self.config.penalty_weight / 2 * (r1 + r2)
        metrics = {
            "d_accuracy_real": binary_accuracy(real, 1),
            "d_accuracy_fake": binary_accuracy(fake, 0),
            "d_accuracy_hair": accuracy(hair, batch["hair"]),
            "d_accuracy_eyes": accuracy(eyes, batch["eyes"]),
            "d_distance_real": pairwise_distance(batch["image"]),
            "d_distance_fake": pairwise_distance(fakes),
        }
        return losses, metrics

    def generator_losses(self, batch, fakes):
        """The non-saturating L_S, and L_C of the colours asked for."""
        source, hair, eyes = self.discriminator(fakes, training=True)
        source_weight, hair_weight, eyes_weight = self.config.loss_weights
        losses = {
            "g_fool": source_weight * bce(source, 1.0),
            "g_hair": hair_weight * cross_entropy(hair, batch["fake_hair"]),
            "g_eyes": eyes_weight * cross_entropy(eyes, batch["fake_eyes"]),
        }
        return losses, {}
