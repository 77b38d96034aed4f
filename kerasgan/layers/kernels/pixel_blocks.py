"""Convolution to few channels, such as an image's colours, by blocks of 2x2 pixels.

CPU kernels process 8 or 16 channels per instruction, so three output channels waste most of each
one. Here the four pixels of each 2x2 block are channels of one pixel: a convolution of stride 2
whose kernel of size k + 1 holds the kernel of size k four times, shifted by 0 or 1 pixel per axis.
"""

import tensorflow as tf
from keras import ops

from kerasgan.layers.kernels.padding import output_sizes

# Four times as many channels fill one instruction.
MAX_FILTERS = 4


def is_faster(shape, kernel_shape, strides, padding: str) -> bool:
    """Whether the outputs are few channels of 2x2 blocks; False where height or width is unknown.

    Args:
        shape, kernel_shape, strides, padding: as for `output_sizes`.
    """
    if kernel_shape[-1] > MAX_FILTERS or tuple(strides) != (1, 1):
        return False
    # "same" pads an even kernel differently from the odd one that holds it.
    if padding == "same" and not all(size % 2 for size in kernel_shape[:2]):
        return False
    sizes = output_sizes(shape, kernel_shape, strides, padding)
    return all(size is not None and size % 2 == 0 for size in sizes)


def conv(images: tf.Tensor, kernel: tf.Tensor, padding: str) -> tf.Tensor:
    """Compute `tf.nn.conv2d` of stride 1.

    Args:
        images: [B, H, W, C].
        kernel: [h, w, C, F].
        padding: "same" or "valid".

    Returns:
        [B, H', W', F].
    """
    shifts = [((row, 1 - row), (column, 1 - column)) for row in (0, 1) for column in (0, 1)]
    kernels = [tf.pad(kernel, (*shift, (0, 0), (0, 0))) for shift in shifts]
    blocks = ops.conv(images, tf.concat(kernels, axis=-1), 2, padding)
    return tf.nn.depth_to_space(blocks, 2)
