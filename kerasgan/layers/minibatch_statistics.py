"""Statistics over a batch, which show a discriminator when a generator lacks variety.

Reference: Karras, Aila, Laine and Lehtinen 2018, "Progressive Growing of GANs for Improved Quality,
Stability, and Variation" (arXiv:1710.10196), section 3.
"""

import math

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgan")
class MinibatchStddev(keras.layers.Layer):
    """Logarithm of each feature's standard deviation over the batch, averaged over positions.

    All images of the batch get the same numbers. The paper also averages over features, which
    carries almost no information in a discriminator with BatchNorm.

    Shapes:
        [B, H, W, C] -> float32 [B, C].
    """

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})

    def call(self, inputs):
        # Values and gradients must be finite when all images are equal.
        deviations = ops.sqrt(ops.var(inputs, axis=0) + 1e-6)
        logarithms = ops.log(ops.mean(deviations, axis=(0, 1)))
        return ops.broadcast_to(logarithms, (ops.shape(inputs)[0], inputs.shape[-1]))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])


@keras.saving.register_keras_serializable("kerasgan")
class GroupStddev(keras.layers.Layer):
    """Append a channel with the standard deviation over each group of consecutive images.

    It is averaged over channels and positions: one number per group. StyleGAN2's code has groups
    of 4.

    Args:
        size: images per group. A batch that it does not divide has groups of their greatest common
            divisor.

    Shapes:
        [B, H, W, C] -> [B, H, W, C + 1].
    """

    def __init__(self, size: int, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, inputs):
        _, height, width, channels = inputs.shape
        batch = inputs.shape[0]
        size = self.size if batch is None else math.gcd(self.size, batch)
        groups = ops.cast(ops.reshape(inputs, (-1, size, height, width, channels)), "float32")
        # The root's gradient must be finite when all images are equal.
        deviations = ops.sqrt(ops.var(groups, axis=1) + 1e-8)
        means = ops.mean(deviations, axis=(1, 2, 3))
        plane = ops.repeat(ops.cast(means, inputs.dtype), size)[:, None, None, None]
        plane = ops.broadcast_to(plane, (ops.shape(inputs)[0], height, width, 1))
        return ops.concatenate([inputs, plane], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self):
        return {**super().get_config(), "size": self.size}
