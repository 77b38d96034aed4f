"""Layers that Keras lacks, or has in a slower form."""

import keras
import tensorflow as tf
from keras import ops

# From more pictures on Keras's own instance norm is as fast.
_FEW = 4
_BYTES_OF_DRAW = 8


@keras.saving.register_keras_serializable("kerasgan")
class UpsampleConv2D(keras.layers.Layer):
    """Double height and width by repeating pixels, then convolve 3x3, stride 1, "same" padding.

    The weights and, to rounding, the values are those of `UpSampling2D(2)` followed by
    `Conv2D(filters, 3, padding="same")`, with 4 instead of 9 multiplications per output value.

    With `u[j] = x[j // 2]` the convolution is, per axis,
    `y[i] = sum_k w[k] u[i + k - 1] = sum_n x[n] sum_k w[k] box[i + k - 1 - 2n]`, where `box` is 1
    at 0 and 1, and 0 elsewhere. The inner sum depends on `i - 2n` alone: this is a transposed
    convolution of stride 2 whose 4 taps are the flipped kernel convolved with the box,
    `[w2, w1 + w2, w0 + w1, w0]`. Pixels outside the picture are zero in both forms.

    Args:
        filters: number of output channels.
        use_bias: whether a bias is added.
        kernel_initializer: of the 3x3 kernel.

    Shapes:
        [B, H, W, C] -> [B, 2H, 2W, filters], float.
    """

    def __init__(
        self, filters: int, use_bias: bool = True, kernel_initializer="glorot_uniform", **kwargs
    ):
        super().__init__(**kwargs)
        self.filters = filters
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(3, 3, input_shape[-1], self.filters),
            initializer=self.kernel_initializer,
            name="kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, inputs):
        kernel = ops.flip(self.kernel, axis=(0, 1))
        kernel = ops.pad(kernel, ((1, 0), (0, 0), (0, 0), (0, 0))) + ops.pad(
            kernel, ((0, 1), (0, 0), (0, 0), (0, 0))
        )
        kernel = ops.pad(kernel, ((0, 0), (1, 0), (0, 0), (0, 0))) + ops.pad(
            kernel, ((0, 0), (0, 1), (0, 0), (0, 0))
        )
        # Transposed convolutions take their kernel as [height, width, output, input].
        kernel = ops.transpose(kernel, (0, 1, 3, 2))
        outputs = ops.conv_transpose(inputs, kernel, strides=2, padding="same")
        return outputs + self.bias if self.use_bias else outputs

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        double = [None if side is None else 2 * side for side in (height, width)]
        return (batch, *double, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


@keras.saving.register_keras_serializable("kerasgan")
class ReflectionPadding2D(keras.layers.Layer):
    """Extend a picture by its mirror image, without repeating the pixels at its edge.

    Args:
        padding: pixels added on each side, fewer than the picture has.

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
    """Return inputs of mean `offset` and deviation `scale` per channel, and what both were before.

    One operation of TensorFlow for what `keras.ops` does in a dozen passes over the pictures, with
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
    """Compute `keras.layers.BatchNormalization`, which trains 5 times as slowly on a processor.

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
    """Give each channel of each picture mean 0 and variance 1, then learned ones if asked for.

    It is `keras.layers.GroupNormalization(-1)`, with the same weights and, to rounding, the same
    values and gradients; of few pictures each is a batch of its own, which takes half the time.

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
class ByteDropout(keras.layers.Dropout):
    """Drop values as `keras.layers.Dropout` does, by a random byte each instead of a float.

    Drawing a float for every value takes a tenth of ACGAN's step on a processor.

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
