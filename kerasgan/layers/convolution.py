"""Keras's convolutions, computed by the fastest of several kernels."""

import keras
import tensorflow as tf
from keras import ops

from kerasgan.layers import kernels


@keras.saving.register_keras_serializable("kerasgan")
class Conv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D`, faster on a CPU, and optionally padded by reflection.

    It has the same weights and, to rounding, the same values and gradients of every order.

    Args:
        filters, kernel_size, strides: as in `keras.layers.Conv2D`.
        padding: "valid", "same", or "reflect": as "same" with strides of 1, but the pixels outside
            the image mirror those inside, without repeating the edge.
        settings: other arguments of `keras.layers.Conv2D`, except dilation and groups.

    Shapes:
        [B, H, W, C] -> [B, H', W', filters].

    Raises:
        ValueError: if the convolution is dilated or grouped, or "reflect" has strides.
    """

    def __init__(self, filters, kernel_size, strides=1, padding="valid", **settings):
        keras_padding = "same" if padding == "reflect" else padding
        super().__init__(filters, kernel_size, strides, keras_padding, **settings)
        self.reflects = padding == "reflect"
        if self.groups != 1 or self.dilation_rate != (1, 1):
            raise ValueError(
                "groups and dilation_rate must be 1, got "
                f"groups={self.groups} and dilation_rate={self.dilation_rate}"
            )
        if self.reflects and self.strides != (1, 1):
            raise ValueError(f'strides must be 1 with padding="reflect", got {self.strides}')

    def convolution_op(self, inputs, kernel):
        padding = "reflect" if self.reflects else self.padding
        return kernels.conv(inputs, kernel, self.strides, padding)

    def get_config(self):
        config = super().get_config()
        return {**config, "padding": "reflect"} if self.reflects else config


@keras.saving.register_keras_serializable("kerasgan")
class SpectralConv2D(Conv2D):
    """`Conv2D` with its kernel divided by its spectral norm, the largest singular value.

    The kernel counts as a matrix [height x width x C, filters]. A call with `training=True` makes
    one step of the power iteration. Gradients pass through the norm; Keras's
    `SpectralNormalization` replaces the trained kernel by the divided one instead.

    Args:
        filters, kernel_size, settings: as in `Conv2D`.

    Reference: Miyato, Kataoka, Koyama and Yoshida 2018, "Spectral Normalization for Generative
    Adversarial Networks" (arXiv:1802.05957), eq. 8 and algorithm 1.
    """

    def build(self, input_shape):
        super().build(input_shape)
        self.u = self.add_weight(
            shape=(1, self.filters),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            trainable=False,
            aggregation="only_first_replica",
            dtype="float32",
            autocast=False,
            name="u",
        )

    def call(self, inputs, training=False):
        if training:
            self.u.assign(_singular_vectors(_matrix(self.kernel), self.u.value)[1])
        return super().call(inputs)

    def convolution_op(self, inputs, kernel):
        v, u = map(ops.stop_gradient, _singular_vectors(_matrix(kernel), self.u.value))
        sigma = ops.sum(ops.matmul(v, _matrix(kernel)) * u)
        return super().convolution_op(inputs, kernel / ops.cast(sigma, kernel.dtype))


def _matrix(kernel):
    """A kernel [h, w, C, F] as float32 [h w C, F]."""
    return ops.cast(ops.reshape(kernel, (-1, kernel.shape[-1])), "float32")


def _singular_vectors(matrix, u):
    """A step of the power iteration: rows v [1, N] and u [1, F] from u, for a matrix [N, F]."""
    v = ops.normalize(ops.matmul(u, ops.transpose(matrix)))
    return v, ops.normalize(ops.matmul(v, matrix))


@keras.saving.register_keras_serializable("kerasgan")
class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose`, faster on a CPU.

    It has the same weights and, to rounding, the same values and gradients of every order.

    Args:
        filters, kernel_size, settings: as in `keras.layers.Conv2DTranspose`, except dilation and
            output padding.

    Shapes:
        [B, H, W, C] -> [B, H', W', filters].
    """

    def call(self, inputs):
        shape = self.compute_output_shape(inputs.shape)
        outputs = kernels.conv_transpose(inputs, self.kernel, shape, self.strides, self.padding)
        if self.use_bias:
            outputs = tf.nn.bias_add(outputs, self.bias)
        return self.activation(outputs)


@keras.saving.register_keras_serializable("kerasgan")
class LabelConcatConv2D(keras.layers.Layer):
    """Convolve an image concatenated with a label that is repeated at every pixel.

    It has the kernel and, to rounding, the values and gradients of `Conv2D(filters, size,
    padding="same", use_bias=False)` on the concatenation, with fewer multiplications. A constant
    plane adds the same numbers to all pixels except near the edges, where a part of the kernel lies
    outside. So the planes are convolved at the size of the kernel, and the middle row and column of
    the result are repeated.

    Args:
        filters: number of output channels.
        size: of the kernel, odd.

    Shapes:
        [B, H, W, C] and [B, K] -> [B, H, W, filters].
    """

    def __init__(self, filters: int, size: int, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.size = size

    def build(self, input_shape):
        (*_, channels), (_, classes) = input_shape
        self.kernel = self.add_weight(
            shape=(self.size, self.size, channels + classes, self.filters), name="kernel"
        )

    def call(self, inputs):
        image, label = inputs
        kernel = ops.convert_to_tensor(self.kernel)
        batch, height, width, channels = ops.shape(image)
        small_size = (tf.minimum(height, self.size), tf.minimum(width, self.size))
        planes = ops.broadcast_to(label[:, None, None], (batch, *small_size, label.shape[-1]))
        small = ops.conv(planes, kernel[:, :, channels:], padding="same")
        rows, columns = (_repeat_middle(side, self.size, small.dtype) for side in (height, width))
        from_label = tf.einsum("yi,bixf->byxf", rows, tf.einsum("xj,bijf->bixf", columns, small))
        return ops.conv(image, kernel[:, :, :channels], padding="same") + from_label

    def compute_output_shape(self, input_shape):
        return (*input_shape[0][:-1], self.filters)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "size": self.size}


def _repeat_middle(side, size: int, dtype) -> tf.Tensor:
    """Matrix [side, min(side, size)] that extends `size` rows to `side` by repeating the middle."""
    row, middle = tf.range(side), size // 2
    source = tf.minimum(row, middle) + tf.maximum(row - tf.maximum(side, size) + 1 + middle, 0)
    return tf.one_hot(source, tf.minimum(side, size), dtype=dtype)
