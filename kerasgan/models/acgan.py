"""Auxiliary-classifier GAN.

Reference: Odena, Olah and Shlens 2017, "Conditional Image Synthesis with Auxiliary Classifier GANs"
(arXiv:1610.09585), with a class head for each label, as in the course report.
"""

import keras

from kerasgan import optimizers
from kerasgan.configs.acgan import ACGANConfig, head_weights
from kerasgan.losses import accuracy, bce, binary_accuracy, cross_entropy, pairwise_distance
from kerasgan.models.base import Networks
from kerasgan.models.calls import call_each
from kerasgan.models.generates_from_noise import GeneratesFromNoise
from kerasgan.models.gradient_penalty import first_samples, zero_centred_penalties
from kerasgan.models.shared_fakes import SharedFakesModel
from kerasgan.networks import acgan

# Fraction of each batch: the cost of the penalties is proportional to it.
PENALTY_SHARE = 0.25


@keras.saving.register_keras_serializable("kerasgan")
class ACGAN(GeneratesFromNoise, SharedFakesModel):
    """ACGAN.

    Raises:
        InvalidInput: if the loss weights do not fit the labels.

    Examples:
        >>> gan = kerasgan.ACGAN({"breed": 12, "coat": 3}, image_size=64, sigma=0.5)
        >>> gan.compile()
        >>> gan.fit(dataset, epochs=10)
    """

    CONFIG = ACGANConfig
    config: ACGANConfig

    def __init__(self, labels=None, **options):
        super().__init__(labels, **options)
        self._weights = head_weights(self.config.loss_weights, self.schema.names)

    @property
    def shares_fakes(self):
        return self.config.share_fakes

    def build_networks(self, config, schema):
        return Networks(
            discriminator=acgan.discriminator(
                config.image_size,
                schema.sizes,
                config.width,
                minibatch_stddev=config.minibatch_stddev,
                norm=config.d_norm,
                dropout=config.d_dropout,
            ),
            generator=acgan.generator(
                config.image_size,
                config.latent_dim,
                schema.sizes,
                config.width,
                activation=config.generator_activation,
                norm=config.g_norm,
            ),
            d_steps=config.d_steps,
            g_steps=config.g_steps,
        )

    def optimizers(self):
        config = self.config
        rates = optimizers.scheduled_learning_rates(config, (config.d_steps, config.g_steps))
        return optimizers.adam(rates, config.beta_1, config.beta_2)

    def sample_discriminator_batch(self, random, updates):
        real = random.examples()
        if stddev := self.config.instance_noise:
            shape = real["image"].shape[2:]
            real["image"] += random.normal("instance_noise", updates, shape, stddev)
        return {**real, **self._sample_fakes(random, "d_fake", updates)}

    def sample_generator_batch(self, random, updates):
        return self._sample_fakes(random, "g_fake", updates)

    def _sample_fakes(self, random, name, updates):
        config = self.config
        return {
            "noise": random.normal(f"{name}_noise", updates, [config.latent_dim], config.sigma),
            "fake_labels": random.labels(name, updates),
            "augmentation": random.augmentation(name, updates),
        }

    def generate(self, batch):
        inputs = {"noise": batch["noise"], **batch["fake_labels"]}
        images = self.generator(inputs, training=True)
        return self.augment(images, batch["augmentation"])

    def real_scores(self, real):
        return self.discriminator(real["image"], training=False)["source"]

    def discriminator_losses(self, batch, fakes):
        """L_S and L_C of real images, but only L_S of generated ones (eq. 2 and 3)."""
        is_joint = self.config.mix_batches
        logits, of_fakes = call_each(self.discriminator, is_joint, batch["image"], fakes)
        real, fake = logits["source"], of_fakes["source"]
        weights = self._weights
        losses = {
            "d_real": weights["source"] * bce(real, 1.0),
            "d_fake": weights["source"] * bce(fake, 0.0),
        }
        if self.config.penalty_weight:
            r1, r2 = zero_centred_penalties(
                lambda images: self.discriminator(images, training=True)["source"],
                *first_samples((batch["image"], fakes), PENALTY_SHARE),
            )
            losses["d_penalty"] = self.config.penalty_weight / 2 * (r1 + r2)
        metrics = {
            "d_accuracy_real": binary_accuracy(real, 1),
            "d_accuracy_fake": binary_accuracy(fake, 0),
            "d_distance_real": pairwise_distance(batch["image"]),
            "d_distance_fake": pairwise_distance(fakes),
        }
        for name, rows in batch["labels"].items():
            losses[f"d_{name}"] = weights[name] * cross_entropy(logits[name], rows)
            metrics[f"d_accuracy_{name}"] = accuracy(logits[name], rows)
        return losses, metrics

    def generator_losses(self, batch, fakes):
        """The non-saturating L_S, and L_C of the labels asked for."""
        logits = self.discriminator(fakes, training=True)
        losses = {"g_fool": self._weights["source"] * bce(logits["source"], 1.0)}
        for name, rows in batch["fake_labels"].items():
            losses[f"g_{name}"] = self._weights[name] * cross_entropy(logits[name], rows)
        return losses, {}
