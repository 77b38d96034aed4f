"""Translation: images of one domain to another domain."""

import numpy as np

from kerasgan.configs.unpaired import UnpairedConfig
from kerasgan.datasets import random_images, unpaired
from kerasgan.evaluation.translation import evaluate_domains
from kerasgan.inference import saved_model
from kerasgan.inference.image_to_image import DomainTranslator, translate_round_trip
from kerasgan.inference.previews import domain_sheet
from kerasgan.tasks.base import ImageToImageTask, preview_data
from kerasgan.utils.errors import unknown


class Translation(ImageToImageTask[unpaired.UnpairedSplit, DomainTranslator]):
    """Translate images between two domains, in one direction or in both."""

    config: UnpairedConfig

    @property
    def domains(self):
        return self.config.TARGETS

    def _load(self):
        return unpaired.load(self.config)

    def random_data(self):
        return random_images.unpaired(self.config)

    def preview(self, run, split, model):
        translator = self.translator(run, model)
        rows, has_identity = self.config.sheet_rows, self.config.identity_weight > 0
        return lambda: domain_sheet(translator, preview_data(split), rows, has_identity)

    def row(self, run, model, count):
        inputs = preview_data(self.load())
        images = inputs.a[np.arange(count) % inputs.size]
        return self.translator(run, model).translate(images, "b")

    def _evaluate(self, run, request):
        return evaluate_domains(run, self.load(), request.count, request.seed, request.checkpoint)

    def endpoints(self, run, generator):
        return saved_model.translation_endpoints(generator, self.domains)

    def options(self, schema):
        return ("--to",)

    def changes(self, schema, request):
        domain = request.domain or self.domains[0]
        if domain not in self.domains:
            raise unknown(f"target domain of {self.config.MODEL}", domain, self.domains)
        return domain

    def translator(self, run, model):
        return DomainTranslator(model.sampling_generator, self.domains)

    def round_trip(self, translator, changes):
        return translate_round_trip(translator, changes)
