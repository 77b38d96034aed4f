"""Canvas, shapes and hair of avatars.

Points are float [n, 2], (x, y) with y downwards, in units of half a frame: the frame spans [-1, 1]
in both directions, and a head is drawn about its middle unless moved. Outlines in text are in
hundredths.
"""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from kerasgan.datasets.avatars.paints import Colour, Paint, tint

SUPERSAMPLING = 4
SIDES = (np.array([-1, 1]), np.array([1, 1]))
INK = (22, 18, 26)
_NECK = (0, 0.8)
_CONTOUR = {"animation": 0.017, "cartoon": 0.055}


# Cached, because most shapes are the same in every face.
@lru_cache(maxsize=1024)
def curve(outline: str) -> np.ndarray:
    """Points along quadratic curves "x y  x y ...": end, control, end, ..., end."""
    given = np.array(outline.split(), float).reshape(-1, 2) / 100
    start, control, end = given[:-2:2, None], given[1::2, None], given[2::2, None]
    t = np.linspace(0.125, 1, 8)[:, None]
    pieces = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    return np.concatenate([given[:1], pieces.reshape(-1, 2)])


@lru_cache(maxsize=1024)
def symmetric(outline: str) -> np.ndarray:
    """The outline of a symmetric shape, from its right half, whose ends are on the middle line."""
    right = curve(outline)
    return np.concatenate([right, (right * SIDES[0])[-2:0:-1]])


@lru_cache(maxsize=1024)
def ellipse(width: float, height: float, x: float = 0.0, y: float = 0.0) -> np.ndarray:
    """The outline of an upright ellipse with centre (x, y); width and height are radii."""
    angle = np.arange(24) * np.pi / 12
    return np.stack([x + width * np.cos(angle), y + height * np.sin(angle)], axis=1)


@lru_cache(maxsize=1024)
def lock(spine: str, width: float) -> np.ndarray:
    """The outline of a lock of hair along a curve: widest in its upper part, pointed."""
    along = curve(spine)
    t = np.linspace(0, 1, len(along))[:, None]
    side = _normals(along) * (width / 2) * np.sqrt(np.sin(np.pi * t**0.6).clip(0)) * (1 - 0.35 * t)
    return np.concatenate([along + side, (along - side)[::-1]])


def _normals(points: np.ndarray) -> np.ndarray:
    direction = np.gradient(points, axis=0)
    return direction[:, ::-1] * (-1, 1) / np.hypot(*direction.T).clip(1e-9)[:, None]


