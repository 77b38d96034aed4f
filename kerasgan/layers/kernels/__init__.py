"""The choice of the fastest way to compute a convolution.

TensorFlow's own convolution is the fastest on a GPU. On a CPU there are three more, with the same
values and gradients to rounding: Winograd's algorithm, a matrix product, and blocks of pixels.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf
from keras import ops

from kerasgan.layers.kernels import patches, pixel_blocks
from kerasgan.layers.kernels.padding import pad_reflect
from kerasgan.layers.kernels.winograd import choose_winograd

_only_direct = False


@contextmanager
def direct() -> Iterator[None]:
    """Trace every convolution within the block as one of TensorFlow's, as on a GPU."""
    global _only_direct
    before, _only_direct = _only_direct, True
    try:
        yield
    finally:
        _only_direct = before


def conv(images: tf.Tensor, kernel: tf.Tensor, strides: tuple[int, int], padding: str) -> tf.Tensor:
    """Convolve images [B, H, W, C] with a kernel [h, w, C, F]: [B, H', W', F].

    Args:
        strides: along height and width.
        padding: "same", "valid" or, with strides of 1, "reflect": as "same", but the pixels
            outside mirror those inside, without repeating the edge.
    """
    has_choice = can_choose()
    case = (images.shape, kernel.shape, strides, padding)
    by_patches = has_choice and patches.is_faster(*case)
    if has_choice and not by_patches:
        winograd = choose_winograd(*case, images.dtype)
        if winograd:
            return winograd.conv(images, kernel)
    if padding == "reflect":
        images, padding = pad_reflect(images, kernel.shape[:2]), "valid"
    if by_patches:
        return patches.conv(images, kernel, strides, padding)
    if has_choice and pixel_blocks.is_faster(images.shape, kernel.shape, strides, padding):
        return pixel_blocks.conv(images, kernel, padding)
    return ops.conv(images, kernel, strides, padding)


def conv_transpose(
    inputs: tf.Tensor, kernel: tf.Tensor, output_shape, strides: tuple[int, int], padding: str
) -> tf.Tensor:
    """Apply the transpose of `conv` to inputs [B, H', W', F].

    Args:
        kernel: [h, w, C, F].
        output_shape: (B, H, W, C), where None stands for an unknown size.
        strides: along height and width.
        padding: "same" or "valid".
    """
    if can_choose():
        winograd = choose_winograd(output_shape, kernel.shape, strides, padding, inputs.dtype)
        if winograd:
            return winograd.conv_transpose(inputs, kernel)
    return ops.conv_transpose(inputs, kernel, strides, padding)


def can_choose() -> bool:
    """Whether there is a choice: on a CPU, outside of `direct`."""
    return not _only_direct and not tf.config.list_physical_devices("GPU")
