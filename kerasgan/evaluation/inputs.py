"""The data, labels and networks that metrics of generated images are computed with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import keras
import numpy as np

from kerasgan.configs.generation import GenerationConfig
from kerasgan.datasets import cache
from kerasgan.datasets.labelled import LabelledImages, Split
from kerasgan.evaluation import intervals
from kerasgan.evaluation.features import classifier, efficientnet, inception, perceptual
from kerasgan.evaluation.metrics import flatness
from kerasgan.evaluation.real_sets import FeatureSets, NotMet, RealSets, unseen
from kerasgan.inference import sampling
from kerasgan.labels import Vocabulary
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput


@dataclass(frozen=True, eq=False)
class EvaluationInputs:
    """The real side of an evaluation: everything but the generated images.

    Features of real images are computed on first use; they raise `NotMet` where something is
    missing.

    Args:
        config: the run's, with the data that it is evaluated on.
        pairs: the requested (hair, eyes) of each generated image.
        real: uint8 [m, S, S, 3], held-out images.
        classifier: trained on the training images; None if they have no colours.
        networks: "perceptual" and "inception", if their features are wanted.
        cascade: OpenCV's XML file for the face count.
        gan_train: train a classifier on generated images, too.
    """

    config: GenerationConfig
    split: Split
    pairs: list[tuple[str, str]]
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
        size = min(len(self.real) // 2, len(self.pairs))
        order = np.random.default_rng(self.seed).permutation(len(self.real))
        return RealSets(self.real[order[:size]], self.real[order[size : 2 * size]], size)

    def unseen_sets(self) -> RealSets:
        """Two disjoint sets of images that neither trained the model nor chose a checkpoint."""
        wanted = min(len(self.pairs), perceptual.SAMPLE)
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
            raise NotMet("distances in the classifier's features", "the data has no colours")
        extractor = classifier.extractor(self.classifier)
        return FeatureSets(self.real_sets(), lambda images: classifier.outputs(extractor, images))

    @cached_property
    def inception_features(self) -> FeatureSets:
        """Features of InceptionV3."""
        if "inception" not in self.networks:
            raise NotMet("FID and KID", "asked for with --features inception")
        network = self.networks["inception"]
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
    def real_flatness(self) -> float:
        """Flatness of the real images."""
        return flatness.flatness(self.real).value

    @cached_property
    def labels(self) -> dict[str, np.ndarray]:
        """The requested colours' indices, {"hair", "eyes"}: int [n]."""
        if self.classifier is None or not self.config.CONDITIONS:
            raise NotMet("accuracy", "needs a model with colours, and data with colours")
        return label_indices(self.split.held_out.vocabulary, self.pairs)

    def right_labels(self, network: keras.Model) -> dict[str, np.ndarray]:
        """Which real images, of those with both colours, a classifier reads right.

        Returns:
            {"hair", "eyes", "both"}: bool [k].
        """
        held_out = self.split.held_out
        labels = {"hair": held_out.hair, "eyes": held_out.eyes}
        labelled = (held_out.hair >= 0) & (held_out.eyes >= 0)
        right = classifier.agreement(classifier.read(network, self.real), labels)
        return {kind: agrees[labelled] for kind, agrees in right.items()}

    @cached_property
    def accuracy_ceiling(self) -> dict[str, np.ndarray]:
        """Which real images the classifier reads right."""
        return self.right_labels(self.classifier)


class MonitorInputs(EvaluationInputs):
    """Inputs of an evaluation during training, which compares with all real images and no floor."""

    def real_sets(self) -> RealSets:
        return RealSets(self.real, None, len(self.pairs))

    unseen_sets = real_sets


def load(
    run: Run, config: GenerationConfig, split: Split, count: int, seed: int, **options
) -> EvaluationInputs:
    """The inputs for `count` images under random conditions of the run; trains the classifier.

    Args:
        config: the run's, with the data of the split.
        options: further fields of `EvaluationInputs`.

    Raises:
        InvalidInput: if too few images are held out.
    """
    held_out = split.held_out
    check_count(held_out.size)
    return EvaluationInputs(
        config,
        split,
        sampling.random_pairs(run.vocabulary, run.config.CONDITIONS, count, seed),
        held_out.pixels(np.arange(held_out.size)),
        classifier.trained(split.training) if has_colours(held_out.vocabulary) else None,
        seed,
        **options,
    )


def check_count(held_out: int) -> None:
    """Check that enough images are held out for an evaluation.

    Raises:
        InvalidInput: if there are too few.
    """
    if held_out < 2 * intervals.GROUPS:
        raise InvalidInput(
            f"{held_out} images are held out, and an evaluation needs {2 * intervals.GROUPS}; "
            "allowed: a larger --val-fraction, or other --data"
        )


def has_colours(vocabulary: Vocabulary) -> bool:
    """Whether there are both hair and eye colours, which the classifier is trained on."""
    return bool(vocabulary.hair and vocabulary.eyes)


def label_indices(
    vocabulary: Vocabulary, pairs: Sequence[tuple[str, str]]
) -> dict[str, np.ndarray]:
    """Indices of (hair, eyes) in the vocabulary, {"hair", "eyes"}: int [n]."""
    indices = np.array([vocabulary.indices(*pair) for pair in pairs]).T
    return dict(zip(("hair", "eyes"), indices, strict=True))


def as_labelled(
    images: np.ndarray, labels: dict[str, np.ndarray], vocabulary: Vocabulary
) -> LabelledImages:
    """Generated images as a data set to train on, labelled with the requested colours."""
    rows = np.arange(len(images))
    key, no_pair = cache.digest(images).hex(), np.full(len(rows), -1)
    return LabelledImages(key, images, rows, labels["hair"], labels["eyes"], no_pair, vocabulary)
