"""Dropout with fewer random bits."""

import keras
import tensorflow as tf
from keras import ops

_BYTES_PER_INT64 = 8


@keras.saving.register_keras_serializable("kerasgan")
class ByteDropout(keras.layers.Dropout):
    """`keras.layers.Dropout` with one random byte per value instead of one random float.

    Random floats take a tenth of ACGAN's step on a CPU.

    Args:
        rate: fraction of values to drop, a multiple of 1/256 so that bytes are exact.

    Raises:
        ValueError: if the rate is not a multiple of 1/256.
    """

    def __init__(self, rate: float, **kwargs):
        super().__init__(rate, **kwargs)
        if rate * 256 % 1:
            raise ValueError(f"rate must be a multiple of 1/256, got {rate}")

    def call(self, inputs, training=False):
        if not training or not self.rate:
            return inputs
        size = ops.size(inputs)
        integers = tf.random.stateless_uniform(
            [-(-size // _BYTES_PER_INT64)], self.seed_generator.next(), None, None, tf.int64
        )
        random_bytes = tf.reshape(tf.bitcast(integers, tf.uint8), [-1])[:size]
        mask = ops.cast(random_bytes >= int(self.rate * 256), inputs.dtype) / (1 - self.rate)
        return inputs * ops.reshape(mask, ops.shape(inputs))
