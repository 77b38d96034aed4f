"""R3GAN: a relativistic GAN with R1 and R2 penalties.

Reference: Huang, Gokaslan, Kuleshov and Tompkin 2024, "The GAN is dead; long live the GAN! A Modern
Baseline GAN" (arXiv:2501.05441); Jolicoeur-Martineau 2018 (arXiv:1807.00734) for the pairing;
Miyato and Koyama 2018, "cGANs with Projection Discriminator" (arXiv:1802.05637) for the labels.
"""

import keras
from keras import ops

from kerasgan import optimizers
from kerasgan.configs.r3gan import R3GANConfig
from kerasgan.losses import accuracy, cross_entropy, pair_accuracy, pairwise_distance, relativistic
from kerasgan.models.base import Networks
from kerasgan.models.generates_from_noise import GeneratesFromNoise
from kerasgan.models.gradient_penalty import first_samples, zero_centred_penalties
from kerasgan.models.shared_fakes import SharedFakesModel
from kerasgan.networks import r3gan


@keras.saving.register_keras_serializable("kerasgan")
class R3GAN(GeneratesFromNoise, SharedFakesModel):
    """Relativistic pairing loss, zero-centred gradient penalties, class logits as projection.

    Examples:
        >>> gan = kerasgan.R3GAN({"breed": 5}, image_size=64)
        >>> gan.compile()
        >>> gan.fit(dataset, epochs=10)
    """

    CONFIG = R3GANConfig
    config: R3GANConfig

    def __init__(self, labels=None, **options):
        super().__init__(labels, **options)
        weight, steps = self.config.penalty_weight, self.config.schedule_steps
        self._gamma = optimizers.Cosine(weight, weight * self.config.penalty_decay, steps)

    def build_networks(self, config, schema):
        size, width, labels = config.image_size, config.width, schema.sizes
        return Networks(
            discriminator=r3gan.discriminator(size, labels, width),
            generator=r3gan.generator(size, config.latent_dim, labels, width),
        )

    def optimizers(self):
        rates = optimizers.scheduled_learning_rates(self.config)
        return optimizers.adam(rates, beta_1=0.0, beta_2=0.99, epsilon=1e-8)

    def sample_discriminator_batch(self, random, updates):
        config = self.config
        real = random.examples()
        return {
            "image": real["image"],
            "labels": real["labels"],
            "noise": random.normal("noise", updates, [config.latent_dim], config.sigma),
            "augmentation": random.augmentation("fake", updates),
        }

    def generate(self, batch):
        images = self.generator({"noise": batch["noise"], **batch["labels"]}, training=True)
        return self.augment(images, batch["augmentation"])

    def score(self, images, labels, training=True):
        """D(x, y) [B] and the class logits, {label: [B, K]}.

        D(x, y) is the source score plus the logit of each label; a missing label, a row of zeros,
        adds 0.
        """
        logits = self.discriminator(images, training=training)
        source = logits.pop("source")[:, 0]
        projections = [ops.sum(logits[name] * labels[name], axis=-1) for name in labels]
        return sum(projections, source), logits

    def real_scores(self, real):
        return self.score(real["image"], real["labels"], training=False)[0]

    def discriminator_losses(self, batch, fakes):
        """L_D of eq. 2, gamma/2 (R1 + R2), and the class losses of real images."""
        config, image = self.config, batch["image"]
        # No score depends on images of the other half, so one pass serves both and is faster.
        scores, logits = self.score(ops.concatenate([image, fakes]), _twice(batch["labels"]))
        real, fake = ops.split(scores, 2)
        *images, label = first_samples(
            (image, fakes, batch["labels"]), config.penalty_share, config.GROUP
        )
        label = _twice(label)
        r1, r2 = zero_centred_penalties(lambda both: self.score(both, label)[0], *images)
        losses = {
            "d_relativistic": relativistic(real, fake),
            "d_penalty": self._gamma(self.step - 1) / 2 * (r1 + r2),
        }
        metrics = {
            "d_score_real": ops.mean(real),
            "d_score_fake": ops.mean(fake),
            "d_accuracy_real": pair_accuracy(real, fake),
            "d_r1": r1,
            "d_r2": r2,
            "d_distance_real": pairwise_distance(image),
            "d_distance_fake": pairwise_distance(fakes),
        }
        for name, rows in batch["labels"].items():
            real_logits = logits[name][: image.shape[0]]
            losses[f"d_{name}"] = config.class_weight * cross_entropy(real_logits, rows)
            metrics[f"d_accuracy_{name}"] = accuracy(real_logits, rows)
        return losses, metrics

    def generator_losses(self, batch, fakes):
        """L_G of eq. 2: the same pairs with the signs exchanged."""
        real, _ = self.score(batch["image"], batch["labels"])
        fake, _ = self.score(fakes, batch["labels"])
        return {"g_relativistic": relativistic(fake, real)}, {"g_score_fake": ops.mean(fake)}


def _twice(labels):
    return {name: ops.concatenate([label, label]) for name, label in labels.items()}
