"""Generation: images from noise, with or without labels."""

import logging
from pathlib import Path

import numpy as np

from kerasgan.configs.generation import GenerationConfig
from kerasgan.datasets import labelled
from kerasgan.evaluation import face_counts, generation, held_out_scores, inputs, monitor
from kerasgan.evaluation.features import efficientnet
from kerasgan.evaluation.metrics import face_count
from kerasgan.inference import loading, saved_model
from kerasgan.labels import MISSING
from kerasgan.tasks.base import Monitor, Task
from kerasgan.utils.errors import InvalidInput

log = logging.getLogger(__name__)


class Generation(Task[labelled.Split]):
    """Generate images from noise and, if the model is conditional, labels."""

    COMMAND = "sample"
    config: GenerationConfig

    def _load(self):
        return labelled.load(self.config)

    def preview(self, run, split, model):
        return lambda: model.sampler().sheet(self.config.seed)

    def check_monitors(self, split):
        if self.config.is_evaluated:
            monitor.check(self.config, split)
        if self.config.count_faces:
            face_count.load(Path(self.config.count_faces))

    def monitors(self, run, split):
        used: list[Monitor] = [monitor.Monitor(run, split)] if self.config.is_evaluated else []
        if held_out_scores.is_possible(split):
            used.append(held_out_scores.HeldOutScores(self.config, split))
        if self.config.count_faces:
            used.append(face_counts.FaceCounts(run, split))
        return used

    def row(self, run, model, count):
        combinations = run.schema.combinations or ((MISSING,) * len(run.schema.labels),)
        # Neighbouring combinations share labels.
        chosen = [combinations[(7 * index) % len(combinations)] for index in range(count)]
        return model.sampler().generate(np.array(chosen, np.int64), seed=0)

    def evaluate(self, run, request):
        features = request.features
        if not features and efficientnet.is_installed():
            features = ("perceptual",)
        networks = generation.load(features, request.fid_weights)
        sampler = loading.load(run, request.checkpoint).sampler()
        real = inputs.load(
            run,
            self.config,
            self._compared(run),
            request.count,
            request.seed,
            networks=networks,
            cascade=request.cascade,
            gan_train=request.gan_train,
        )
        return generation.evaluate(real, sampler.generate(real.requested, request.seed))

    def _compared(self, run):
        """The run's training images, and the images to compare with: all of other data."""
        if self.config.located().data == run.config.located().data:
            return self.load()
        unseen = labelled.load_unseen(self.config)
        try:
            training = labelled.load(run.config).training
        except InvalidInput as error:
            log.warning("copies are looked for in a part of %s: %s", self.config.data, error)
            return self.load()
        return labelled.Split(training, unseen.labelled_by(training.schema))

    def endpoints(self, run, generator):
        return saved_model.generation_endpoints(generator, run.conditions, self.config.sigma)
