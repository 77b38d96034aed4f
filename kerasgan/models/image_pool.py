"""A history of generated images for the discriminators to see beside the newest."""

from collections.abc import Sequence

import keras
import tensorflow as tf
from keras import ops

from kerasgan.models import replicas


class ImagePool:
    """A fixed number of generated images, in variables that checkpoints hold.

    The first images fill the pool. From then on an image passes straight through, or it replaces a
    stored image, which comes out instead.

    Reference: Shrivastava et al. 2017, "Learning from Simulated and Unsupervised Images through
    Adversarial Training" (arXiv:1612.07828), in the form of CycleGAN's PyTorch code.

    Args:
        size: number of stored images; with 0 every image passes through.
        shape: of an image, [H, W, C].
        exchange_probability: share of the images that are exchanged; the reference's is one half.
    """

    def __init__(self, size: int, shape: Sequence[int], exchange_probability: float = 0.5):
        self.size = size
        self.exchange_probability = exchange_probability
        self.images = keras.Variable(ops.zeros([size, *shape]), trainable=False, name="images")
        self.count = keras.Variable(0, dtype="int64", trainable=False, name="count")

    @property
    def variables(self) -> list[keras.Variable]:
        return [self.images, self.count]

    def exchange(self, images: tf.Tensor, coins: tf.Tensor, slots: tf.Tensor) -> tf.Tensor:
        """Float32 [B, H, W, C]: each image or an older one instead, image by image.

        Args:
            images: float32 [B, H, W, C], B known.
            coins: float32 [B] in [0, 1); below the probability the image is exchanged.
            slots: int64 [B] in [0, size), the index that it is exchanged with.
        """
        if not self.size:
            return images
        # Every replica exchanges the images of all, so that all pools stay the same.
        gathered = replicas.all_gather([images, coins, slots])
        exchanged = [self._exchange(*each) for each in zip(*map(tf.unstack, gathered), strict=True)]
        return replicas.local_shard(tf.stack(exchanged))

    def _exchange(self, image: tf.Tensor, coin: tf.Tensor, slot: tf.Tensor) -> tf.Tensor:
        is_filling = self.count.value < self.size
        index = tf.where(is_filling, self.count.value, slot)
        old = tf.gather(self.images.value, index)
        is_stored = tf.logical_or(is_filling, coin < self.exchange_probability)
        update = tf.IndexedSlices(tf.where(is_stored, image, old)[None], index[None])
        self.images.value.scatter_update(update)
        self.count.assign_add(tf.cast(is_filling, tf.int64))
        return tf.where(is_stored & ~is_filling, old, image)
