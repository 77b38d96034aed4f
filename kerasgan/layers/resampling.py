"""Layers that change an image's size."""

import keras
import tensorflow as tf
from keras import ops

from kerasgan.layers import kernels


@keras.saving.register_keras_serializable("kerasgan")
class ReflectionPadding2D(keras.layers.Layer):
    """Pad an image by reflection, without repeating the pixels at its edge.

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


@keras.saving.register_keras_serializable("kerasgan")
class UpsampleConv2D(keras.layers.Layer):
    """Double height and width by repeating pixels, then convolve 3x3, stride 1, "same" padding.

    It has the weights and, to rounding, the values of `UpSampling2D(2)` followed by
    `Conv2D(filters, 3, padding="same")`, with 4 instead of 9 multiplications per output value.

    With `u[j] = x[j // 2]` the convolution is, per axis,
    `y[i] = sum_k w[k] u[i + k - 1] = sum_n x[n] sum_k w[k] box[i + k - 1 - 2n]`, where `box` is 1
    at 0 and 1, and 0 elsewhere. The inner sum depends only on `i - 2n`, so this is a transposed
    convolution of stride 2. Its 4 taps are the flipped kernel convolved with the box,
    `[w2, w1 + w2, w0 + w1, w0]`. Pixels outside the image are zero in both forms.

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
        # Transposed convolutions take their kernel as [height, width, output, input].
        kernel = ops.transpose(_four_taps(self.kernel), (0, 1, 3, 2))
        shape = self.compute_output_shape(inputs.shape)
        outputs = kernels.conv_transpose(inputs, kernel, shape, (2, 2), "same")
        return tf.nn.bias_add(outputs, self.bias) if self.use_bias else outputs

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        doubled = [None if side is None else 2 * side for side in (height, width)]
        return (batch, *doubled, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


def _four_taps(kernel):
    """Flip a 3x3 kernel and convolve it with a 2x2 box: [3, 3, C, F] -> [4, 4, C, F]."""
    kernel = ops.flip(kernel, axis=(0, 1))
    kernel = ops.pad(kernel, ((1, 0), (0, 0), (0, 0), (0, 0))) + ops.pad(
        kernel, ((0, 1), (0, 0), (0, 0), (0, 0))
    )
    return ops.pad(kernel, ((0, 0), (1, 0), (0, 0), (0, 0))) + ops.pad(
        kernel, ((0, 0), (0, 1), (0, 0), (0, 0))
    )
