"""The number of faces in generated images, counted while a model trains."""

from pathlib import Path

from kerasgan.datasets.labelled import Split
from kerasgan.evaluation import inputs
from kerasgan.evaluation.metrics import face_count
from kerasgan.models.generates_from_noise import GeneratesFromNoise
from kerasgan.runs.directory import Run

_IMAGES = 10 * face_count.IMAGES


class FaceCounts:
    """The faces in images of the same noise and labels, about as often as a sheet is written.

    Args:
        run: its config names the cascade.
        split: its data.
    """

    names = ("faces_in_25",)

    def __init__(self, run: Run, split: Split):
        config = run.config
        self.every = config.whole_rows(config.sample_every)
        self._seed, self._cascade = config.seed, Path(config.count_faces)
        self._labels = inputs.requested_labels(run.conditions, split.training, _IMAGES, config.seed)

    def measure(self, model: GeneratesFromNoise) -> dict[str, float]:
        """The mean number of faces in a grid of 25 images, {name: value}."""
        images = model.sampler().generate(self._labels, self._seed)
        return {self.names[0]: face_count.mean_count(images, self._cascade).value}
