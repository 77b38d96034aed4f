"""The interface through which commands, training and export reach every kind of model."""

import dataclasses
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from kerasgan.configs import Config
from kerasgan.datasets import step_random
from kerasgan.datasets.labelled import LabelledImages, Split
from kerasgan.datasets.step_random import StepRandom
from kerasgan.datasets.unpaired import UnpairedImages, UnpairedSplit
from kerasgan.evaluation.result import Evaluation
from kerasgan.inference.image_to_image import DomainTranslator, Editor, EditRequest, Steps
from kerasgan.inference.saved_model import Endpoints
from kerasgan.labels import Vocabulary
from kerasgan.models.base import AdversarialModel
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput

log = logging.getLogger(__name__)

Data = LabelledImages | UnpairedImages
DataSplit = Split | UnpairedSplit
Translator = DomainTranslator | Editor


class EvaluationRequest(NamedTuple):
    """Options of `kerasgan evaluate`.

    count: number of generated images, or the most held-out images to translate.
    features: further networks in whose features distances are measured.
    cascade: OpenCV's file for the face count.
    gan_train: whether to train a classifier on generated images.
    """

    count: int
    seed: int
    checkpoint: str
    features: Sequence[str] = ()
    cascade: Path | None = None
    gan_train: bool = False


class Task(ABC):
    """A kind of model: generation, translation or editing.

    A configuration names its task in `TASK`. Another kind of model is one subclass.

    Args:
        config: of the run or the run to be.
    """

    def __init__(self, config: Config):
        self.config = config

    def load(self) -> DataSplit:
        """Load training and held-out images, prepared on first use.

        Raises:
            InvalidInput: if the data cannot be used.
        """
        split = self._load()
        training, held_out = (f"{part.size:,}" for part in split)
        log.debug("%s: %s images to train on, %s held out", self.config.data, training, held_out)
        return split

    @abstractmethod
    def _load(self) -> DataSplit: ...

    @abstractmethod
    def step_random(self, data: Data, step: tf.Tensor) -> StepRandom:
        """The random numbers and examples of one training step."""

    def batches(
        self,
        data: Data,
        sample_batch: Callable[[StepRandom], dict],
        initial_step: int = 0,
    ) -> tf.data.Dataset:
        """An endless dataset of batches for the steps after `initial_step`.

        Args:
            sample_batch: the model's.
        """
        return step_random.batches(
            sample_batch, lambda step: self.step_random(data, step), initial_step
        )

    @abstractmethod
    def preview(
        self, run: Run, split: DataSplit, model: AdversarialModel
    ) -> Callable[[], Image.Image]:
        """A function that draws the sample sheet of the model's current weights.

        Held-out images are shown, or training images where nothing is held out.
        """

    @abstractmethod
    def row(self, run: Run, model: AdversarialModel, count: int) -> np.ndarray:
        """Images for comparison with other runs, uint8 [count, S, S, 3].

        They have the same noise and conditions, or the same held-out inputs, for every run.
        """

    @abstractmethod
    def evaluate(self, run: Run, request: EvaluationRequest) -> Evaluation:
        """Measure the images of a run against the held-out images of `config`.

        Raises:
            InvalidInput: if the run has no such checkpoint, or too few images are held out.
        """

    @abstractmethod
    def endpoints(self, run: Run, generator: keras.Model) -> Endpoints:
        """Signatures of the exported SavedModel."""


class ImageToImageTask(Task):
    """A kind of model whose input is an image.

    `domains` are the names of the domains that it translates to, if it has any.
    """

    domains: tuple[str, ...] = ()

    def evaluate(self, run, request):
        if request.cascade or request.gan_train or request.features:
            raise InvalidInput(
                "--cascade, --cas and --features apply to models that generate images, "
                f"got {self.config.MODEL}"
            )
        return self._evaluate(dataclasses.replace(run, config=self.config), request)

    @abstractmethod
    def _evaluate(self, run: Run, request: EvaluationRequest) -> Evaluation: ...

    @abstractmethod
    def options(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        """The options of `kerasgan translate` that apply."""

    @abstractmethod
    def changes(self, vocabulary: Vocabulary, request: EditRequest) -> Any:
        """Check a request; the second argument of `steps`, empty if there is nothing to do.

        Raises:
            InvalidInput: if it asks for something unknown.
        """

    @abstractmethod
    def translator(self, run: Run, model: AdversarialModel) -> Translator:
        """An object that translates images; it keeps its traced graphs."""

    @abstractmethod
    def steps(self, translator: Translator, changes: Any) -> Steps:
        """Image -> the image changed, and that changed back."""


def shown(split: DataSplit) -> Data:
    """The images that previews use."""
    training, held_out = split
    return held_out if held_out.size else training
