"""Editing: change labels of an image."""

import numpy as np

from kerasgan.datasets import labelled
from kerasgan.datasets.step_random import LabelledStepRandom
from kerasgan.evaluation.translation import evaluate_labels
from kerasgan.inference import saved_model
from kerasgan.inference.image_to_image import Editor, edit_round_trip, set_label
from kerasgan.inference.previews import label_sheet
from kerasgan.tasks.base import ImageToImageTask, preview_data
from kerasgan.utils.errors import unknown


class Editing(ImageToImageTask):
    """Edit hair and eye colours, or binary attributes, of images."""

    def _load(self):
        return labelled.load(self.config)

    def step_random(self, data, step):
        return LabelledStepRandom(data, self.config.seed, step, self.config.batch_size)

    def preview(self, run, split, model):
        editor = self.translator(run, model)
        return lambda: label_sheet(editor, preview_data(split))

    def row(self, run, model, count):
        inputs = preview_data(self.load())
        editor = self.translator(run, model)
        name, size = next(iter(run.vocabulary.labels.items()))
        rows = []
        for value in range(count):
            index = np.array([value % inputs.size])
            labels = set_label(inputs.labels(index), name, value % size)
            rows.append(editor.edit(inputs.pixels(index), labels))
        return np.concatenate(rows)

    def _evaluate(self, run, request):
        return evaluate_labels(run, self.load(), request.count, request.seed, request.checkpoint)

    def endpoints(self, run, generator):
        return saved_model.editing_endpoints(generator, run.vocabulary)

    def options(self, vocabulary):
        return ("--set",) if vocabulary.attributes else ("--hair", "--eyes")

    def changes(self, vocabulary, request):
        changes = [
            (label, vocabulary.index(label, colour), None)
            for label, colour in request.colours.items()
        ]
        indices = {name.lower(): index for index, name in enumerate(vocabulary.attributes)}
        for name, value in request.attributes.items():
            if name.lower() not in indices:
                raise unknown("attribute", name, vocabulary.attributes)
            changes.append(("attributes", indices[name.lower()], value))
        return changes

    def translator(self, run, model):
        return Editor(model, run.vocabulary)

    def round_trip(self, translator, changes):
        return edit_round_trip(translator, changes)
