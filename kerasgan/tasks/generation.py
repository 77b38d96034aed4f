"""Images from noise, with or without conditions."""

import numpy as np

from kerasgan.datasets import labelled
from kerasgan.datasets.step_random import LabelledStepRandom
from kerasgan.evaluation import generation, inputs
from kerasgan.evaluation.features import efficientnet
from kerasgan.inference import sampling, saved_model
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

    def evaluate(self, run, request):
        features = request.features
        if not features and efficientnet.is_installed():
            features = ("perceptual",)
        networks = generation.load(features)
        sampler = Sampler(run, sampling.load(run, request.checkpoint).sampling_generator)
        real = inputs.load(
            run,
            self.config,
            self.load(),
            request.count,
            request.seed,
            networks=networks,
            cascade=request.cascade,
            gan_train=request.gan_train,
        )
        return generation.evaluate(real, sampler.pictures(real.pairs, request.seed))

    def endpoints(self, run, generator):
        return saved_model.generation_endpoints(run, generator)
