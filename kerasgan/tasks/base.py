"""Interface of a task: everything that depends on the kind of a model."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from kerasgan.configs import Config
from kerasgan.datasets import step_random
from kerasgan.datasets.labelled import LabelledImages, Split
from kerasgan.datasets.step_random import StepRandom
from kerasgan.datasets.unpaired import UnpairedImages, UnpairedSplit
from kerasgan.inference.image_to_image import DomainTranslator, Editor, EditRequest, RoundTrip
from kerasgan.inference.saved_model import Endpoints
from kerasgan.labels import Vocabulary
from kerasgan.models.base import AdversarialModel
from kerasgan.runs.directory import Run

log = logging.getLogger(__name__)

Data = LabelledImages | UnpairedImages
DataSplit = Split | UnpairedSplit
Translator = DomainTranslator | Editor


class Task(ABC):
    """Base class of generation, translation and editing.

    A config names the class of its task in `TASK`; a new kind of model needs one subclass.

    Args:
        config: of an existing or a new run.
    """

    def __init__(self, config: Config):
        self.config = config

    def load(self) -> DataSplit:
        """Load training and held-out images; the first call prepares and caches them.

        Raises:
            InvalidInput: if there is no usable data.
        """
        split = self._load()
        training, held_out = (f"{part.size:,}" for part in split)
        log.debug("%s: %s images to train on, %s held out", self.config.data, training, held_out)
        return split

    @abstractmethod
    def _load(self) -> DataSplit: ...

    @abstractmethod
    def step_random(self, data: Data, step: tf.Tensor) -> StepRandom:
        """Random numbers and images of one training step."""

    def batches(
        self,
        data: Data,
        sample_batch: Callable[[StepRandom], dict],
        initial_step: int = 0,
    ) -> tf.data.Dataset:
        """An infinite dataset with one batch per step after `initial_step`.

        Args:
            sample_batch: that of the model.
        """
        return step_random.batches(
            sample_batch, lambda step: self.step_random(data, step), initial_step
        )

    @abstractmethod
    def preview(
        self, run: Run, split: DataSplit, model: AdversarialModel
    ) -> Callable[[], Image.Image]:
        """A function that renders a sample sheet from the model's current weights.

        Inputs are held-out images, or training images if none are held out.
        """

    @abstractmethod
    def row(self, run: Run, model: AdversarialModel, count: int) -> np.ndarray:
        """Images for a comparison of runs, uint8 [count, S, S, 3].

        All runs get the same noise and conditions, or the same input images.
        """

    @abstractmethod
    def endpoints(self, run: Run, generator: keras.Model) -> Endpoints:
        """Functions and signatures of the exported SavedModel."""


class ImageToImageTask(Task):
    """Base class of tasks whose models have images as input.

    Attributes:
        domains: names of the domains that images are translated to; empty if there are none.
    """

    domains: tuple[str, ...] = ()

    @abstractmethod
    def options(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        """Options of `kerasgan translate` that apply to this task and vocabulary."""

    @abstractmethod
    def changes(self, vocabulary: Vocabulary, request: EditRequest) -> Any:
        """Check a request and convert it for `round_trip`; empty if nothing is to change.

        Raises:
            InvalidInput: if it names an unknown colour or attribute.
        """

    @abstractmethod
    def translator(self, run: Run, model: AdversarialModel) -> Translator:
        """An object that translates images and caches its traced graphs."""

    @abstractmethod
    def round_trip(self, translator: Translator, changes: Any) -> RoundTrip:
        """A function that translates or edits an image, and back."""


def preview_data(split: DataSplit) -> Data:
    """Held-out images, or training images if none are held out."""
    training, held_out = split
    return held_out if held_out.size else training
