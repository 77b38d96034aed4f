"""A history of generated images, which discriminators see beside the newest."""

from collections.abc import Sequence

import keras
import tensorflow as tf
from keras import ops

from kerasgan.models import replicas


class ImagePool:
    """The last so many generated images, in variables that a checkpoint holds.

    The first images fill the pool. From then on half of them go straight through; each of the
    others takes the place of a stored one, which comes out instead.

    Reference: Shrivastava et al. 2017, "Learning from Simulated and Unsupervised Images through
    Adversarial Training" (arXiv:1612.07828), in the form of CycleGAN's PyTorch code.

    Args:
        size: how many images are stored; 0 lets every image through.
        shape: of an image, [H, W, C].
    """

    def __init__(self, size: int, shape: Sequence[int]):
        self.size = size
        self.images = keras.Variable(ops.zeros([size, *shape]), trainable=False, name="images")
        self.count = keras.Variable(0, dtype="int64", trainable=False, name="count")

    @property
    def variables(self) -> list[keras.Variable]:
        return [self.images, self.count]

    def exchange(self, images: tf.Tensor, coins: tf.Tensor, slots: tf.Tensor) -> tf.Tensor:
        """Float32 [B, H, W, C]: each image or an older one, one image after the other.

        Args:
            images: float32 [B, H, W, C], B known.
            coins: float32 [B] in [0, 1); below 0.5 the image is stored.
            slots: int64 [B] in [0, size), the place where it is stored.
        """
        if not self.size:
            return images
        # Every replica makes the same exchanges, those of the whole batch.
        drawn = replicas.all_gather([images, coins, slots])
        exchanged = [self._exchange(*each) for each in zip(*map(tf.unstack, drawn), strict=True)]
        return replicas.local_shard(tf.stack(exchanged))

    def _exchange(self, image: tf.Tensor, coin: tf.Tensor, slot: tf.Tensor) -> tf.Tensor:
        filling = self.count.value < self.size
        place = tf.where(filling, self.count.value, slot)
        stored = tf.gather(self.images.value, place)
        taken = tf.logical_or(filling, coin < 0.5)
        update = tf.IndexedSlices(tf.where(taken, image, stored)[None], place[None])
        self.images.value.scatter_update(update)
        self.count.assign_add(tf.cast(filling, tf.int64))
        return tf.where(taken & ~filling, stored, image)
