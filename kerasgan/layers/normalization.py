"""Layers that Keras lacks, or has in a slower form."""

import math

import keras
import tensorflow as tf
from keras import ops

# From more images on Keras's own instance norm is as fast.
_FEW = 4
_BYTES_OF_DRAW = 8


@keras.saving.register_keras_serializable("kerasgan")
class ReflectionPadding2D(keras.layers.Layer):
    """Extend an image by its mirror image, without repeating the pixels at its edge.

    Args:
        padding: pixels added on each side, fewer than the image has.

    Shapes:
        [B, H, W, C] -> [B, H + 2 padding, W + 2 padding, C].
    """

    def __init__(self, padding: int, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding

    def call(self, inputs):
        sides = (self.padding, self.padding)
        return ops.pad(inputs, ((0, 0), sides, sides, (0, 0)), mode="reflect")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        padded = [None if side is None else side + 2 * self.padding for side in (height, width)]
        return (batch, *padded, channels)

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}


def _normalised(inputs, scale, offset, epsilon: float) -> tuple:
    """Inputs of mean `offset` and deviation `scale` per channel, and what both were before.

    One operation of TensorFlow for what `keras.ops` does in a dozen passes over the images, with
    their gradients. It computes in float32 whatever the inputs are.

    Args:
        inputs: [B, H, W, C]; scale, offset: float32 [C].

    Returns:
        The outputs, and the batch's mean and variance, float32 [C].
    """
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=inputs, scale=scale, offset=offset, mean=[], variance=[], epsilon=epsilon
    )
    count = ops.cast(ops.prod(ops.shape(inputs)[:3]), "float32")
    # The operation divides by one less than the count.
    return outputs, mean, variance * (count - 1) / count


