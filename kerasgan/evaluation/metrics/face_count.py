"""How many faces a cascade finds in grids of 25 images: the score of the reports' course."""

from pathlib import Path

import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from kerasgan.utils.errors import InvalidInput

_SIDE = 5
PICTURES = _SIDE * _SIDE


def count_faces(pictures: np.ndarray, cascade: Path) -> np.ndarray:
    """How many faces are found in each grid of 25 images, int64 [n // 25].

    The course let 20 pass. A detector may see a face twice, or one where there is none.

    Args:
        pictures: uint8 [n, S, S, 3]; those after the last full grid are left out.
        cascade: OpenCV's XML file, such as lbpcascade_animeface.xml.

    Raises:
        InvalidInput: if OpenCV is missing or the cascade cannot be loaded.
    """
    detector = _load(cascade)
    grid = Grid()
    ends = range(PICTURES, len(pictures) + 1, PICTURES)
    counts = [_count(grid.draw(pictures[end - PICTURES : end]), detector) for end in ends]
    return np.array(counts, np.int64)


class Grid:
    """A grid of 25 images as the course drew them.

    That is `pyplot.subplots(5, 5)`, `imshow` without axes and `savefig`, all by matplotlib's own
    defaults, whatever the user's are.
    """

    def __init__(self):
        with matplotlib.style.context("default"):
            figure = Figure()
            self._canvas = FigureCanvasAgg(figure)
            self._images = []
            # Making the axes takes most of the time: they serve all grids.
            for axis in figure.subplots(_SIDE, _SIDE).flat:
                axis.axis("off")
                self._images.append(axis.imshow(np.zeros((1, 1, 3), np.uint8)))

    def draw(self, pictures: np.ndarray) -> np.ndarray:
        """25 images uint8 [25, S, S, 3] as uint8 [480, 640, 3]."""
        for image, picture in zip(self._images, pictures, strict=True):
            image.set_data(picture)
        self._canvas.draw()
        return np.array(self._canvas.buffer_rgba())[:, :, :3]


def _load(cascade: Path):
    """OpenCV's detector."""
    try:
        from cv2 import CascadeClassifier, error
    except ImportError:
        raise InvalidInput(
            "the face count needs OpenCV 4, the extra 'faces': pip install -e '.[faces]'"
        ) from None
    if not cascade.is_file():
        raise InvalidInput(f"no cascade {cascade}")
    try:
        detector = CascadeClassifier(str(cascade))
    # What OpenCV makes of a file that it cannot parse.
    except (error, SystemError):
        detector = CascadeClassifier()
    if detector.empty():
        raise InvalidInput(f"{cascade} is no cascade that OpenCV can load")
    return detector


def _count(picture: np.ndarray, detector) -> int:
    import cv2

    gray = cv2.equalizeHist(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
    faces = detector.detectMultiScale(gray, scaleFactor=1.1, minNeighbors=5, minSize=(24, 24))
    return len(faces)
