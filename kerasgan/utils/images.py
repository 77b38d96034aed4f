"""Images: pixel values, labelled grids and PNG files."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
from keras import ops
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from kerasgan.utils import files

_SMALLEST_CELL = 64
_GAP = 2
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def to_float(pixels):
    """Map float pixel values from [0, 255] to [-1, 1]; any shape."""
    return pixels / 127.5 - 1.0


def to_uint8(images):
    """Map images from [-1, 1] to the nearest uint8 pixel values; values outside are clipped."""
    return ops.cast(ops.clip(ops.round((images + 1.0) * 127.5), 0, 255), "uint8")


def _fitted(text: str, font: _Font, width: int) -> str:
    """The text, or as much of its beginning as is not wider than so many pixels."""
    shown = text
    while font.getlength(shown) > width and len(shown) > 1:
        shown = f"{shown.rstrip('…')[:-1]}…"
    return shown


def grid(
    cells: Sequence[np.ndarray] | np.ndarray,
    columns: int,
    row_labels: Sequence[str] = (),
    column_labels: Sequence[str] = (),
) -> Image.Image:
    """A grid of images on white, filled row by row.

    Args:
        cells: uint8 [H, W, 3] each, all of one size. Small ones are enlarged by an integer factor
            to a width of at least 64 pixels.
        columns: images per row.
        row_labels, column_labels: text left of the rows and above the columns, which is cut where
            it is wider than a column.
    """
    height, width = cells[0].shape[:2]
    zoom = -(-_SMALLEST_CELL // width)
    cell_height, cell_width = height * zoom + _GAP, width * zoom + _GAP
    font_size = max(11, cell_width // 6)
    font = ImageFont.load_default(font_size)
    left = max((int(font.getlength(label)) + 8 for label in row_labels), default=0)
    top = int(font_size * 1.6) if column_labels else 0
    rows = -(-len(cells) // columns)
    sheet = Image.new("RGB", (left + columns * cell_width, top + rows * cell_height), "white")
    for index, cell in enumerate(cells):
        enlarged = Image.fromarray(np.repeat(np.repeat(cell, zoom, axis=0), zoom, axis=1))
        row, column = divmod(index, columns)
        sheet.paste(enlarged, (left + column * cell_width, top + row * cell_height))
    draw = ImageDraw.Draw(sheet)
    for row, label in enumerate(row_labels):
        middle = top + row * cell_height + cell_height // 2
        draw.text((left - 5, middle), label, "black", font, anchor="rm")
    for column, label in enumerate(column_labels):
        middle = left + column * cell_width + cell_width // 2
        draw.text((middle, top // 2), _fitted(label, font, cell_width), "black", font, anchor="mm")
    return sheet


def save(image: Image.Image, path: Path, texts: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write an image atomically, in the format of the path's suffix.

    Args:
        texts: {keyword: text} that a PNG file gets; other formats have no place for them.
    """
    info = PngInfo()
    for keyword, text in texts.items():
        info.add_text(keyword, text)
    with files.replacing(path) as temporary:
        image.save(temporary, pnginfo=info)


def save_row(
    cells: Sequence[np.ndarray] | np.ndarray,
    path: Path,
    texts: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write uint8 [H, W, 3] images side by side, or as an endless animation if the path is .gif.

    Args:
        texts: as of `save`.
    """
    if path.suffix.lower() == ".gif":
        save_animation(map(Image.fromarray, cells), path)
    else:
        save(grid(cells, len(cells)), path, texts)


def save_animation(frames: Iterable[Image.Image], path: Path, milliseconds: int = 60) -> None:
    """Write images of one size, at least one, as an endless GIF, atomically.

    Args:
        milliseconds: duration of each frame.
    """
    others = iter(frames)
    with files.replacing(path) as temporary:
        next(others).save(
            temporary, save_all=True, append_images=others, duration=milliseconds, loop=0
        )
