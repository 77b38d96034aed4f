"""Convolutions that compute what Keras's do, in less time."""

import functools
import math

import keras
import tensorflow as tf
from keras import ops

from kerasgan.layers.winograd import fewer_products, places

_fused = functools.partial(tf.function, jit_compile=True, autograph=False)


@keras.saving.register_keras_serializable("kerasgan")
class UpsampleConv2D(keras.layers.Layer):
    """Double height and width by repeating pixels, then convolve 3x3, stride 1, "same" padding.

    The weights and, to rounding, the values are those of `UpSampling2D(2)` followed by
    `Conv2D(filters, 3, padding="same")`, with 4 instead of 9 multiplications per output value.

    With `u[j] = x[j // 2]` the convolution is, per axis,
    `y[i] = sum_k w[k] u[i + k - 1] = sum_n x[n] sum_k w[k] box[i + k - 1 - 2n]`, where `box` is 1
    at 0 and 1, and 0 elsewhere. The inner sum depends on `i - 2n` alone: this is a transposed
    convolution of stride 2 whose 4 taps are the flipped kernel convolved with the box,
    `[w2, w1 + w2, w0 + w1, w0]`. Pixels outside the image are zero in both forms. A CPU
    makes do with fewer again where there are many channels; see `winograd`.

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
        outputs = _transposed(inputs, kernel, shape, (2, 2), "same")
        return tf.nn.bias_add(outputs, self.bias) if self.use_bias else outputs

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


def _four_taps(kernel):
    kernel = ops.flip(kernel, axis=(0, 1))
    kernel = ops.pad(kernel, ((1, 0), (0, 0), (0, 0), (0, 0))) + ops.pad(
        kernel, ((0, 1), (0, 0), (0, 0), (0, 0))
    )
    return ops.pad(kernel, ((0, 0), (1, 0), (0, 0), (0, 0))) + ops.pad(
        kernel, ((0, 0), (0, 1), (0, 0), (0, 0))
    )


def _transposed(inputs, kernel, shape, strides, padding):
    """The transposed convolution [B, H', W', F] -> `shape`, (B, H, W, C)."""
    filtering = fewer_products(shape, kernel.shape, strides, padding, inputs.dtype)
    if filtering:
        return filtering.transposed(inputs, kernel)
    return ops.conv_transpose(inputs, kernel, strides, padding)


@keras.saving.register_keras_serializable("kerasgan")
class ColourConv2D(keras.layers.Conv2D):
    """Compute `keras.layers.Conv2D` to the few channels of an image, in less time.

    A CPU multiplies 8 or 16 channels at once, whatever there are. Here the four pixels of
    each 2x2 block are channels of one: a convolution of stride 2 whose kernel of k + 1 holds the
    one of k four times, shifted by a pixel or not. It has the same weights and, to rounding, the
    same values and gradients.

    Args:
        filters, kernel_size, settings: of `keras.layers.Conv2D`; the stride is 1, and with "same"
            padding the kernel's size is odd.

    Shapes:
        [B, H, W, C] -> [B, H', W', filters], where H' and W' are even.

    Raises:
        ValueError: if they are known to be odd.
    """

    def build(self, input_shape):
        super().build(input_shape)
        sides = self.compute_output_shape(input_shape)[1:3]
        if any(side is not None and side % 2 for side in sides):
            raise ValueError(f"the outputs have sides of {sides} pixels; both must be even")

    def call(self, inputs):
        shifts = [((row, 1 - row), (column, 1 - column)) for row in (0, 1) for column in (0, 1)]
        kernels = [ops.pad(self.kernel, (*shift, (0, 0), (0, 0))) for shift in shifts]
        blocks = ops.conv(inputs, ops.concatenate(kernels, axis=-1), 2, self.padding)
        if self.use_bias:
            blocks += ops.tile(self.bias, 4)
        return self.activation(tf.nn.depth_to_space(blocks, 2))


@keras.saving.register_keras_serializable("kerasgan")
class DeepConv2D(keras.layers.Conv2D):
    """Compute `keras.layers.Conv2D` of many channels in less time.

    oneDNN brings a kernel into an order of its own at every use, which for a few pixels takes
    longer than to multiply them. From `RATIO` filters for each output pixel of the batch on, a
    CPU multiplies the kernel as it lies by the patches of the inputs that it meets. With
    more pixels it takes fewer products where that pays; see `winograd`. The layer has the same
    weights and, to rounding, the same values and gradients of every order.

    Args:
        filters, kernel_size, settings: of `keras.layers.Conv2D`, without dilation.

    Shapes:
        [B, H, W, C] -> [B, H', W', filters]. Where B, H or W is unknown, Keras's layer computes.
    """

    RATIO = 4

    def convolution_op(self, inputs, kernel):
        shape = self.compute_output_shape(inputs.shape)
        has_few = None not in shape and self.filters >= self.RATIO * math.prod(shape[:3])
        if has_few and not tf.config.list_physical_devices("GPU"):
            patches = _patches(inputs, self.kernel_size, self.strides, self.padding)
            products = tf.matmul(patches, tf.reshape(kernel, (-1, self.filters)))
            return tf.reshape(products, shape)
        settings = (self.strides, self.padding, inputs.dtype)
        filtering = fewer_products(inputs.shape, kernel.shape, *settings)
        if filtering:
            return filtering.convolve(inputs, kernel)
        return super().convolution_op(inputs, kernel)


@keras.saving.register_keras_serializable("kerasgan")
class ReflectedConv2D(keras.layers.Conv2D):
    """Convolve an image that its mirror image continues, without repeating the pixels at its edge.

    It is `ReflectionPadding2D(size // 2)` and then `Conv2D`, and takes fewer products than they do
    where that pays; see `winograd`, whose sums of pixels need no larger image.

    Args:
        filters, kernel_size, settings: of `keras.layers.Conv2D`, without strides and dilation; the
            size is odd.

    Shapes:
        [B, H, W, C] -> [B, H, W, filters].
    """

    def __init__(self, filters, kernel_size, padding="same", **settings):
        super().__init__(filters, kernel_size, padding=padding, **settings)

    def convolution_op(self, inputs, kernel):
        settings = (self.strides, "reflect", inputs.dtype)
        filtering = fewer_products(inputs.shape, kernel.shape, *settings)
        if filtering:
            return filtering.convolve(inputs, kernel)
        rows, columns = ((size // 2, size // 2) for size in self.kernel_size)
        inputs = ops.pad(inputs, ((0, 0), rows, columns, (0, 0)), mode="reflect")
        return ops.conv(inputs, kernel, padding="valid")


@keras.saving.register_keras_serializable("kerasgan")
class DeepConv2DTranspose(keras.layers.Conv2DTranspose):
    """Compute `keras.layers.Conv2DTranspose` of many channels in less time.

    A CPU takes fewer products where that pays; see `winograd`. The layer has the same weights
    and, to rounding, the same values and gradients of every order.

    Args:
        filters, kernel_size, settings: of `keras.layers.Conv2DTranspose`, without dilation.

    Shapes:
        [B, H, W, C] -> [B, H', W', filters]. Where B, H or W is unknown, Keras's layer computes.
    """

    def call(self, inputs):
        shape = self.compute_output_shape(inputs.shape)
        outputs = _transposed(inputs, self.kernel, shape, self.strides, self.padding)
        if self.use_bias:
            outputs = tf.nn.bias_add(outputs, self.bias)
        return self.activation(outputs)


@_fused
def _patches(x, size, strides, padding):
    """What a kernel of that size meets at each of its places, as rows.

    Shapes:
        [B, H, W, C] -> [B H' W', height width C].
    """
    zeros, met = [], []
    for side, taps, stride in zip(x.shape[1:3], size, strides, strict=True):
        count, before = places(side, taps, stride, padding)
        last = (count - 1) * stride
        zeros.append((before, max(last + taps - side - before, 0)))
        met.append([slice(tap, tap + last + 1, stride) for tap in range(taps)])
    x = tf.pad(x, ((0, 0), *zeros, (0, 0)))
    rows, columns = met
    patches = tf.concat([x[:, row, column] for row in rows for column in columns], axis=-1)
    return tf.reshape(patches, (-1, patches.shape[-1]))


@keras.saving.register_keras_serializable("kerasgan")
class LabelledConv2D(keras.layers.Layer):
    """Convolve an image beside a label that is repeated at every pixel, as further channels.

    It has the kernel and, to rounding, the values and gradients of `Conv2D(filters, size,
    padding="same", use_bias=False)` on the concatenation, without multiplying what is the same
    everywhere: a label's planes add the same numbers to all pixels but those near an edge, where a
    part of the kernel lies outside. They are computed for an image as small as the kernel, and
    those of its middle row and column repeated.

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
        few = (tf.minimum(height, self.size), tf.minimum(width, self.size))
        planes = ops.broadcast_to(label[:, None, None], (batch, *few, label.shape[-1]))
        small = ops.conv(planes, kernel[:, :, channels:], padding="same")
        rows, columns = (_likes(side, self.size, small.dtype) for side in (height, width))
        of_label = tf.einsum("yi,bixf->byxf", rows, tf.einsum("xj,bijf->bixf", columns, small))
        return ops.conv(image, kernel[:, :, :channels], padding="same") + of_label

    def compute_output_shape(self, input_shape):
        return (*input_shape[0][:-1], self.filters)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "size": self.size}


def _likes(side, size: int, dtype) -> tf.Tensor:
    """Which row of an image of `size`, as one-hot, each row of one of `side` is like."""
    row, middle = tf.range(side), size // 2
    like = tf.minimum(row, middle) + tf.maximum(row - tf.maximum(side, size) + 1 + middle, 0)
    return tf.one_hot(like, tf.minimum(side, size), dtype=dtype)
