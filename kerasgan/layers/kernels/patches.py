"""Convolution of few pixels with many filters, as one matrix product.

oneDNN reorders a kernel at every use, which takes longer than the multiplications when there are
only few pixels. Here the kernel is multiplied in its own order by the image patches that it covers.
"""

import functools
import math

import tensorflow as tf

from kerasgan.layers.kernels.padding import output_size_and_padding, output_sizes

# Minimum filters per output pixel of the batch for the product to be faster (measured).
MIN_FILTERS_PER_PIXEL = 4


def is_faster(shape, kernel_shape, strides, padding: str) -> bool:
    """Whether the matrix product is faster; False where a size is unknown.

    Args:
        shape, kernel_shape, strides, padding: as for `output_sizes`.
    """
    pixels = (shape[0], *output_sizes(shape, kernel_shape, strides, padding))
    known = [side for side in pixels if side is not None]
    least = MIN_FILTERS_PER_PIXEL * math.prod(known)
    return len(known) == len(pixels) and kernel_shape[-1] >= least


def conv(images: tf.Tensor, kernel: tf.Tensor, strides, padding: str) -> tf.Tensor:
    """Compute `tf.nn.conv2d`.

    Args:
        images: [B, H, W, C], all sizes known.
        kernel: [h, w, C, F].
        padding: "same" or "valid".

    Returns:
        [B, H', W', F].
    """
    sizes = output_sizes(images.shape, kernel.shape, strides, padding)
    patches = _extract(images, tuple(kernel.shape[:2]), strides, padding)
    products = tf.matmul(patches, tf.reshape(kernel, (-1, kernel.shape[-1])))
    return tf.reshape(products, (images.shape[0], *sizes, kernel.shape[-1]))


@functools.partial(tf.function, jit_compile=True, autograph=False)
def _extract(images, size, strides, padding):
    """Extract the patch under the kernel at each output pixel.

    Shapes:
        [B, H, W, C] -> [B H' W', h w C].
    """
    zeros, slices = [], []
    for side, taps, stride in zip(images.shape[1:3], size, strides, strict=True):
        count, before = output_size_and_padding(side, taps, stride, padding)
        last = (count - 1) * stride
        zeros.append((before, max(last + taps - side - before, 0)))
        slices.append([slice(tap, tap + last + 1, stride) for tap in range(taps)])
    images = tf.pad(images, ((0, 0), *zeros, (0, 0)))
    rows, columns = slices
    patches = tf.concat([images[:, row, column] for row in rows for column in columns], axis=-1)
    return tf.reshape(patches, (-1, patches.shape[-1]))
