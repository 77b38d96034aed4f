"""Anime faces with any hair and eye colour, drawn in two styles."""

import colorsys

import numpy as np
from PIL import Image

from kerasgan.datasets.avatars import canvas as drawing
from kerasgan.datasets.avatars.canvas import SIDES, Canvas, curve, ellipse
from kerasgan.datasets.avatars.paints import Colour, Paint, paint, tint
from kerasgan.datasets.avatars.traits import WHITE, Face
from kerasgan.utils.errors import unknown

STYLES = ("animation", "cartoon")

# Part of the cache key: to be raised whenever a pixel changes.
RENDERER_VERSION = 1

_HAIR_COLOURS = {
    "orange": (250, 142, 46), "white": (246, 246, 252), "aqua": (84, 218, 222),
    "gray": (146, 150, 160), "green": (74, 168, 82), "red": (208, 42, 52),
    "purple": (140, 80, 200), "pink": (255, 156, 198), "blue": (54, 100, 224),
    "black": (50, 46, 60), "brown": (130, 80, 50), "blonde": (255, 222, 120),
}  # fmt: skip
_EYE_COLOURS = {
    "gray": (150, 154, 164), "black": (44, 40, 52), "orange": (252, 138, 30),
    "pink": (255, 122, 186), "yellow": (250, 222, 48), "aqua": (62, 220, 224),
    "purple": (150, 72, 220), "green": (52, 178, 74), "brown": (138, 78, 38),
    "red": (218, 30, 44), "blue": (42, 92, 232),
}  # fmt: skip
_RED = (196, 66, 78)
_MOUTHS = {
    "smile": ("-10 -2  0 7  10 -2", None),
    "neutral": ("-6 1  0 0  6 1", None),
    "cat": ("-11 -1  -6 7  0 0  6 7  11 -1", None),
    "open": ("-10 -2  0 2  10 -2  8 12  0 12  -8 12  -10 -2", _RED),
    "grin": ("-13 -3  0 0  13 -3  10 9  0 9  -10 9  -13 -3", WHITE),
    "round": ("-4 2  -4 -3  0 -3  4 -3  4 2  4 7  0 7  -4 7  -4 2", _RED),
}


def draw(face: Face, size: int, style: str = "animation") -> Image.Image:
    """Draw a face as an RGB image.

    Args:
        face: the face, which is the same in every style.
        size: height and width in pixels.
        style: one of STYLES.

    Raises:
        InvalidInput: if the style is unknown.
    """
    side = drawing.SUPERSAMPLING * size
    background = Image.new("RGB", (side, side), WHITE) if style == "cartoon" else _sky(face, side)
    return _draw_figure(face, background, style)


def face_mask(face: Face, size: int, style: str) -> np.ndarray:
    """Where the figure hides the background: bool [size, size]; arguments as of `draw`."""
    side = drawing.SUPERSAMPLING * size
    on_black, on_white = (
        np.asarray(_draw_figure(face, Image.new("RGB", (side, side), colour), style), int)
        for colour in ("black", "white")
    )
    return (on_white - on_black).mean(axis=-1) < 128


def _sky(face: Face, side: int) -> Image.Image:
    hue, change = face.background
    corners = [
        [255 * value for value in colorsys.hsv_to_rgb((hue + part * change) % 1, saturation, 0.97)]
        for part, saturation in ((0, 0.38), (0.5, 0.26), (0.5, 0.26), (1, 0.14))
    ]
    square = Image.fromarray(np.array(corners, np.uint8).reshape(2, 2, 3))
    return square.resize((side, side), Image.Resampling.BILINEAR, (0.5, 0.5, 1.5, 1.5))


def _draw_figure(face: Face, background: Image.Image, style: str) -> Image.Image:
    if style not in STYLES:
        raise unknown("style", style, STYLES)
    canvas = Canvas(background, style)
    scale = face.scale * (0.88 if canvas.flat else 1.0)
    colour = tint(_HAIR_COLOURS[face.hair], face.hair_tint)
    hair, behind = paint(colour, -0.2, 0.2), paint(tint(colour, -0.25), 0, -0.3)
    head = (scale, face.tilt, face.shift, face.mirrored)
    canvas.move(*head)
    drawing.draw_back_hair(canvas, face.haircut, hair, behind)
    # The shoulders follow the head only a little.
    canvas.move(scale, face.tilt * 0.2, face.shift, face.mirrored)
    _draw_body(canvas, face)
    canvas.move(*head)
    _draw_head(canvas, face)
    for side in SIDES:
        _draw_eye(canvas, face, side, drawing.INK if canvas.flat else tint(colour, -0.95))
    drawing.draw_front_hair(canvas, face.haircut, face.fringe, face.side_locks, hair)
    if face.ahoge:
        canvas.fill(drawing.lock("0 -84  -6 -110  24 -104", 0.1), hair)
    for side in SIDES:
        brow = curve(f"15 {2.5 * face.brow - 19}  29 -27  43 {-2.5 * face.brow - 20}") * side
        brow[:, 0] += face.turn
        canvas.line(brow, hair.line, 0.8 if canvas.flat else 1.5)
    _draw_ornaments(canvas, face)
    return background.reduce(drawing.SUPERSAMPLING)


