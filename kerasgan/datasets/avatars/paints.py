"""Colours of avatars, and the paints that they make."""

from typing import NamedTuple

Colour = tuple[int, int, int]
_SHADOW = (0.45, 0.36, 0.52)


def tint(colour: Colour, amount: float) -> Colour:
    """Shift an RGB colour towards white (amount up to 1) or its shadow (down to -1)."""
    if amount >= 0:
        red, green, blue = (round(value + amount * (255 - value)) for value in colour)
    else:
        red, green, blue = (
            round(value * (1 + amount * (1 - shadow)))
            for value, shadow in zip(colour, _SHADOW, strict=True)
        )
    return red, green, blue


class Paint(NamedTuple):
    """RGB colours of a shape: flat or a gradient from top to bottom, and its contour, if any."""

    flat: Colour
    top: Colour
    bottom: Colour
    contour: Colour | None

    @property
    def line(self) -> Colour:
        """The colour of lines inside of the shape."""
        return self.contour or self.flat


def paint(colour: Colour, top: float = 0.0, bottom: float = 0.0) -> Paint:
    """The paint of a colour; `top` and `bottom` tint its gradient."""
    return Paint(colour, tint(colour, top), tint(colour, bottom), tint(colour, -0.8))
