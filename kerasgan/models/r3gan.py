"""R3GAN: a relativistic GAN under R1 and R2.

Reference: Huang, Gokaslan, Kuleshov and Tompkin 2024, "The GAN is dead; long live the GAN! A Modern
Baseline GAN" (arXiv:2501.05441); Jolicoeur-Martineau 2018 (arXiv:1807.00734) for the pairing;
Miyato and Koyama 2018, "cGANs with Projection Discriminator" (arXiv:1802.05637) for the labels.
"""

from keras import ops

from kerasgan import optimizers, schedules
from kerasgan.configs.r3gan import R3GANConfig
from kerasgan.labels import Vocabulary
from kerasgan.losses import accuracy, cross_entropy, pairwise_distance, relativistic
from kerasgan.models import averaging
from kerasgan.models.augmentation import augment
from kerasgan.models.base import SharedFakesModel, first_part, zero_centred_penalties
from kerasgan.networks import r3gan


class R3GAN(SharedFakesModel):
    """Relativistic pairing loss, zero-centred gradient penalties, class logits as projection."""

    def __init__(self, config: R3GANConfig, vocabulary: Vocabulary):
        self._labels = {name: size for name, size in vocabulary.labels.items() if size}
        size, width = config.image_size, config.width
        super().__init__(
            discriminator=r3gan.discriminator(size, self._labels, width),
            generator=r3gan.generator(size, config.latent_dim, self._labels, width),
            ema=averaging.of_config(config),
        )
        self.config = config
        self._gamma = schedules.Cosine(
            config.penalty_weight,
            config.penalty_weight * config.penalty_decay,
            config.schedule_steps,
        )

    def optimizers(self):
        return optimizers.adam(schedules.of_config(self.config), 0.0, beta_2=0.99, epsilon=1e-8)

    def draw(self, draws):
        config = self.config
        real = draws.examples(1)
        return {
            "discriminator": {
                "image": real["image"],
                "label": {name: real[name] for name in self._labels},
                "noise": draws.normal("noise", 1, [config.latent_dim], config.sigma),
                "augmentation": draws.augmentation("fake", 1),
            }
        }

    def generate(self, batch):
        images = self.generator({"noise": batch["noise"], **batch["label"]}, training=True)
        return augment(images, batch["augmentation"])

    def judge(self, images, labels):
        """D(x, y) [B] and the class logits, {label: [B, K]}.

        D(x, y) is the score plus the logit of each label; a missing label, a row of zeros, adds 0.
        """
        logits = self.discriminator(images, training=True)
        score = logits.pop("source")[:, 0]
        projections = [ops.sum(logits[name] * labels[name], axis=-1) for name in labels]
        return sum(projections, score), logits

    def discriminator_losses(self, batch):
        """L_D of eq. 2, gamma/2 (R1 + R2), and the classes of real images."""
        real, fake = batch["image"], batch["generated"]
        # No score depends on images of the other half: one pass serves both, and takes less time.
        scores, logits = self.judge(ops.concatenate([real, fake]), _twice(batch["label"]))
        real_score, fake_score = ops.split(scores, 2)
        part = first_part(self.config.penalty_share, batch, self.config.GROUP)
        labels = _twice(part["label"])
        r1, r2 = zero_centred_penalties(
            lambda images: self.judge(images, labels)[0], part["image"], part["generated"]
        )
        losses = {
            "d_relativistic": relativistic(real_score, fake_score),
            "d_penalty": self._gamma(self.step - 1) / 2 * (r1 + r2),
        }
        metrics = {
            "d_score_real": ops.mean(real_score),
            "d_score_fake": ops.mean(fake_score),
            "d_r1": r1,
            "d_r2": r2,
            "d_distance_real": pairwise_distance(real),
            "d_distance_fake": pairwise_distance(fake),
        }
        for name, label in batch["label"].items():
            real_logits = logits[name][: real.shape[0]]
            losses[f"d_{name}"] = self.config.class_weight * cross_entropy(real_logits, label)
            metrics[f"d_accuracy_{name}"] = accuracy(real_logits, label)
        return losses, metrics

    def generator_losses(self, batch):
        """Eq. 2 for G: the same pairs the other way round."""
        real, _ = self.judge(batch["image"], batch["label"])
        fake, _ = self.judge(batch["generated"], batch["label"])
        return {"g_relativistic": relativistic(fake, real)}, {"g_score_fake": ops.mean(fake)}


def _twice(labels):
    return {name: ops.concatenate([label, label]) for name, label in labels.items()}
