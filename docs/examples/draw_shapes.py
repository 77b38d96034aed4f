"""Draw a labelled data set in the layout of Hugging Face's imagefolder.

`python docs/examples/draw_shapes.py FOLDER` writes FOLDER/*.png and FOLDER/metadata.csv with the
columns file_name, shape, colour and striped; a share of the colours is left empty.
"""

import argparse
import csv
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SHAPES = ("circle", "square", "triangle", "star", "cross")
COLOURS = {
    "red": (214, 48, 49), "orange": (240, 147, 43), "yellow": (246, 214, 75),
    "green": (63, 158, 88), "blue": (52, 103, 214), "purple": (139, 77, 196),
}  # fmt: skip
_SCALE = 4


def outline(shape: str) -> np.ndarray:
    """Corners of a shape around the origin, [n, 2], within a radius of 1."""
    if shape == "cross":
        arm = np.array([[-0.3, -0.95], [0.3, -0.95], [0.3, -0.3]])
        quarter = np.array([[0, -1], [1, 0]])
        return np.concatenate([arm @ np.linalg.matrix_power(quarter, k).T for k in range(4)])
    count = {"circle": 48, "square": 4, "triangle": 3, "star": 10}[shape]
    angles = np.arange(count) * 2 * np.pi / count - np.pi / 2
    radii = np.where(np.arange(count) % 2, 0.45, 1.0) if shape == "star" else np.ones(count)
    return radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def draw(random: np.random.Generator, shape: str, colour: str, striped: bool, size: int):
    """Draw a shape at a random place, size and angle on a pale background."""
    side = _SCALE * size
    background = tuple(int(value) for value in random.integers(205, 250, 3))
    paint = tuple(
        int(v) for v in np.clip(np.array(COLOURS[colour]) + random.normal(0, 10, 3), 0, 255)
    )
    angle, radius = random.uniform(0, 2 * np.pi), side * random.uniform(0.26, 0.38)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = side * random.uniform(0.42, 0.58, 2)
    corners = [tuple(point) for point in outline(shape) @ rotation.T * radius + centre]
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    inside = Image.new("RGB", (side, side), paint)
    if striped:
        stripes = ImageDraw.Draw(inside)
        for start in range(0, side, side // 6):
            stripes.rectangle((0, start, side, start + side // 12), fill="white")
    image = Image.new("RGB", (side, side), background)
    image.paste(inside, mask=mask)
    ImageDraw.Draw(image).polygon(
        corners, outline=tuple(value // 2 for value in paint), width=_SCALE
    )
    return image.reduce(_SCALE)


def write(folder: Path, count: int, size: int, missing: float, seed: int = 0) -> None:
    """Write `count` images of `size` pixels, with a share of the colours missing."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    with (folder / "metadata.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("file_name", "shape", "colour", "striped"))
        for number in range(count):
            shape, colour = random.choice(SHAPES), random.choice(list(COLOURS))
            striped = bool(random.random() < 0.5)
            name = f"{number:05d}.png"
            draw(random, shape, colour, striped, size).save(folder / name)
            shown = "" if random.random() < missing else colour
            table.writerow((name, shape, shown, "yes" if striped else "no"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=12_000)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--missing", type=float, default=0.3)
    arguments = parser.parse_args()
    write(arguments.folder, arguments.count, arguments.size, arguments.missing)
