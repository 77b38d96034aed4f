"""Training on unpaired images of two domains."""

from functools import partial

from kerasgan import optimizers
from kerasgan.configs.unpaired import UnpairedConfig
from kerasgan.losses import pairwise_distance
from kerasgan.models import examples
from kerasgan.models.base import AdversarialModel
from kerasgan.models.gradient_penalty import patch_penalties
from kerasgan.models.step_random import UnpairedStepRandom
from kerasgan.networks import cyclegan


class UnpairedModel(AdversarialModel):
    """A GAN that translates between domains a and b, whose configuration is an `UnpairedConfig`.

    It has the real images of `UnpairedStepRandom` and the optimizers of CycleGAN's code.
    """

    config: UnpairedConfig

    def steps(self, dataset):
        config = self.config
        return examples.unpaired_steps(dataset, config.image_size, config.batch_size)

    def step_random(self, step, given):
        config = self.config
        return UnpairedStepRandom(given, config.seed, step, config.image_size, config.augment)

    @staticmethod
    def distances(kind: str, images: dict) -> dict:
        """Distances between the images of a batch, {"d_distance_real_a": scalar}; {} for one image.

        Args:
            kind: "real" or "fake".
            images: {suffix: [B, H, W, 3]}.
        """
        return {
            f"d_distance_{kind}{suffix}": pairwise_distance(batch)
            for suffix, batch in images.items()
            if batch.shape[0] > 1
        }

    def penalties(self, critic, real, fakes):
        """gamma/2 (R1 + R2), and both of them, of the mean score of an image's patches.

        Args:
            critic: network of images [B, H, W, 3] -> scores [B, h, w, 1].
            real, fakes: images [B, H, W, 3], of which `penalty_share` is used.
        """
        score = partial(critic, training=True)
        r1, r2 = patch_penalties(score, real, fakes, self.config.penalty_share)
        return self.config.penalty_weight / 2 * (r1 + r2), (r1, r2)

    @staticmethod
    def build_generators(config):
        """CycleGAN's generators into the model's target domains."""
        return cyclegan.generators(
            config.TARGETS,
            blocks=config.blocks,
            width=config.width,
            norm=config.norm,
            upsample=config.upsample,
            antialias=config.antialias,
            residual=config.residual_output,
        )

    def optimizers(self):
        config = self.config
        rates = optimizers.scheduled_learning_rates(config)
        return optimizers.adam(rates, config.beta_1, epsilon=1e-8)
