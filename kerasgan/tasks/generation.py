"""Images from noise, with or without conditions."""

import numpy as np

from kerasgan.datasets import labelled
from kerasgan.datasets.step_random import LabelledStepRandom
from kerasgan.inference import saved_model
from kerasgan.inference.sampling import ANY, Sampler
from kerasgan.tasks.base import Task


class Generation(Task):
    """Generate images from noise and, for a conditional model, hair and eye colours."""

    def _load(self):
        return labelled.load(self.config)

    def step_random(self, data, step):
        config = self.config
        augmentations = dict.fromkeys(config.augment, config.augment_probability)
        return LabelledStepRandom(
            data, config.seed, step, config.batch_size, augmentations, config.mirror
        )

    def preview(self, run, split, model):
        sampler = Sampler(run, model.sampling_generator)
        return lambda: sampler.sheet(self.config.seed)

    def row(self, run, model, count):
        pairs = run.vocabulary.pairs if self.config.CONDITIONS else [ANY]
        # Neighbouring pairs share a hair colour; 7 is coprime to the number of eye colours.
        wanted = [pairs[(7 * index) % len(pairs)] for index in np.arange(count)]
        return Sampler(run, model.sampling_generator).pictures(wanted, seed=0)

    def endpoints(self, run, generator):
        return saved_model.generation_endpoints(run, generator)
