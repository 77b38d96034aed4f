"""The option `image_size`, and the sides that networks can have."""

from functools import partial
from typing import Any, NamedTuple, Protocol

from kerasgan.configs.options import option
from kerasgan.utils import sizes
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.sizes import Size

# 4 to 7 times a power of two.
_SHORTER_SIDES = (16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256)


class Sides(Protocol):
    """Heights and widths that a network can have.

    Attributes:
        description: the sides, for `--help`.
    """

    @property
    def description(self) -> str: ...

    def problem(self, size: Size) -> str:
        """What the sides of a size must be, unless they are that: then an empty string."""
        ...


class Multiples(NamedTuple):
    """Sides that a network halves a fixed number of times."""

    factor: int
    least: int

    @property
    def description(self) -> str:
        return f"multiples of {self.factor}, at least {self.least}"

    def problem(self, size: Size) -> str:
        if all(side >= self.least and side % self.factor == 0 for side in sizes.sides(size)):
            return ""
        subject = "it" if isinstance(size, int) else "each side"
        return f"{subject} must be a multiple of {self.factor}, at least {self.least}"


class Halved:
    """Sides that a network halves until the shorter one has 4 to 7 pixels."""

    description = (
        "the shorter side 4 to 7 times a power of two, from 16 to 256, and the longer one a "
        "multiple of that power"
    )

    def problem(self, size: Size) -> str:
        shorter, longer = sorted(sizes.sides(size))
        if shorter not in _SHORTER_SIDES:
            subject = "it" if isinstance(size, int) else "the shorter side"
            return f"{subject} must be one of {', '.join(map(str, _SHORTER_SIDES))}"
        factor = 2 ** sizes.halvings(size)
        return f"the longer side must be a multiple of {factor}" if longer % factor else ""


def image_size_option(default: Size, sides: Sides) -> Any:
    """The field `image_size`, whose value is one number for squares, else (height, width).

    Args:
        sides: that are allowed.
    """
    return option(
        default,
        f"Side of square images, or HEIGHTxWIDTH, in pixels: {sides.description}.",
        convert=partial(_converted, sides),
    )


def _converted(sides: Sides, size: Size) -> Size:
    size = sizes.simplified(size)
    if problem := sides.problem(size):
        order = "" if isinstance(size, int) else " (height x width)"
        raise InvalidInput(f"image-size is {size}{order}; {problem}")
    return size
