"""StarGAN.

Reference: Choi et al. 2018, "StarGAN: Unified Generative Adversarial Networks for Multi-Domain
Image-to-Image Translation" (arXiv:1711.09020), with the Wasserstein loss of its eq. 8.
"""

from typing import NamedTuple

import keras
import tensorflow as tf
from keras import ops

from kerasgan import optimizers
from kerasgan.configs.stargan import StarGANConfig
from kerasgan.losses import (
    accuracy,
    bce,
    cross_entropy,
    gradient_penalty,
    l1,
    pair_accuracy,
    pairwise_distance,
)
from kerasgan.models.base import Networks
from kerasgan.models.gradient_penalty import interpolated_gradient_norms, patch_penalties
from kerasgan.models.shared_fakes import SharedFakesModel
from kerasgan.models.step_random import LabelledStepRandom
from kerasgan.networks import stargan


class Wasserstein(NamedTuple):
    """The adversarial loss of eq. 8, with a penalty on gradients between images.

    weight: lambda.
    """

    weight: float

    def real(self, scores):
        """Loss of scores that should be those of real images."""
        return -ops.mean(scores)

    def fake(self, scores):
        """Loss of scores that should be those of generated images."""
        return ops.mean(scores)

    def metrics(self, real, fake):
        """What is recorded of the scores, {metric: scalar}."""
        return {"d_wasserstein": ops.mean(real) - ops.mean(fake)}

    def penalty(self, critic, real, fakes, alpha):
        """The weighted penalty, and what it was computed of, {metric: scalar}."""
        norms = interpolated_gradient_norms(critic, real, fakes, alpha)
        return self.weight * gradient_penalty(norms), {"d_critic_gradient": ops.mean(norms)}


class NonSaturating(NamedTuple):
    """Cross-entropy with R1 and R2, as of StarGAN v2 (Choi et al. 2020, arXiv:1912.01865), eq. 1.

    weight: gamma, of gamma/2 (R1 + R2); the reference has R1 alone.
    share: part of each batch that the penalties are computed on.
    """

    weight: float
    share: float

    def real(self, scores):
        """Loss of scores that should be those of real images."""
        return bce(scores, 1.0)

    def fake(self, scores):
        """Loss of scores that should be those of generated images."""
        return bce(scores, 0.0)

    def metrics(self, real, fake):
        """What is recorded of the scores, {metric: scalar}."""
        return {"d_score_real": ops.mean(real), "d_score_fake": ops.mean(fake)}

    def penalty(self, critic, real, fakes, alpha):
        """The weighted penalty, and what it was computed of, {metric: scalar}."""
        r1, r2 = patch_penalties(critic, real, fakes, self.share)
        return self.weight / 2 * (r1 + r2), {"d_r1": r1, "d_r2": r2}


@keras.saving.register_keras_serializable("kerasgan")
class StarGAN(SharedFakesModel):
    """A generator that edits the labels of an image, and a critic that also classifies them.

    Examples:
        >>> gan = kerasgan.StarGAN({"young": ["no", "yes"]}, image_size=128)
        >>> gan.compile()
        >>> gan.fit(dataset, epochs=10)
    """

    CONFIG = StarGANConfig
    config: StarGANConfig

    def __init__(self, labels=None, **options):
        super().__init__(labels, **options)
        weight, share = self.config.penalty_weight, self.config.penalty_share
        self._adversarial = {
            "wasserstein": Wasserstein(weight),
            "bce": NonSaturating(weight, share),
        }[self.config.loss]

    def build_networks(self, config, schema):
        labels, width = schema.sizes, config.width
        return Networks(
            discriminator=stargan.discriminator(config.image_size, labels, width),
            generator=stargan.generator(labels, width, config.residual_output),
            d_steps=config.critic_steps,
        )

    def step_random(self, step, given):
        config = self.config
        return LabelledStepRandom(
            given, self.schema, config.seed, step, config.augment, config.mirror
        )

    @property
    def inference_networks(self):
        # The discriminator reads the labels that an edit keeps.
        return {*super().inference_networks, "discriminator"}

    def optimizers(self):
        config = self.config
        rates = optimizers.scheduled_learning_rates(config, (config.critic_steps, 1))
        return optimizers.adam(rates, config.beta_1, epsilon=1e-8)

    def sample_discriminator_batch(self, random, updates):
        examples = random.examples()
        labels = examples["labels"]
        return {
            "image": examples["image"],
            "labels": labels,
            # Labels of the batch's other images: only combinations that occur in the data.
            "target": {name: tf.roll(rows, 1, axis=0) for name, rows in labels.items()},
            "alpha": random.uniform("alpha", updates),
            "real_augmentation": random.augmentation("real", updates),
            "augmentation": random.augmentation("fake", updates),
        }

    def generate(self, batch):
        return self.generator({"image": batch["image"], **batch["target"]}, training=True)

    def discriminator_losses(self, batch, fakes):
        """The terms of eq. 5: the adversarial loss, and the class losses of real images, eq. 2."""
        image = self.augment(batch["image"], batch["real_augmentation"])
        fakes = self.augment(fakes, batch["augmentation"])
        outputs = self.discriminator(image, training=True)
        real = outputs["source"]
        fake = self.discriminator(fakes, training=True)["source"]
        penalty, measured = self._adversarial.penalty(self._score, image, fakes, batch["alpha"])
        losses = {
            "d_real": self._adversarial.real(real),
            "d_fake": self._adversarial.fake(fake),
            "d_penalty": penalty,
        }
        metrics = {
            **self._adversarial.metrics(real, fake),
            **measured,
            "d_accuracy_real": pair_accuracy(real, fake),
            "d_distance_real": pairwise_distance(image),
            "d_distance_fake": pairwise_distance(fakes),
        }
        for name, rows in batch["labels"].items():
            losses[f"d_{name}"] = self.config.class_weight * cross_entropy(outputs[name], rows)
            metrics[f"d_accuracy_{name}"] = accuracy(outputs[name], rows)
        return losses, metrics

    def _score(self, images):
        """Scores [B, h, w, 1] of images [B, H, W, 3]."""
        return self.discriminator(images, training=True)["source"]

    def generator_losses(self, batch, fakes):
        """The terms of eq. 6: the critic's score, the target's class losses, the reconstruction."""
        seen = self.augment(fakes, batch["augmentation"])
        outputs = self.discriminator(seen, training=True)
        rebuilt = self.generator({"image": fakes, **batch["labels"]}, training=True)
        losses = {"g_fool": self._adversarial.real(outputs["source"])}
        for name, target in batch["target"].items():
            losses[f"g_{name}"] = self.config.class_weight * cross_entropy(outputs[name], target)
        weight = self.config.reconstruction_weight
        losses["g_reconstruction"] = weight * l1(rebuilt, batch["image"])
        return losses, {"g_change": l1(fakes, batch["image"])}
