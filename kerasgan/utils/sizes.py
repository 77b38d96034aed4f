"""Sizes of images in pixels: one number for squares, or (height, width)."""

import re
from typing import NamedTuple

from kerasgan.utils.errors import InvalidInput

Size = int | tuple[int, int]


class Rectangle(NamedTuple):
    """A height and another width, written as 64x96."""

    height: int
    width: int

    def __str__(self) -> str:
        return f"{self.height}x{self.width}"


def sides(size: Size) -> tuple[int, int]:
    """Height and width."""
    if isinstance(size, int):
        return size, size
    height, width = size
    return height, width


def simplified(size: Size) -> int | Rectangle:
    """The same size; of a square, one number."""
    height, width = sides(size)
    return height if height == width else Rectangle(height, width)


def parse(text: str) -> int | Rectangle:
    """The size that `text` gives.

    Raises:
        InvalidInput: if it has another form.

    Examples:
        >>> parse("64x96").height
        64
    """
    match = re.fullmatch(r"([0-9]{1,5})(?:[xX]([0-9]{1,5}))?", text)
    if match is None:
        raise InvalidInput(f"must be a side of squares or HEIGHTxWIDTH, as in 64x96; got {text!r}")
    height, width = match.groups()
    return simplified((int(height), int(width or height)))


def halvings(size: Size) -> int:
    """Number of halvings that leave 4 to 7 pixels of the shorter side."""
    return min(sides(size)).bit_length() - 3


def halved(size: Size, times: int) -> tuple[int, int]:
    """Height and width after a number of halvings, which must divide both."""
    height, width = sides(size)
    return height >> times, width >> times
