"""All randomness of a training step, as a pure function of the seed and the step."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import tensorflow as tf

from kerasgan.datasets.labelled import LabelledImages
from kerasgan.models import augmentation
from kerasgan.utils.images import to_float


class StepRandom:
    """Random numbers of one training step.

    Equal arguments give equal tensors on every device and in every process, and tensors of
    different names are independent. Shapes are [B, updates, ...]: a value for each image of each
    update.

    Args:
        seed: of the run.
        step: training step, an int64 scalar tensor.
        batch_size: B.
    """

    def __init__(self, seed: int, step: tf.Tensor, batch_size: int):
        self._step_key = tf.stack([tf.constant(seed, tf.int64), step])
        self._batch_size = batch_size

    def normal(
        self, name: str, updates: int, shape: Sequence[int], stddev: float = 1.0
    ) -> tf.Tensor:
        """Gaussian float32 [B, updates, *shape] of mean 0."""
        full = [self._batch_size, updates, *shape]
        return stddev * tf.random.stateless_normal(full, self._key(name), alg="philox")

    def integers(self, name: str, updates: int, maximum: int) -> tf.Tensor:
        """Int64 [B, updates], uniform in [0, maximum)."""
        return tf.random.stateless_uniform(
            [self._batch_size, updates], self._key(name), 0, maximum, tf.int64, alg="philox"
        )

    def uniform(self, name: str, updates: int, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
        """Float32 [B, updates, 1], uniform in [low, high)."""
        return tf.random.stateless_uniform(
            [self._batch_size, updates, 1], self._key(name), low, high, alg="philox"
        )

    def _key(self, name: str) -> tf.Tensor:
        return tf.random.fold_in(self._step_key, zlib.crc32(name.encode()), alg="philox")


class LabelledStepRandom(StepRandom):
    """Random numbers, labels and examples of one training step.

    Args:
        data: images and labels that the examples come from.
        seed, step, batch_size: as for `StepRandom`.
        augmentations: {name: probability} of the augmentations of real and generated images.
        mirror: whether to mirror half of the real images.
    """

    def __init__(
        self,
        data: LabelledImages,
        seed: int,
        step: tf.Tensor,
        batch_size: int,
        augmentations: Mapping[str, float] = MappingProxyType({}),
        mirror: bool = False,
    ):
        super().__init__(seed, step, batch_size)
        self._data = data
        self._augmentations = augmentations
        self._mirror = mirror

    def labels(self, name: str, updates: int) -> dict[str, tf.Tensor]:
        """Independent one-hot labels, {name: [B, updates, K]}, each value equally often."""
        return {
            label: tf.one_hot(self.integers(f"{name}_{label}", updates, size), size)
            for label, size in self._data.schema.sizes.items()
        }

    def combinations(self, name: str, updates: int) -> dict:
        """Labels of combinations in the data, each equally often.

        Returns:
            {"labels": {name: one-hot [B, updates, K]}, "combination": one-hot [B, updates, N]}.
        """
        count = len(self._data.schema.combinations)
        return self._of_combinations(self.integers(name, updates, count))

    def mismatched_combinations(self, name: str, combination: tf.Tensor) -> dict:
        """Labels as from `combinations`, none of which is the combination at its index.

        Args:
            combination: one-hot [B, updates, N].
        """
        count = len(self._data.schema.combinations)
        distance = 1 + self.integers(name, combination.shape[1], count - 1)
        return self._of_combinations((tf.argmax(combination, axis=-1) + distance) % count)

    def _of_combinations(self, indices: tf.Tensor) -> dict:
        combinations = tf.constant(self._data.schema.combinations)
        return {
            "labels": self._one_hots(tf.gather(combinations, indices)),
            "combination": tf.one_hot(indices, combinations.shape[0]),
        }

    def _one_hots(self, indices: tf.Tensor) -> dict[str, tf.Tensor]:
        """{name: one-hot [..., K]} of labels [..., L]; a missing label is a row of zeros."""
        sizes = self._data.schema.sizes.items()
        return {
            name: tf.one_hot(indices[..., label], size) for label, (name, size) in enumerate(sizes)
        }

    def augmentation(self, name: str, updates: int) -> dict[str, tf.Tensor]:
        """Parameters for `augment`, {augmentation: [B, updates, 2]}; {} without any."""
        return {
            kind: augmentation.SAMPLERS[kind](self, f"{name}_{kind}", updates, probability)
            for kind, probability in self._augmentations.items()
        }

    def _mirror_and_augment(self, images: tf.Tensor) -> tf.Tensor:
        """Real images [B, updates, S, S, 3] as the discriminator sees them."""
        updates = images.shape[1]
        if self._mirror:
            is_mirrored = self.uniform("mirror", updates)[..., None, None] < 0.5
            images = tf.where(is_mirrored, tf.reverse(images, [3]), images)
        parameters = self.augmentation("real", updates)
        if not parameters:
            return images
        flat = {name: tf.reshape(values, (-1, 2)) for name, values in parameters.items()}
        augmented = augmentation.augment(tf.reshape(images, (-1, *images.shape[2:])), flat)
        return tf.reshape(augmented, images.shape)

    def examples(self, updates: int) -> dict:
        """Real images sampled with replacement, mirrored and augmented, and their labels.

        Returns:
            {"image": [B, updates, S, S, 3] in [-1, 1], "labels": {name: one-hot [B, updates, K]},
            "combination": one-hot [B, updates, N]}, with rows of zeros where a label is missing.
        """
        data = self._data
        rows = self.integers("examples", updates, data.size)
        # The images may be larger than memory, so they stay in their file.
        pixels = tf.numpy_function(data.pixels, [rows], tf.uint8, stateful=False)
        pixels = tf.ensure_shape(pixels, [*rows.shape, *data.images.shape[1:]])
        combination = tf.gather(data.combination, rows)
        return {
            "image": self._mirror_and_augment(to_float(tf.cast(pixels, tf.float32))),
            "labels": self._one_hots(tf.gather(data.labels, rows)),
            "combination": tf.one_hot(combination, len(data.schema.combinations)),
        }


def batches(
    sample_batch: Callable[[StepRandom], dict],
    random_at: Callable[[tf.Tensor], StepRandom],
    done: int = 0,
) -> tf.data.Dataset:
    """Endless data set of a batch for each step after `done`.

    Args:
        sample_batch: computes the batch of a step from its randomness.
        random_at: step -> its randomness.
        done: number of steps already trained.
    """
    steps = tf.data.Dataset.counter(start=np.int64(done))

    # Without loops over tensors there is nothing to convert, and looking for them takes time.
    @tf.autograph.experimental.do_not_convert
    def batch(step: tf.Tensor) -> dict:
        return sample_batch(random_at(step))

    return steps.map(batch, num_parallel_calls=2).prefetch(2)
