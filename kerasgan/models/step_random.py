"""All randomness of a training step, as a pure function of the seed and the step."""

import zlib
from collections.abc import Mapping, Sequence

import tensorflow as tf

from kerasgan.labels import LabelSchema
from kerasgan.models import augmentation
from kerasgan.utils.images import to_float
from kerasgan.utils.sizes import Size, sides


def shuffled_rows(
    seed: int, stream: int | tf.Tensor, epochs: tf.Tensor, positions: tf.Tensor, count: int
) -> tf.Tensor:
    """Rows at positions of an order of `count` rows that is new in every epoch.

    Args:
        stream, epochs, positions: int64 [n]; each stream has orders of its own, and positions are
            in [0, count).

    Returns:
        int64 [n].
    """
    same = tf.ones_like(epochs)
    # `tf.random.experimental.index_shuffle` fails with a seed for each index (TensorFlow 2.21).
    return tf.raw_ops.RandomIndexShuffle(
        index=positions,
        seed=tf.stack([seed * same, stream * same, epochs], axis=1),
        max_index=tf.constant(count - 1, tf.int64),
        rounds=4,
    )


class StepRandom:
    """Random numbers of one training step.

    Equal arguments give equal tensors in every process, and tensors of different names are
    independent. Shapes are [B, updates, ...]: a value for each image of each update. The numbers
    are drawn where data sets are prepared, on the CPU, whose generator is Philox.

    Args:
        seed: of the model.
        step: training step, an int64 scalar tensor.
        batch_size: B.
        augmentations: names of augmentations of the images that the discriminator sees.
    """

    def __init__(
        self, seed: int, step: tf.Tensor, batch_size: int, augmentations: Sequence[str] = ()
    ):
        self._step_key = tf.stack([tf.constant(seed, tf.int64), step])
        self._batch_size = batch_size
        self._augmentations = augmentations

    def normal(
        self, name: str, updates: int, shape: Sequence[int], stddev: float = 1.0
    ) -> tf.Tensor:
        """Gaussian float32 [B, updates, *shape] of mean 0."""
        full = [self._batch_size, updates, *shape]
        return stddev * tf.random.stateless_normal(full, self._key(name))

    def integers(self, name: str, updates: int, maximum: int) -> tf.Tensor:
        """Int64 [B, updates], uniform in [0, maximum)."""
        return tf.random.stateless_uniform(
            [self._batch_size, updates], self._key(name), 0, maximum, tf.int64
        )

    def uniform(self, name: str, updates: int, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
        """Float32 [B, updates, 1], uniform in [low, high)."""
        return tf.random.stateless_uniform(
            [self._batch_size, updates, 1], self._key(name), low, high
        )

    def distinct_integers(self, name: str, updates: int, count: int, maximum: int) -> tf.Tensor:
        """Int64 [B, updates, count], uniform in [0, maximum), without repetition in a row."""
        full = [self._batch_size, updates, maximum]
        order = tf.random.stateless_uniform(full, self._key(name))
        return tf.cast(tf.math.top_k(order, count).indices, tf.int64)

    def augmentation(self, name: str, updates: int) -> dict[str, dict[str, tf.Tensor]]:
        """Draws for `augmentation.parameters_of`, of tensors [B, updates, n]; {} without any."""
        return {
            kind: self._augmentation(f"{name}_{kind}", kind, updates)
            for kind in self._augmentations
        }

    def _augmentation(self, name: str, kind: str, updates: int) -> dict[str, tf.Tensor]:
        ranges = augmentation.AUGMENTATIONS[kind].ranges.items()
        parts = [self.uniform(f"{name}_{part}", updates, *limits) for part, limits in ranges]
        return {
            "applies": self.uniform(f"{name}_applies", updates),
            "values": tf.concat(parts, axis=-1),
        }

    def _key(self, name: str) -> tf.Tensor:
        return tf.random.fold_in(self._step_key, zlib.crc32(name.encode()))


class LabelledStepRandom(StepRandom):
    """Random numbers, labels and examples of one training step.

    Args:
        given: the step's real images and their labels, {"image": uint8, or float in [-1, 1],
            [B, updates, H, W, 3]; "labels": int64 [B, updates, L], -1 where missing;
            "combination": int64 [B, updates], -1 where a label is missing}.
        schema: of the labels.
        seed, step: as for `StepRandom`.
        augmentations: as for `StepRandom`.
        mirror: whether to mirror half of the real images.
    """

    def __init__(
        self,
        given: Mapping[str, tf.Tensor],
        schema: LabelSchema,
        seed: int,
        step: tf.Tensor,
        augmentations: Sequence[str] = (),
        mirror: bool = False,
    ):
        super().__init__(seed, step, given["image"].shape[0], augmentations)
        self._given = given
        self._schema = schema
        self._mirror = mirror

    def labels(self, name: str, updates: int) -> dict[str, tf.Tensor]:
        """Independent one-hot labels, {name: [B, updates, K]}, each value equally often."""
        return {
            label: tf.one_hot(self.integers(f"{name}_{label}", updates, size), size)
            for label, size in self._schema.sizes.items()
        }

    def combinations(self, name: str, updates: int) -> dict:
        """Labels of combinations in the data, each equally often.

        Returns:
            {"labels": {name: one-hot [B, updates, K]}, "combination": one-hot [B, updates, N]}.
        """
        count = len(self._schema.combinations)
        return self._of_combinations(self.integers(name, updates, count))

    def mismatched_combinations(self, name: str, combination: tf.Tensor) -> dict:
        """Labels as from `combinations`, none of which is the combination at its index.

        Args:
            combination: one-hot [B, updates, N].
        """
        count = len(self._schema.combinations)
        distance = 1 + self.integers(name, combination.shape[1], count - 1)
        return self._of_combinations((tf.argmax(combination, axis=-1) + distance) % count)

    def _of_combinations(self, indices: tf.Tensor) -> dict:
        combinations = tf.constant(self._schema.combinations)
        return {
            "labels": self._one_hots(tf.gather(combinations, indices)),
            "combination": tf.one_hot(indices, combinations.shape[0]),
        }

    def _one_hots(self, indices: tf.Tensor) -> dict[str, tf.Tensor]:
        """{name: one-hot [..., K]} of labels [..., L]; a missing label is a row of zeros."""
        sizes = self._schema.sizes.items()
        return {
            name: tf.one_hot(indices[..., label], size) for label, (name, size) in enumerate(sizes)
        }

    def _mirrored(self, images: tf.Tensor) -> tf.Tensor:
        """Real images [B, updates, H, W, 3], half of which are mirrored."""
        is_mirrored = self.uniform("mirror", images.shape[1])[..., None, None] < 0.5
        return tf.where(is_mirrored, tf.reverse(images, [3]), images)

    def examples(self) -> dict:
        """The step's real images, mirrored but not augmented, and their labels.

        Returns:
            {"image": [B, updates, H, W, 3] in [-1, 1], "labels": {name: one-hot [B, updates, K]},
            "combination": one-hot [B, updates, N]}, with rows of zeros where a label is missing.
        """
        images = as_floats(self._given["image"])
        return {
            "image": self._mirrored(images) if self._mirror else images,
            **self.example_labels(),
        }

    def example_labels(self) -> dict:
        """Labels of the step's real images, {"labels", "combination"}, as in `examples`."""
        given = self._given
        return {
            "labels": self._one_hots(given["labels"]),
            "combination": tf.one_hot(given["combination"], len(self._schema.combinations)),
        }


class UnpairedStepRandom(StepRandom):
    """Random numbers and images of one training step, which makes a single update.

    Args:
        given: {"a", "b"}: uint8, or float in [-1, 1], [B, 1, H, W, 3].
        seed, step: as for `StepRandom`.
        image_size: of the random crops, (height, width) or one number for both.
        augmentations: as for `StepRandom`.
    """

    def __init__(
        self,
        given: Mapping[str, tf.Tensor],
        seed: int,
        step: tf.Tensor,
        image_size: Size,
        augmentations: Sequence[str] = (),
    ):
        super().__init__(seed, step, given["a"].shape[0], augmentations)
        self._given = given
        self._sides = sides(image_size)

    def images(self) -> dict[str, tf.Tensor]:
        """{"a", "b"}: [B, 1, height, width, 3] in [-1, 1], cropped and flipped at random."""
        return {
            name: as_floats(self._crop(name, images[:, 0]))[:, None]
            for name, images in self._given.items()
        }

    def _crop(self, name: str, images: tf.Tensor) -> tf.Tensor:
        """Random parts of images [B, H, W, 3], half of them flipped: [B, height, width, 3]."""
        height, width = self._sides
        down, across = (tf.range(side, dtype=tf.int64) for side in self._sides)
        is_flipped = self.uniform(f"flip_{name}", 1)[..., 0] < 0.5
        top = self.integers(f"top_{name}", 1, images.shape[1] - height + 1)
        left = self.integers(f"left_{name}", 1, images.shape[2] - width + 1)
        rows, columns = top + down, left + tf.where(is_flipped, across[::-1], across)
        images = tf.gather(images, rows, axis=1, batch_dims=1)
        return tf.gather(images, columns, axis=2, batch_dims=1)


def as_floats(images: tf.Tensor) -> tf.Tensor:
    """Images in [-1, 1] of uint8 images; floats stay as they are."""
    return to_float(tf.cast(images, tf.float32)) if images.dtype == tf.uint8 else images
