"""Translate images at another size than their own."""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from kerasgan.configs.translation import ORIGINAL, SCALES, TRAINING
from kerasgan.inference.image_to_image import RoundTrip
from kerasgan.utils import sizes
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.sizes import Size

MIN_SIDE = 8


def at_scale(round_trip: RoundTrip, scale: str | int, image_size: Size) -> RoundTrip:
    """Translate images as a network sees them at a scale, at their own size.

    An image whose shorter side is longer than the scale's is reduced, and what its translation
    changes is enlarged and added to the image, so that edges stay as sharp as they are. Smaller
    images are translated as they are.

    Args:
        scale: shorter side in pixels, "training" for that of `image_size`, or "original" for the
            image's own.
        image_size: of the images that the model was trained on.

    Raises:
        InvalidInput: if the scale is impossible.
    """
    side = min(sizes.sides(image_size)) if scale == TRAINING else scale
    if side == ORIGINAL:
        return round_trip
    if not isinstance(side, int) or side < MIN_SIDE:
        raise InvalidInput(
            f"scale must be {', '.join(SCALES)} or a number of pixels from {MIN_SIDE} on, got "
            f"{scale!r}"
        )

    def scaled(image: np.ndarray) -> Iterator[np.ndarray]:
        height, width = image.shape[:2]
        factor = side / min(height, width)
        if factor >= 1:
            yield from round_trip(image)
            return
        small = _resized(image, (round(factor * height), round(factor * width)))
        small = np.clip(np.round(small), 0, 255).astype(np.uint8)
        for translated in round_trip(small):
            change = _resized(translated.astype("float32") - small, (height, width))
            yield np.clip(np.round(image + change), 0, 255).astype(np.uint8)

    return scaled


def _resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return tf.image.resize(image, size, "bicubic", antialias=True).numpy()