def _draw_body(canvas: Canvas, face: Face) -> None:
    neck = drawing.symmetric("0 40  16 40  16 70  17 90  34 95  50 120  0 130")
    canvas.fill(neck, paint(face.skin))
    if not canvas.flat:
        shadow = drawing.symmetric("0 40  16 50  15 78  8 88  0 90")
        canvas.glaze(shadow, tint(face.skin, -0.4), 0.8)
    shirt = drawing.symmetric("0 116  12 110  22 88  40 94  72 100  105 110  130 170")
    canvas.fill(shirt, paint(face.clothes, 0.1, -0.25))
    for side in SIDES:
        canvas.fill(
            curve("20 82  32 89  44 95  37 105  30 114  16 111  2 108") * side, paint(WHITE)
        )
    drawing.draw_bow(canvas, (0, 1.09), 0.22, paint(face.accent))


def _draw_head(canvas: Canvas, face: Face) -> None:
    turn = np.array([face.turn, 0])
    head = drawing.symmetric("0 -70  50 -70  55 -20  59 12  53 30  46 54  20 70  10 77  0 77")
    canvas.fill(head + turn * (head[:, 1:] + 0.2).clip(0, 1), paint(face.skin))
    if not canvas.flat:
        shadow = drawing.fringe(face.fringe)[0] + np.array([0, 0.07])
        canvas.glaze(shadow.clip((-0.52, -1), (0.52, 1)), tint(face.skin, -0.35), 0.7)
    opacity = face.blush * (0.4 if canvas.flat else 0.15)
    for side in SIDES:
        for step in range(1 if canvas.flat else 4):
            cheek = ellipse(0.14 - 0.025 * step, 0.075 - 0.014 * step, 0.37, 0.42)
            canvas.glaze(cheek * side + turn, (244, 100, 110), opacity)
    canvas.line(curve("1 37  4 41  -1 42") + 1.4 * turn, tint(face.skin, -0.6), 0.6)
    outline, colour = _MOUTHS[face.mouth]
    mouth = curve(outline) + turn + np.array([0, 0.55])
    if colour is not None:
        canvas.fill(mouth, Paint(colour, colour, colour, None))
    canvas.line(mouth, (150, 56, 64), 0.7 if canvas.flat else 1.2)


def _draw_eye(canvas: Canvas, face: Face, side: np.ndarray, lash: Colour) -> None:
    colour = tint(_EYE_COLOURS[face.eyes], face.eye_tint)
    centre = side * (0.29, 0.16) + np.array([face.turn, 0])
    matrix = 1.1 * np.array([[1, face.eye_slant], [0, 1]]) * side

    def place(points):
        return points @ matrix + centre

    def fill(points, colour):
        canvas.fill(points, Paint(colour, colour, colour, None))

    fill(place(curve("-17 4  -13 -20  2 -20  18 -19  19 0  17 19  2 20  -12 19  -17 4")), WHITE)
    iris = place(ellipse(0.145, 0.2, 0.01))
    canvas.fill(iris, paint(colour, -0.5, 0.3)._replace(contour=None))
    canvas.line(iris[np.arange(-1, len(iris))], tint(colour, -0.8), 0.6 if canvas.flat else 1.0)
    fill(place(ellipse(0.05, 0.08, 0.01, -0.02)), tint(tint(colour, -1), -0.6))
    if not canvas.flat:
        canvas.glaze(place(ellipse(0.1, 0.065, 0.01, 0.115)), tint(colour, 0.45), 0.7)
        lid = curve("-17 0  -13 -20  2 -20  18 -19  19 -3  10 -12  2 -11  -8 -11  -17 0")
        canvas.glaze(place(lid), tint(colour, -1), 0.35)
    upper = "-20 5  -14 -22  2 -24  20 -25  28 -8  20 -8  20 -2  16 -15  2 -16  -12 -16  -20 5"
    fill(place(curve(upper)), lash)
    canvas.line(place(curve("-4 20.5  10 21.5  17 12")), lash, 0.6 if canvas.flat else 1.2)
    for shine in (ellipse(0.054, 0.064, -0.045, -0.09), ellipse(0.028, 0.03, 0.07, 0.1)):
        fill(shine + centre, WHITE)


def _draw_ornaments(canvas: Canvas, face: Face) -> None:
    accent = paint(face.accent)
    if face.ornament == "band":
        band = drawing.symmetric("0 -86  44 -86  69 -40  67 -34  66 -29  44 -74  0 -74")
        canvas.fill(band, accent)
    bows = {"twin tails": ((-0.66, -0.52), (0.66, -0.52)), "ponytail": ((0.36, -0.78),)}
    for at in bows.get(face.haircut, ()):
        drawing.draw_bow(canvas, at, 0.17, accent)
    if face.ornament == "bow":
        drawing.draw_bow(canvas, (-0.5, -0.62), 0.2, accent)
    if face.ornament == "flower":
        for angle in np.arange(5) * 2 * np.pi / 5:
            x, y = 0.52 + 0.09 * np.cos(angle), -0.45 + 0.09 * np.sin(angle)
            canvas.fill(ellipse(0.075, 0.075, x, y), accent)
        canvas.fill(ellipse(0.05, 0.05, 0.52, -0.45), paint((255, 226, 120)))
