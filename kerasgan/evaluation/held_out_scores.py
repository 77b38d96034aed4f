"""Overfitting of the discriminator: its scores of training images against held-out ones."""

import numpy as np
import tensorflow as tf
from keras import ops
from scipy import stats

from kerasgan.configs.generation import GenerationConfig
from kerasgan.datasets.labelled import LabelledImages, Split
from kerasgan.models.generates_from_noise import GeneratesFromNoise
from kerasgan.models.step_random import LabelledStepRandom
from kerasgan.models.two_players import unstack_updates

# The standard error of the area is 0.07 with 20 held-out images, 0.03 with 200.
MIN_IMAGES, MAX_IMAGES = 20, 200
# Steps between two measurements at least, so that they take little of the training's time.
_MIN_EVERY = 125
_BATCH = 40


def is_possible(split: Split) -> bool:
    """Whether there are enough images of both kinds."""
    return min(part.size for part in split) >= MIN_IMAGES


class HeldOutScores:
    """Scores of the same training and held-out images, every few rows of metrics.csv.

    Means of scores, which only compare within a row, and the area under the ROC curve of telling
    training images from held-out ones by their scores. Nothing is trained and nothing drawn.

    Args:
        config: of the run.
        split: its data.
    """

    names = ("score_training", "score_held_out", "score_auc")

    def __init__(self, config: GenerationConfig, split: Split):
        self.every = config.whole_rows(_MIN_EVERY)
        self._training, self._held_out = (_chosen(part, config.GROUP) for part in split)

    def measure(self, model: GeneratesFromNoise) -> dict[str, float]:
        """The means and the area of a model's discriminator, {name: value}."""
        training, held_out = (_scores(model, part) for part in (self._training, self._held_out))
        values = training.mean(), held_out.mean(), area_under_curve(training, held_out)
        return dict(zip(self.names, map(float, values), strict=True))


def area_under_curve(positive: np.ndarray, negative: np.ndarray) -> float:
    """The area under the ROC curve: how often a positive score is above a negative one.

    It is 1/2 for scores that do not differ and 1 if all positive ones are higher; ties count half.

    Reference: Hanley and McNeil 1982, "The Meaning and Use of the Area under a Receiver Operating
    Characteristic (ROC) Curve", Radiology 143.
    """
    u = stats.mannwhitneyu(positive, negative).statistic
    return float(u / (len(positive) * len(negative)))


def _chosen(part: LabelledImages, group: int) -> dict[str, np.ndarray]:
    """Random images and their labels, as of `LabelledImages.steps` with one update."""
    count = min(part.size, MAX_IMAGES) // group * group
    indices = np.random.default_rng(0).permutation(part.size)[:count, None]
    return {
        "image": part.pixels(indices),
        "labels": part.labels[indices],
        "combination": part.combination[indices],
    }


def _scores(model: GeneratesFromNoise, given: dict[str, np.ndarray]) -> np.ndarray:
    """Scores of images, float32 [n]."""
    scores = []
    for start in range(0, len(given["image"]), _BATCH):
        batch = {name: tf.constant(rows[start : start + _BATCH]) for name, rows in given.items()}
        random = LabelledStepRandom(batch, model.schema, seed=0, step=tf.constant(0, tf.int64))
        (real,) = unstack_updates(random.examples())
        scores.append(ops.convert_to_numpy(model.real_scores(real)).ravel())
    return np.concatenate(scores)