class Canvas:
    """A supersampled image and the position of the head on it.

    Args:
        image: RGB, `SUPERSAMPLING` times its final size; the background, which is drawn upon.
        style: "animation" or "cartoon"; the latter has flat paints and coarse black contours.
    """

    def __init__(self, image: Image.Image, style: str):
        self.flat = style == "cartoon"
        self._image = image
        self._pen = ImageDraw.Draw(image)
        self._glaze_pen = ImageDraw.Draw(image, "RGBA")
        self._unit = image.width / 2
        self._contour = _CONTOUR[style] * self._unit

    def move(self, scale: float, tilt: float, shift: tuple[float, float], mirrored: bool) -> None:
        """Set how later shapes are tilted about the neck (radians), scaled, shifted, mirrored."""
        cos, sin = np.cos(tilt), np.sin(tilt)
        turn = np.array([[cos, -sin], [sin, cos]])
        side = SIDES[not mirrored]
        self._matrix = (scale * turn * side[:, None] * self._unit).T
        self._origin = ((scale * (_NECK - turn @ _NECK) + shift) * side + 1) * self._unit

    def fill(self, points: np.ndarray, colours: Paint) -> None:
        """Draw a closed shape."""
        placed = points @ self._matrix + self._origin
        if self.flat or colours.top == colours.bottom:
            self._pen.polygon(placed.ravel().tolist(), fill=colours.flat)
        else:
            self._fill_gradient(placed, colours)
        if colours.contour is not None:
            self.line(np.concatenate([points, points[:1]]), colours.contour)

    def line(self, points: np.ndarray, colour: Colour, width: float = 1.0) -> None:
        """Draw an open line, `width` times as wide as the style's contours."""
        placed = points @ self._matrix + self._origin
        pixels = max(1, round(width * self._contour))
        colour = INK if self.flat else colour
        if pixels < 5:
            self._pen.line(placed.ravel().tolist(), colour, pixels)
            return
        # Pillow's wide lines are ragged, and slow with round joints. A polygon is smooth, but has
        # holes where it crosses itself; a narrower line covers them.
        side = _normals(placed) * (pixels / 2)
        both = np.concatenate([placed + side, (placed - side)[::-1]])
        self._pen.polygon(both.ravel().tolist(), fill=colour)
        self._pen.line(placed.ravel().tolist(), colour, round(pixels * 0.7))
        corner = (side[1:] * side[:-1]).sum(axis=1) < 0.8 * (pixels / 2) ** 2
        for point in placed[np.append(corner, True) | np.append(True, corner)].tolist():
            self._pen.circle(point, pixels / 2, fill=colour)

    def glaze(self, points: np.ndarray, colour: Colour, opacity: float) -> None:
        """Lay a translucent shape over the image."""
        placed = points @ self._matrix + self._origin
        self._glaze_pen.polygon(placed.ravel().tolist(), fill=(*colour, round(255 * opacity)))

    def _fill_gradient(self, placed: np.ndarray, colours: Paint) -> None:
        first = np.floor(placed.min(axis=0)).astype(int)
        size = (np.ceil(placed.max(axis=0)).astype(int) - first + 1).tolist()
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).polygon((placed - first).ravel().tolist(), fill=255)
        ramp = _ramp(colours.top, colours.bottom).resize(size, Image.Resampling.NEAREST)
        self._image.paste(ramp, tuple(first.tolist()), mask)


@lru_cache(maxsize=64)
def _ramp(top: Colour, bottom: Colour) -> Image.Image:
    pixels = np.linspace(top, bottom, 64).round().astype(np.uint8)
    return Image.fromarray(pixels[:, None])


_BACK = {
    "long": "0 -90  66 -93  72 -25  80 50  84 150  50 150  0 150",
    "wavy": "0 -90  66 -93  72 -25  70 10  82 30  98 45  82 65  74 85  96 100  99 150  0 150",
    "bob": "0 -90  66 -93  72 -25  88 30  74 66  58 76  44 66  20 60  0 60",
    "short": "0 -90  66 -93  72 -25  74 -4  88 8  72 10  70 20  76 32  84 38  50 60  0 50",
    "neat": "0 -90  66 -93  72 -25  72 10  56 34  30 40  0 40",
}
_TAILS = {
    "twin tails": (
        ("60 -50  112 -56  100 20  90 70  98 125", 0.46),
        ("62 -46  90 -20  84 30  80 60  70 98", 0.3),
    ),
    "ponytail": (
        ("30 -78  98 -112  95 -20  94 40  80 98", 0.46),
        ("30 -75  82 -85  84 -10  84 30  102 62", 0.3),
    ),
}
HAIRCUTS = ("long", "wavy", "bob", "short", "twin tails", "ponytail", "buns", "braids")

# Tips of the locks over the forehead. They leave the eyes free, whose colour must be visible.
FRINGES = {
    "even": "-55 4  -36 -8  -16 -6  5 -9  26 -6  44 -7  57 4",
    "pointed": "-54 6  -30 -7  3 14  32 -7  54 6",
    "swept": "-58 10  -48 0  -28 -10  -6 -9  20 -14  54 4",
    "parted": "-57 14  -42 -8  -24 -22  24 -22  42 -8  57 14",
    "spiky": "-56 8  -41 -6  -20 -8  -3 10  16 -7  36 -8  56 8",
}
SIDE_LOCKS = {
    "short": "52 -50  72 -12  63 10  56 24  60 42",
    "middle": "52 -50  72 -10  64 26  54 44  60 66",
    "long": "52 -50  74 -6  66 40  56 70  66 104",
}

