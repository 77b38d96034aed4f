"""Sizes and padding of convolutions, as TensorFlow defines them."""

import tensorflow as tf


def output_size_and_padding(side: int, size: int, stride: int, padding: str) -> tuple[int, int]:
    """Number of outputs along one axis, and number of padding pixels before the image.

    Args:
        side: pixels of the image.
        size: taps of the kernel.
        padding: "valid", "same" (zeros) or "reflect".
    """
    if padding == "valid":
        return (side - size) // stride + 1, 0
    count = -(-side // stride)
    return count, max((count - 1) * stride + size - side, 0) // 2


def output_sizes(shape, kernel_shape, strides, padding: str) -> list[int | None]:
    """Height and width of a convolution's outputs; None where the image's are unknown.

    Args:
        shape: of the images, (B, H, W, C).
        kernel_shape: (h, w, C, F).
        strides: along height and width.
        padding: as for `output_size_and_padding`.
    """
    return [
        None if axis[0] is None else output_size_and_padding(*axis, padding)[0]
        for axis in zip(shape[1:3], kernel_shape[:2], strides, strict=True)
    ]


def pad_reflect(images: tf.Tensor, kernel_size) -> tf.Tensor:
    """Pad images by reflection so that a "valid" convolution of stride 1 keeps their size.

    Shapes:
        [B, H, W, C] -> [B, H + h - 1, W + w - 1, C].
    """
    rows, columns = (((size - 1) // 2, size // 2) for size in kernel_size)
    return tf.pad(images, ((0, 0), rows, columns, (0, 0)), mode="REFLECT")
