"""Pictures of two domains, and what a step of training draws of them."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from kerasgan.datasets.draws import Randomness
from kerasgan.images import to_float


class Domains(NamedTuple):
    """Unpaired pictures of two domains: uint8 [N, L, L, 3] each, with an N of its own.

    Arrays will do, and whatever has a `shape` and takes an array of indices.
    """

    a: np.ndarray
    b: np.ndarray


class DomainDraws(Randomness):
    """The random numbers and pictures of one training step, which makes one update.

    Args:
        domains: what pictures are drawn from.
        seed, step, batch_size: as `Randomness` takes them.
        image_size: S, of the squares that are cut from the pictures, at most L.
    """

    def __init__(
        self, domains: Domains, seed: int, step: tf.Tensor, batch_size: int, image_size: int
    ):
        super().__init__(seed, step, batch_size)
        self._domains = domains
        self._seed = seed
        self._places = step * batch_size + tf.range(batch_size, dtype=tf.int64)
        self._image_size = image_size

    def pictures(self) -> dict[str, tf.Tensor]:
        """Return {"a", "b"}: [B, 1, S, S, 3] in [-1, 1], cut out and flipped at random.

        Each domain is gone through in an order of its own, drawn anew when all were seen.
        """
        drawn = {}
        for number, (name, pictures) in enumerate(self._domains._asdict().items()):
            rows = self._shuffled(number, pictures.shape[0])
            # The pictures may be larger than memory: they stay in their file.
            pixels = tf.numpy_function(pictures.__getitem__, [rows], tf.uint8, stateful=False)
            pixels = tf.ensure_shape(pixels, [*rows.shape, *pictures.shape[1:]])
            drawn[name] = to_float(tf.cast(self._squares(name, pixels), tf.float32))[:, None]
        return drawn

    def _shuffled(self, domain: int, count: int) -> tf.Tensor:
        epochs, places = self._places // count, self._places % count
        same = tf.ones_like(epochs)
        # `tf.random.experimental.index_shuffle` fails with a seed for each index (TensorFlow 2.21).
        return tf.raw_ops.RandomIndexShuffle(
            index=places,
            seed=tf.stack([self._seed * same, domain * same, epochs], axis=1),
            max_index=tf.constant(count - 1, tf.int64),
            rounds=4,
        )

    def _squares(self, name: str, pictures: tf.Tensor) -> tf.Tensor:
        side = tf.range(self._image_size, dtype=tf.int64)
        offsets = pictures.shape[1] - self._image_size + 1
        flipped = self.uniform(f"flip_{name}", 1)[..., 0] < 0.5
        rows = self.integers(f"top_{name}", 1, offsets) + side
        columns = self.integers(f"left_{name}", 1, offsets) + tf.where(flipped, side[::-1], side)
        pictures = tf.gather(pictures, rows, axis=1, batch_dims=1)
        return tf.gather(pictures, columns, axis=2, batch_dims=1)
