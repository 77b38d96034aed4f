"""Auxiliary-classifier GAN.

Reference: Odena, Olah and Shlens 2017, "Conditional Image Synthesis with Auxiliary Classifier GANs"
(arXiv:1610.09585), with one class head for hair and one for eyes, as the course report has it.
"""

from kerasgan import optimizers, schedules
from kerasgan.configs.acgan import ACGANConfig
from kerasgan.labels import Vocabulary
from kerasgan.losses import accuracy, bce, binary_accuracy, cross_entropy, pairwise_distance
from kerasgan.models import averaging
from kerasgan.models.augmentation import augment
from kerasgan.models.base import SharedFakesModel, first_part, zero_centred_penalties
from kerasgan.networks import acgan

# Of each batch: the cost of the penalties is in proportion.
PENALTY_SHARE = 0.25


class ACGAN(SharedFakesModel):
    """ACGAN whose loss weights are those of the heads source, hair and eyes."""

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
            ema=averaging.of_config(config),
        )
        self.config = config

    def optimizers(self):
        config = self.config
        rates = tuple(
            schedules.of_config(config, updates) for updates in (config.d_steps, config.g_steps)
        )
        return optimizers.adam(rates, config.beta_1, config.beta_2)

    def draw(self, draws):
        config = self.config
        real = draws.examples(config.d_steps)
        del real["pair"]
        if config.instance_noise:
            shape = real["image"].shape[2:]
            real["image"] += draws.normal(
                "instance_noise", config.d_steps, shape, config.instance_noise
            )
        return {
            "discriminator": {**real, **self._wanted(draws, "d_fake", config.d_steps)},
            "generator": self._wanted(draws, "g_fake", config.g_steps - 1),
        }

    def _wanted(self, draws, name, updates):
        config = self.config
        colours = draws.colours(name, updates)
        return {
            "noise": draws.normal(f"{name}_noise", updates, [config.latent_dim], config.sigma),
            "fake_hair": colours["hair"],
            "fake_eyes": colours["eyes"],
            "augmentation": draws.augmentation(name, updates),
        }

    def generate(self, batch):
        wanted = {name: batch[f"fake_{name}"] for name in ("hair", "eyes")}
        images = self.generator({"noise": batch["noise"], **wanted}, training=True)
        return augment(images, batch["augmentation"])

    def discriminator_losses(self, batch):
        """L_S and L_C of real images, and L_S alone of generated ones (eq. 2 and 3)."""
        # Two batches: BatchNorm must not mix the statistics of real and generated images.
        real, hair, eyes = self.discriminator(batch["image"], training=True)
        generated = batch["generated"]
        fake, *_ = self.discriminator(generated, training=True)
        source_weight, hair_weight, eyes_weight = self.config.loss_weights
        losses = {
            "d_real": source_weight * bce(real, 1.0),
            "d_fake": source_weight * bce(fake, 0.0),
            "d_hair": hair_weight * cross_entropy(hair, batch["hair"]),
            "d_eyes": eyes_weight * cross_entropy(eyes, batch["eyes"]),
        }
        if self.config.penalty_weight:
            part = first_part(PENALTY_SHARE, {"real": batch["image"], "generated": generated})
            r1, r2 = zero_centred_penalties(
                lambda images: self.discriminator(images, training=True)[0], **part
            )
            losses["d_penalty"] = self.config.penalty_weight / 2 * (r1 + r2)
        measures = {
            "d_accuracy_real": binary_accuracy(real, 1),
            "d_accuracy_fake": binary_accuracy(fake, 0),
            "d_accuracy_hair": accuracy(hair, batch["hair"]),
            "d_accuracy_eyes": accuracy(eyes, batch["eyes"]),
            "d_distance_real": pairwise_distance(batch["image"]),
            "d_distance_fake": pairwise_distance(generated),
        }
        return losses, measures

    def generator_losses(self, batch):
        """The losses of being taken for real and of showing the wanted colours."""
        source, hair, eyes = self.discriminator(batch["generated"], training=True)
        source_weight, hair_weight, eyes_weight = self.config.loss_weights
        losses = {
            "g_fool": source_weight * bce(source, 1.0),
            "g_hair": hair_weight * cross_entropy(hair, batch["fake_hair"]),
            "g_eyes": eyes_weight * cross_entropy(eyes, batch["fake_eyes"]),
        }
        return losses, {}
