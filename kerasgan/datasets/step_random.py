"""Everything random that a training step needs, as a pure function of the seed and the step."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import tensorflow as tf

from kerasgan.datasets.labelled import LabelledImages
from kerasgan.models import augmentation
from kerasgan.utils.images import to_float


class StepRandom:
    """The random numbers of one training step.

    Equal arguments give equal tensors on every device and in every process; a draw depends on no
    other draw. Shapes are [B, updates, ...]: a value for each image of each update.

    Args:
        seed: the run's seed.
        step: the training step, an int64 scalar tensor.
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
    """The random numbers and examples of one training step.

    Args:
        faces: what examples are drawn from.
        seed, step, batch_size: as `StepRandom` takes them.
        augmentations: {name: probability} of the changes of real and generated images.
        mirror: whether half of the real images are mirrored.
    """

    def __init__(
        self,
        faces: LabelledImages,
        seed: int,
        step: tf.Tensor,
        batch_size: int,
        augmentations: Mapping[str, float] = MappingProxyType({}),
        mirror: bool = False,
    ):
        super().__init__(seed, step, batch_size)
        self._faces = faces
        self._augmentations = augmentations
        self._mirror = mirror

    def colours(self, name: str, updates: int) -> dict[str, tf.Tensor]:
        """One-hot {"hair", "eyes"}: [B, updates, .], independent of one another."""
        return {
            kind: tf.one_hot(self.integers(f"{name}_{kind}", updates, len(names)), len(names))
            for kind, names in zip(("hair", "eyes"), self._faces.vocabulary, strict=False)
        }

    def pairs(self, name: str, updates: int) -> dict[str, tf.Tensor]:
        """One-hot {"hair", "eyes", "pair"}: [B, updates, .] of pairs that the data has."""
        return self._of_pairs(self.integers(name, updates, len(self._faces.vocabulary.pairs)))

    def other_pairs(self, name: str, pair: tf.Tensor) -> dict[str, tf.Tensor]:
        """What `pairs` returns, never the pair of the same place in one-hot `pair`."""
        count = len(self._faces.vocabulary.pairs)
        distance = 1 + self.integers(name, pair.shape[1], count - 1)
        return self._of_pairs((tf.argmax(pair, axis=-1) + distance) % count)

    def _of_pairs(self, places: tf.Tensor) -> dict[str, tf.Tensor]:
        vocabulary = self._faces.vocabulary
        hair = tf.constant([vocabulary.hair.index(hair) for hair, _ in vocabulary.pairs])
        eyes = tf.constant([vocabulary.eyes.index(eyes) for _, eyes in vocabulary.pairs])
        return {
            "hair": tf.one_hot(tf.gather(hair, places), len(vocabulary.hair)),
            "eyes": tf.one_hot(tf.gather(eyes, places), len(vocabulary.eyes)),
            "pair": tf.one_hot(places, len(vocabulary.pairs)),
        }

    def augmentation(self, name: str, updates: int) -> dict[str, tf.Tensor]:
        """The parameters of `augment`, {change: [B, updates, 2]}; {} without any."""
        return {
            kind: augmentation.SAMPLERS[kind](self, f"{name}_{kind}", updates, probability)
            for kind, probability in self._augmentations.items()
        }

    def _presented(self, images: tf.Tensor) -> tf.Tensor:
        """Real images [B, updates, S, S, 3], mirrored and augmented as the config asks."""
        updates = images.shape[1]
        if self._mirror:
            is_mirrored = self.uniform("mirror", updates)[..., None, None] < 0.5
            images = tf.where(is_mirrored, tf.reverse(images, [3]), images)
        parameters = self.augmentation("real", updates)
        if not parameters:
            return images
        flat = {name: tf.reshape(values, (-1, 2)) for name, values in parameters.items()}
        changed = augmentation.augment(tf.reshape(images, (-1, *images.shape[2:])), flat)
        return tf.reshape(changed, images.shape)

    def examples(self, updates: int) -> dict[str, tf.Tensor]:
        """Real images drawn with replacement, mirrored and augmented, and their labels.

        Returns:
            {"image": [B, updates, S, S, 3] in [-1, 1]; "hair", "eyes", "pair": one-hot
            [B, updates, .]; a missing label is a row of zeros; "attributes": ones and zeros
            [B, updates, K], if the vocabulary has them}.
        """
        faces = self._faces
        rows = self.integers("examples", updates, len(faces.hair))
        # The images may be larger than memory: they stay in their file.
        pixels = tf.numpy_function(faces.pixels, [rows], tf.uint8, stateful=False)
        pixels = tf.ensure_shape(pixels, [*rows.shape, *faces.images.shape[1:]])
        drawn = {
            "image": self._presented(to_float(tf.cast(pixels, tf.float32))),
            "hair": tf.one_hot(tf.gather(faces.hair, rows), len(faces.vocabulary.hair)),
            "eyes": tf.one_hot(tf.gather(faces.eyes, rows), len(faces.vocabulary.eyes)),
            "pair": tf.one_hot(tf.gather(faces.pair, rows), len(faces.vocabulary.pairs)),
        }
        if faces.attributes is not None:
            drawn["attributes"] = tf.gather(faces.attributes, rows)
        return drawn


def batches(
    draw: Callable[[StepRandom], dict], draws_of: Callable[[tf.Tensor], StepRandom], done: int = 0
) -> tf.data.Dataset:
    """The endless data set of `draw`'s batches for the steps after `done`.

    Args:
        draws_of: step -> what is drawn from in it.
    """
    steps = tf.data.Dataset.counter(start=np.int64(done))

    # Converting code without loops of tensors only takes time.
    @tf.autograph.experimental.do_not_convert
    def batch(step: tf.Tensor) -> dict:
        return draw(draws_of(step))

    return steps.map(batch, num_parallel_calls=2).prefetch(2)
