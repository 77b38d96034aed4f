"""Image files, decoded safely into squares."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageOps

from kerasgan.utils.errors import InvalidInput

# The formats that are read. Pillow has more, and hands EPS to Ghostscript.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "AVIF")

# Pillow's own limit, beyond which a small file may be made to fill the memory.
PIXEL_LIMIT = 89_478_485

ResizeMode = Literal["crop", "pad"]


def square(source: Path | bytes, size: int, resize_mode: ResizeMode = "crop") -> np.ndarray:
    """An image as uint8 [size, size, 3].

    Args:
        source: the file or its content; of an animation the first frame is taken.
        resize_mode: "crop" cuts the centre square, "pad" adds white on two sides.

    Raises:
        InvalidInput: naming what is wrong with it.
    """
    picture = read(source, size)
    if resize_mode == "pad":
        padded = ImageOps.pad(picture, (size, size), Image.Resampling.LANCZOS, color="white")
        return np.asarray(padded)
    return np.asarray(ImageOps.fit(picture, (size, size), Image.Resampling.LANCZOS))


def read(source: Path | bytes, size: int | None = None, limit: int | None = None) -> Image.Image:
    """An upright RGB image; what is transparent shows white.

    Args:
        size: a large JPEG may be read at a smaller scale that still has this width and height.
        limit: how many pixels it may have, fewer than PIXEL_LIMIT.

    Raises:
        InvalidInput: if it cannot be read, is cut short, or has more pixels than the limit.
    """
    with opened(source, limit) as picture:
        if size is not None:
            picture.draft("RGB", (2 * size, 2 * size))
        return upright(picture)


@contextmanager
def opened(source: Path | bytes, limit: int | None = None) -> Iterator[Image.Image]:
    """Yield an image whose pixels are not yet read; refuse as `read` what goes wrong with it."""
    try:
        # Damaged metadata is no reason to refuse a whole image.
        with warnings.catch_warnings(action="ignore"), _open(source, limit) as picture:
            yield picture
    except InvalidInput:
        raise
    except Exception as error:
        # Pillow's readers raise errors of many kinds on damaged files.
        raise InvalidInput(_reason(error)) from error


def upright(picture: Image.Image) -> Image.Image:
    """An opened image as `read` does."""
    return _to_rgb(ImageOps.exif_transpose(picture))


def _open(source: Path | bytes, limit: int | None) -> Image.Image:
    limit = limit or PIXEL_LIMIT
    try:
        source = io.BytesIO(source) if isinstance(source, bytes) else source
        picture = Image.open(source, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise InvalidInput(f"has more than the limit of {limit:,} pixels") from error
    if picture.width * picture.height > limit:
        width, height = picture.size
        picture.close()
        raise InvalidInput(f"has {width} x {height} pixels, more than the limit of {limit:,}")
    return picture


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith(("I", "F")):
        # 16 bits per pixel; Pillow would cut them off at 255.
        values = np.asarray(picture, np.float32)
        depth = 65535 if picture.mode.startswith("I") else max(values.max(initial=0), 1)
        picture = Image.fromarray((values * 255 / depth).clip(0, 255).round().astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("RGB")


def _reason(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, Image.UnidentifiedImageError):
        return "is not an image"
    if isinstance(error, FileNotFoundError):
        return "is not there"
    return f"cannot be read: {text}"
