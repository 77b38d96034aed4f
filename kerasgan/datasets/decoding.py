"""Safe decoding of image files at one size."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import ExifTags, Image, ImageOps

from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.sizes import Size, sides

# Formats to read. Pillow has more, and passes EPS files to Ghostscript.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "AVIF")

# Pillow's own limit: beyond it, a small file could be crafted to fill the memory.
PIXEL_LIMIT = 89_478_485
# Images with more pixels are converted in parts, which takes a quarter of the memory.
_LARGE = 2**24

ResizeMode = Literal["crop", "pad"]


def resized(source: Path | bytes, size: Size, resize_mode: ResizeMode = "crop") -> np.ndarray:
    """Decode an image at a size: uint8 [H, W, 3].

    Args:
        source: the file or its content; of an animation, the first frame is read.
        size: (H, W), or one number for both.
        resize_mode: what brings the image to the shape of `size`: "crop" cuts out the largest part
            in the centre, "pad" adds white on two sides.

    Raises:
        InvalidInput: if the image is unreadable, with the reason.
    """
    height, width = sides(size)
    # A photograph that will be turned upright is decoded before that, with its sides exchanged.
    image = read(source, max(height, width))
    if resize_mode == "pad":
        padded = ImageOps.pad(image, (width, height), Image.Resampling.LANCZOS, color="white")
        return np.asarray(padded)
    return np.asarray(ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS))


def read(source: Path | bytes, size: int | None = None, limit: int | None = None) -> Image.Image:
    """Decode an image as upright RGB on white.

    Args:
        source: the file or its content.
        size: a large image may be decoded at a smaller scale that keeps twice this width and
            height.
        limit: maximum number of pixels, below PIXEL_LIMIT.

    Raises:
        InvalidInput: if the image is unreadable or truncated, or has more pixels than the limit.
    """
    with opened(source, limit) as image:
        if size is not None:
            image.draft("RGB", (2 * size, 2 * size))
            factor = min(image.size) // (2 * size)
            if factor > 1 and image.width * image.height > _LARGE and image.mode != "F":
                return ImageOps.exif_transpose(_reduced(image, factor))
        return upright(image)


@contextmanager
def opened(source: Path | bytes, limit: int | None = None) -> Iterator[Image.Image]:
    """Open an image without decoding its pixels; errors are raised as by `read`."""
    try:
        # Pillow warns of damaged metadata, which does not affect the pixels.
        with warnings.catch_warnings(action="ignore"), _open(source, limit) as image:
            yield image
    except InvalidInput:
        raise
    except Exception as error:
        # Pillow raises many kinds of errors on damaged files.
        raise InvalidInput(_reason(error)) from error


def upright(image: Image.Image) -> Image.Image:
    """Decode an opened image as upright RGB on white."""
    return _to_rgb(ImageOps.exif_transpose(image))


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """RGB on white, with the mean of each square of `factor` pixels, converted row by row."""
    width, height = (-(-side // factor) for side in image.size)
    reduced = Image.new("RGB", (width, height))
    for row in range(height):
        top, bottom = row * factor, min((row + 1) * factor, image.height)
        band = _to_rgb(image.crop((0, top, image.width, bottom)))
        reduced.paste(band.reduce(factor), (0, row))
    orientation = ExifTags.Base.Orientation
    reduced.getexif()[orientation] = image.getexif().get(orientation, 1)
    return reduced


def _open(source: Path | bytes, limit: int | None) -> Image.Image:
    limit = limit or PIXEL_LIMIT
    if isinstance(source, Path) and source.exists() and not source.is_file():
        # Reading from a pipe or a device may never end.
        raise InvalidInput("is not a regular file")
    try:
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        image = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise InvalidInput(f"has more than the limit of {limit:,} pixels") from error
    if image.width * image.height > limit:
        width, height = image.size
        image.close()
        raise InvalidInput(f"has {width} x {height} pixels, more than the limit of {limit:,}")
    return image


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        # 16 bits per pixel; Pillow would clip them at 255.
        values = np.asarray(image, np.float32)
        if not np.isfinite(values).all():
            raise InvalidInput("has pixels that are not finite")
        depth = 65535 if image.mode.startswith("I") else max(values.max(initial=0), 1)
        image = Image.fromarray((values * 255 / depth).clip(0, 255).round().astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def _reason(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, Image.UnidentifiedImageError):
        return "is not an image"
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    return f"cannot be read: {text}"
