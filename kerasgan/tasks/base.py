"""Interface of a task: everything that depends on the kind of a model."""

import dataclasses
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar, overload

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from kerasgan.configs import Config
from kerasgan.datasets import random_images
from kerasgan.datasets.labelled import LabelledImages, Split
from kerasgan.datasets.unpaired import UnpairedImages, UnpairedSplit
from kerasgan.evaluation.result import Evaluation
from kerasgan.inference.image_to_image import DomainTranslator, Editor, EditRequest, RoundTrip
from kerasgan.inference.saved_model import Endpoints
from kerasgan.inference.scaling import at_scale
from kerasgan.labels import LabelSchema
from kerasgan.models.base import AdversarialModel
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput

log = logging.getLogger(__name__)

Data = LabelledImages | UnpairedImages
DataSplit = Split | UnpairedSplit
SplitT = TypeVar("SplitT", Split, UnpairedSplit)
TranslatorT = TypeVar("TranslatorT", DomainTranslator, Editor)


class Monitor(Protocol):
    """Measures a model while it trains.

    Attributes:
        names: of the values.
        every: number of steps between two measurements.
    """

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def every(self) -> int: ...

    def measure(self, model: Any) -> dict[str, float]:
        """Values of the model's current weights, {name: value}."""
        ...


class EvaluationRequest(NamedTuple):
    """Options of `kerasgan evaluate`.

    count: number of generated images, or the most held-out images to translate.
    features: further networks in whose features distances are measured.
    fid_weights: file with the Inception network of 2015, for FID and KID.
    cascade: OpenCV's file for the face count.
    gan_train: whether to train a classifier on generated images.
    """

    count: int
    seed: int
    checkpoint: str
    features: Sequence[str] = ()
    fid_weights: Path | None = None
    cascade: Path | None = None
    gan_train: bool = False


class Task(ABC, Generic[SplitT]):
    """Base class of generation, translation and editing.

    A config names the class of its task in `TASK`; a new kind of model needs one subclass.

    COMMAND shows what a trained model is for, as words after `kerasgan`.

    Args:
        config: of an existing or a new run.
    """

    COMMAND: ClassVar[str]

    def __init__(self, config: Config):
        self.config = config

    def load(self) -> SplitT:
        """Load training and held-out images; the first call prepares and caches them.

        Raises:
            InvalidInput: if there is no usable data.
        """
        split = self._load()
        training, held_out = (f"{part.size:,}" for part in split)
        log.debug("%s: %s images to train on, %s held out", self.config.data, training, held_out)
        return split

    @abstractmethod
    def _load(self) -> SplitT: ...

    def random_data(self) -> Data:
        """Random pixels of the right shape and, where a model takes labels, the avatars' labels."""
        return random_images.labelled(self.config)

    def batches(
        self, data: Data, model: AdversarialModel, initial_step: int = 0
    ) -> tf.data.Dataset:
        """An infinite dataset with one batch per step after `initial_step`."""
        config = self.config
        draw = data.shuffled_steps if config.epochs else data.steps
        steps = draw(config.seed, config.batch_size, model.d_steps, initial_step)
        return model.batches(steps, initial_step)

    @abstractmethod
    def preview(
        self, run: Run, split: SplitT, model: AdversarialModel
    ) -> Callable[[], Image.Image]:
        """A function that renders a sample sheet from the model's current weights.

        Inputs are held-out images, or training images if none are held out.
        """

    def check_monitors(self, split: SplitT) -> None:
        """Raise InvalidInput if something that `monitors` shall measure cannot be measured."""
        return

    def monitors(self, run: Run, split: SplitT) -> list[Monitor]:
        """What is measured while a run trains."""
        return []

    @abstractmethod
    def row(self, run: Run, model: AdversarialModel, count: int) -> np.ndarray:
        """Images for a comparison of runs, uint8 [count, H, W, 3].

        All runs get the same noise and conditions, or the same input images.
        """

    @abstractmethod
    def evaluate(self, run: Run, request: EvaluationRequest) -> Evaluation:
        """Measure the images of a run against the held-out images of `config`.

        Raises:
            InvalidInput: if the run has no such checkpoint, or too few images are held out.
        """

    @abstractmethod
    def endpoints(self, run: Run, generator: keras.Model) -> Endpoints:
        """Functions and signatures of the exported SavedModel."""


class ImageToImageTask(Task[SplitT], Generic[SplitT, TranslatorT]):
    """Base class of tasks whose models have images as input.

    Attributes:
        domains: names of the domains that images are translated to, the default first; empty if
            there are none.
    """

    COMMAND = "translate IMAGE --out FOLDER"

    domains: tuple[str, ...] = ()

    def evaluate(self, run, request):
        if request.cascade or request.gan_train or request.features or request.fid_weights:
            raise InvalidInput(
                "--cascade, --cas, --features and --fid-weights apply to models that generate "
                f"images, got {self.config.MODEL}"
            )
        return self._evaluate(dataclasses.replace(run, config=self.config), request)

    @abstractmethod
    def _evaluate(self, run: Run, request: EvaluationRequest) -> Evaluation: ...

    @abstractmethod
    def options(self, schema: LabelSchema) -> tuple[str, ...]:
        """Options of `kerasgan translate` that apply to this task and these labels."""

    def checked_changes(self, schema: LabelSchema, request: EditRequest) -> Any:
        """The `changes` of a request, of which there must be some.

        Raises:
            InvalidInput: if nothing is to change, or an option does not apply to this task.
        """
        allowed = self.options(schema)
        for option, value in {"--to": request.domain, "--set": request.values}.items():
            if value and option not in allowed:
                raise InvalidInput(
                    f"{option} does not apply to this run of {self.config.MODEL}; "
                    f"allowed: {', '.join(allowed)}"
                )
        if not (changes := self.changes(schema, request)):
            raise InvalidInput(f"nothing to change; allowed: {', '.join(allowed)}")
        return changes

    @abstractmethod
    def changes(self, schema: LabelSchema, request: EditRequest) -> Any:
        """Check a request and convert it for `round_trip`; empty if nothing is to change.

        Raises:
            InvalidInput: if it names an unknown label or value.
        """

    @abstractmethod
    def translator(self, run: Run, model: AdversarialModel) -> TranslatorT:
        """An object that translates images and caches its traced graphs."""

    @abstractmethod
    def round_trip(self, translator: TranslatorT, changes: Any) -> RoundTrip:
        """A function that translates or edits an image, and back if the model can."""

    def scaled(
        self, run: Run, model: AdversarialModel, changes: Any, scale: str | int
    ) -> RoundTrip:
        """The `round_trip` of images as the network sees them at a scale; see `at_scale`."""
        round_trip = self.round_trip(self.translator(run, model), changes)
        return at_scale(round_trip, scale, run.config.image_size)


@overload
def preview_data(split: Split) -> LabelledImages: ...


@overload
def preview_data(split: UnpairedSplit) -> UnpairedImages: ...


def preview_data(split: DataSplit) -> Data:
    """Held-out images, or training images if none are held out."""
    training, held_out = split
    return held_out if held_out.size else training
