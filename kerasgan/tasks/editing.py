"""Editing: change labels of an image."""

import numpy as np

from kerasgan.datasets import labelled
from kerasgan.evaluation.translation import evaluate_labels
from kerasgan.inference import saved_model
from kerasgan.inference.image_to_image import Editor, edit_round_trip
from kerasgan.inference.previews import label_sheet
from kerasgan.tasks.base import ImageToImageTask, preview_data


class Editing(ImageToImageTask[labelled.Split, Editor]):
    """Edit labels of images."""

    def _load(self):
        return labelled.load(self.config)

    def preview(self, run, split, model):
        editor = self.translator(run, model)
        return lambda: label_sheet(editor, preview_data(split), self.config.sheet_rows)

    def row(self, run, model, count):
        inputs = preview_data(self.load())
        editor = self.translator(run, model)
        label = run.schema.labels[0]
        rows = []
        for value in range(count):
            index = np.array([value % inputs.size])
            labels = inputs.labels[index].copy()
            labels[:, 0] = value % len(label.values)
            rows.append(editor.edit(inputs.pixels(index), labels))
        return np.concatenate(rows)

    def _evaluate(self, run, request):
        return evaluate_labels(run, self.load(), request.count, request.seed, request.checkpoint)

    def endpoints(self, run, generator):
        return saved_model.editing_endpoints(generator, run.schema)

    def options(self, schema):
        return ("--set",)

    def changes(self, schema, request):
        return schema.choice(request.values)

    def translator(self, run, model):
        return Editor(model, run.schema)

    def round_trip(self, translator, changes):
        return edit_round_trip(translator, changes)