@keras.saving.register_keras_serializable("kerasgan")
class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Compute `keras.layers.BatchNormalization`, which trains 5 times as slowly on a CPU.

    It has the same weights and, to rounding, the same values, statistics and gradients.

    Shapes:
        [B, H, W, C] -> [B, H, W, C]. For others, when not training, and when replicas share their
        statistics, Keras's own layer computes.
    """

    def call(self, inputs, training=None, mask=None):
        if not training or self.synchronized or len(inputs.shape) != 4:
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance = _normalised(inputs, self.gamma, self.beta, self.epsilon)
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1.0 - self.momentum))
        return outputs


@keras.saving.register_keras_serializable("kerasgan")
class InstanceNormalization(keras.layers.GroupNormalization):
    """Give each channel of each image mean 0 and variance 1, then learned ones if asked for.

    It is `keras.layers.GroupNormalization(-1)`, with the same weights and, to rounding, the same
    values and gradients; of few images each is a batch of its own, which takes half the time.

    Args:
        affine: whether a scale and an offset of each channel are learned.

    Shapes:
        [B, H, W, C] -> [B, H, W, C].

    Reference: Ulyanov, Vedaldi and Lempitsky 2016, "Instance Normalization" (arXiv:1607.08022).
    """

    def __init__(self, affine: bool = False, epsilon: float = 1e-5, **kwargs):
        super().__init__(-1, epsilon=epsilon, center=affine, scale=affine, **kwargs)

    def call(self, inputs):
        count, channels = inputs.shape[0], inputs.shape[-1]
        if count is None or count > _FEW:
            return super().call(inputs)
        scale = ops.ones(channels) if self.gamma is None else self.gamma
        offset = ops.zeros(channels) if self.beta is None else self.beta
        outputs = [
            _normalised(picture, scale, offset, self.epsilon)[0]
            for picture in ops.split(inputs, count)
        ]
        return ops.cast(ops.concatenate(outputs), self.compute_dtype)

    def get_config(self):
        config = super().get_config()
        kept = {name: config[name] for name in ("name", "trainable", "dtype", "epsilon")}
        return {**kept, "affine": self.scale}


@keras.saving.register_keras_serializable("kerasgan")
class LeakyReLU(keras.layers.LeakyReLU):
    """Compute `keras.layers.LeakyReLU`, for critics whose gradient is differentiated again.

    The gradient's own towards the inputs is zero, and there is none here. TensorFlow returns zeros,
    for which a gradient penalty goes back through all of the critic.
    """

    def call(self, inputs):
        @tf.custom_gradient
        def leaky_relu(x):
            def gradient(upstream):
                return tf.raw_ops.LeakyReluGrad(
                    gradients=upstream, features=tf.stop_gradient(x), alpha=self.negative_slope
                )

            return tf.nn.leaky_relu(x, self.negative_slope), gradient

        return leaky_relu(inputs)


@keras.saving.register_keras_serializable("kerasgan")
class ByteDropout(keras.layers.Dropout):
    """Drop values as `keras.layers.Dropout` does, by a random byte each instead of a float.

    Drawing a float for every value takes a tenth of ACGAN's step on a CPU.

    Args:
        rate: the share to drop, a multiple of 1/256, for which bytes are exact.

    Raises:
        ValueError: if it is none.
    """

    def __init__(self, rate: float, **kwargs):
        super().__init__(rate, **kwargs)
        if rate * 256 % 1:
            raise ValueError(f"rate is {rate}; it must be a multiple of 1/256")

    def call(self, inputs, training=False):
        if not training or not self.rate:
            return inputs
        size = ops.size(inputs)
        draws = tf.random.stateless_uniform(
            [-(-size // _BYTES_OF_DRAW)], self.seed_generator.next(), None, None, tf.int64
        )
        drawn = tf.reshape(tf.bitcast(draws, tf.uint8), [-1])[:size]
        kept = ops.cast(drawn >= int(self.rate * 256), inputs.dtype) / (1 - self.rate)
        return inputs * ops.reshape(kept, ops.shape(inputs))


@keras.saving.register_keras_serializable("kerasgan")
class MinibatchStddev(keras.layers.Layer):
    """Tell a discriminator how much the images of its batch differ from one another.

    Of each feature, the logarithm of what its standard deviations over the batch, one at each
    place, are on average: the same numbers for all images. The paper takes the average over
    features too, which in a discriminator with BatchNorm tells next to nothing.

    Shapes:
        [B, H, W, C] -> float32 [B, C].

    Reference: Karras, Aila, Laine and Lehtinen 2018, "Progressive Growing of GANs for Improved
    Quality, Stability, and Variation" (arXiv:1710.10196), section 3.
    """

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})

    def call(self, inputs):
        # Where all images are the same, values and gradients must be finite.
        deviations = ops.sqrt(ops.var(inputs, axis=0) + 1e-6)
        logarithms = ops.log(ops.mean(deviations, axis=(0, 1)))
        return ops.broadcast_to(logarithms, (ops.shape(inputs)[0], inputs.shape[-1]))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])


@keras.saving.register_keras_serializable("kerasgan")
class GroupStddev(keras.layers.Layer):
    """Append a channel that holds how much the images of a group differ.

    It is the standard deviation over each group of consecutive images, averaged over channels and
    positions: one number per group.

    Args:
        size: images of a group, or the largest divisor of it that divides the batch.

    Shapes:
        [B, H, W, C] -> [B, H, W, C + 1].

    Reference: Karras et al. 2018, "Progressive Growing of GANs" (arXiv:1710.10196), section 3;
    groups of 4 as in StyleGAN2's code.
    """

    def __init__(self, size: int, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, inputs):
        _, height, width, channels = inputs.shape
        batch = inputs.shape[0]
        size = self.size if batch is None else math.gcd(self.size, batch)
        groups = ops.cast(ops.reshape(inputs, (-1, size, height, width, channels)), "float32")
        # The root's gradient must be finite where all images are the same.
        deviations = ops.sqrt(ops.var(groups, axis=1) + 1e-8)
        group = ops.mean(deviations, axis=(1, 2, 3))
        plane = ops.repeat(ops.cast(group, inputs.dtype), size)[:, None, None, None]
        plane = ops.broadcast_to(plane, (ops.shape(inputs)[0], height, width, 1))
        return ops.concatenate([inputs, plane], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self):
        return {**super().get_config(), "size": self.size}
