"""Training on unpaired images of two domains."""

from kerasgan import optimizers
from kerasgan.models import examples
from kerasgan.models.base import AdversarialModel
from kerasgan.models.step_random import UnpairedStepRandom


class UnpairedModel(AdversarialModel):
    """A GAN that translates between domains a and b, whose configuration is an `UnpairedConfig`.

    It has the real images of `UnpairedStepRandom` and the optimizers of CycleGAN's code.
    """

    def steps(self, dataset):
        config = self.config
        return examples.unpaired_steps(dataset, config.image_size, config.batch_size)

    def step_random(self, step, given):
        config = self.config
        return UnpairedStepRandom(given, config.seed, step, config.image_size, config.augment)

    def optimizers(self):
        config = self.config
        rates = optimizers.scheduled_learning_rates(config)
        return optimizers.adam(rates, config.beta_1, epsilon=1e-8)