_x = np.linspace(-0.52, 0.52, 17)
_upper = 0.6 * _x**2 - 0.68
_lower = _upper + np.where(np.arange(17) % 2, 0.07, 0.2) * (1 - (_x / 0.54) ** 2)
_SHINE = np.stack([np.append(_x, _x[::-1]), np.append(_upper, _lower[::-1])], axis=1)


@lru_cache
def fringe(style: str) -> tuple[np.ndarray, np.ndarray]:
    """The outline of the hair over the forehead, and the notches [n, 2] between its locks."""
    tips = np.array(FRINGES[style].split(), float).reshape(-1, 2) / 100
    notches = (tips[1:] + tips[:-1]) / 2 - (0, 0.22)
    roots = np.concatenate([[(-0.71, -0.25)], notches, [(0.71, -0.25)]])
    path = np.empty((4 * len(tips) + 1, 2))
    path[::4], path[2::4] = roots, tips
    # Convex on one side and concave on the other, a lock looks swept to the side.
    path[1::4] = roots[:-1] + (tips - roots[:-1]) * (0.12, 0.62)
    path[3::4] = roots[1:] + (tips - roots[1:]) * (0.4, 0.55)
    lower = curve(" ".join(map(str, (path * 100).ravel())))
    return np.concatenate([lower, curve("71 -25  68 -94  0 -94  -68 -94  -71 -25")]), notches


def draw_back_hair(canvas: Canvas, haircut: str, hair: Paint, behind: Paint) -> None:
    """Draw the hair behind the head."""
    for spine, width in _TAILS.get(haircut, ()):
        for side in SIDES if haircut == "twin tails" else SIDES[1:]:
            canvas.fill(lock(spine, width) * side, hair)
    if haircut == "buns":
        for side in SIDES:
            canvas.fill(ellipse(0.26, 0.25, 0.54, -0.74) * side, hair)
            canvas.line(curve("44 -80  60 -94  68 -74  64 -60  52 -68") * side, hair.line, 0.8)
    canvas.fill(symmetric(_BACK.get(haircut, _BACK["neat"])), behind)


def draw_front_hair(
    canvas: Canvas, haircut: str, fringe_style: str, side_locks: str, hair: Paint
) -> None:
    """Draw the hair beside the face and over the forehead."""
    for side in SIDES:
        for step in range(4 if haircut == "braids" else 0):
            x, y = 0.6 + 0.03 * (-1) ** step, 0.5 + 0.19 * step
            canvas.fill(ellipse(0.145 - 0.01 * step, 0.13, x, y) * side, hair)
        canvas.fill(lock(SIDE_LOCKS[side_locks], 0.25) * side, hair)
    outline, notches = fringe(fringe_style)
    canvas.fill(outline, hair)
    for x, y in (notches * 100).tolist():
        strand = f"{0.3 * x} {y - 46}  {0.85 * x} {y - 26}  {x} {y + 2}"
        if canvas.flat:
            canvas.line(curve(strand)[4:], INK, 0.6)
        else:
            canvas.glaze(lock(strand, 0.09), tint(hair.flat, -0.6), 0.35)
    if not canvas.flat:
        canvas.glaze(_SHINE, tint(hair.flat, 0.75), 0.5)


def draw_bow(canvas: Canvas, at: tuple[float, float], size: float, colours: Paint) -> None:
    """Draw a bow at a point; `size` is the distance from its knot to the middle of a loop."""
    for side in SIDES:
        loop = curve("0 0  60 -90  100 -70  120 0  100 70  60 90  0 0") * side * size
        canvas.fill(loop + np.asarray(at), colours)
    canvas.fill(ellipse(size * 0.28, size * 0.3, *at), colours)
