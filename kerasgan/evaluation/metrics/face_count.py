"""Faces that a cascade finds in grids of 25 images: the score of the course behind the reports."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from kerasgan.evaluation import intervals
from kerasgan.evaluation.intervals import Estimate
from kerasgan.utils.errors import InvalidInput

_SIDE = 5
IMAGES = _SIDE * _SIDE


def mean_count(images: np.ndarray, cascade: Path) -> Estimate:
    """The mean number of faces found in a grid of 25 images; arguments as of `count_faces`.

    Raises:
        InvalidInput: if there are fewer than two grids, or as `count_faces`.
    """
    if len(images) < 2 * IMAGES:
        raise InvalidInput(f"the face count needs at least {2 * IMAGES} images, got {len(images)}")
    return intervals.mean(count_faces(images, cascade))


def count_faces(images: np.ndarray, cascade: Path) -> np.ndarray:
    """The number of faces found in each grid of 25 images, int64 [n // 25].

    20 passed the course. A detector may find a face twice, or where there is none.

    Args:
        images: uint8 [n, H, W, 3]; images after the last full grid are left out.
        cascade: OpenCV's XML file, such as lbpcascade_animeface.xml.

    Raises:
        InvalidInput: if OpenCV is missing or the cascade cannot be loaded.
    """
    detector = load(cascade)
    grid = Grid(*images.shape[1:3])
    ends = range(IMAGES, len(images) + 1, IMAGES)
    counts = [len(_find(grid.draw(images[end - IMAGES : end]), detector)) for end in ends]
    return np.array(counts, np.int64)


def draw_faces(images: np.ndarray, cascade: Path) -> np.ndarray:
    """A grid of 25 images with a box around each face that is found, uint8 [480, 640, 3].

    Args:
        images: uint8 [25, H, W, 3].
        cascade: as of `count_faces`, which raises the same errors.
    """
    drawn = Grid(*images.shape[1:3]).draw(images)
    sheet = Image.fromarray(drawn)
    draw = ImageDraw.Draw(sheet)
    for left, top, width, height in _find(drawn, load(cascade)):
        draw.rectangle((left, top, left + width, top + height), outline="red", width=2)
    return np.asarray(sheet)


class Grid:
    """A grid of 25 images as the course drew it.

    It used `pyplot.subplots(5, 5)`, `imshow` without axes and `savefig`, with matplotlib's own
    defaults, which may differ from the user's.

    Args:
        height, width: of an image.
    """

    def __init__(self, height: int, width: int):
        with matplotlib.style.context("default"):
            figure = Figure()
            self._canvas = FigureCanvasAgg(figure)
            self._cells = []
            # Making the axes takes most of the time, so all grids share them.
            for axis in figure.subplots(_SIDE, _SIDE).flat:
                axis.axis("off")
                pixel = np.zeros((1, 1, 3), np.uint8)
                extent = (-0.5, width / height - 0.5, 0.5, -0.5)
                self._cells.append(axis.imshow(pixel, extent=extent))

    def draw(self, images: np.ndarray) -> np.ndarray:
        """Draw 25 images, uint8 [25, H, W, 3], as one, uint8 [480, 640, 3]."""
        for cell, image in zip(self._cells, images, strict=True):
            cell.set_data(image)
        self._canvas.draw()
        return np.array(self._canvas.buffer_rgba())[:, :, :3]


def load(cascade: Path):
    """Load OpenCV's detector.

    Raises:
        InvalidInput: as `count_faces`.
    """
    try:
        from cv2 import CascadeClassifier, error
    except ImportError:
        raise InvalidInput(
            "the face count needs OpenCV 4, the extra 'faces': pip install -e '.[faces]'"
        ) from None
    if not cascade.is_file():
        raise InvalidInput(f"the cascade must be a file, got {cascade}")
    try:
        detector = CascadeClassifier(str(cascade))
    # OpenCV raises either for a file that it cannot parse.
    except (error, SystemError):
        detector = CascadeClassifier()
    if detector.empty():
        raise InvalidInput(f"the cascade must be one that OpenCV can load, got {cascade}")
    return detector


def _find(image: np.ndarray, detector) -> Sequence[tuple[int, int, int, int]]:
    """The faces in an image, (left, top, width, height) of each."""
    import cv2

    gray = cv2.equalizeHist(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    return detector.detectMultiScale(gray, scaleFactor=1.1, minNeighbors=5, minSize=(24, 24))
