"""The base of layouts with a label file: a line per image with its name, tags and labels."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from kerasgan.datasets.layouts.base import (
    NO_VALUES,
    AnnotatedImage,
    Layout,
    Listing,
    Match,
    Row,
    Values,
)
from kerasgan.datasets.layouts.folder import Folder

# Problem of images that the label file does not mention.
UNLABELLED = "images without a line"
UNMATCHED = "lines without an image"
AMBIGUOUS = "names of several images"
# Folders in which a label file's images are looked up without being named.
_IMAGE_FOLDERS = ("images", "faces")
Lines = Sequence[tuple[int, str]]


class Labels(NamedTuple):
    """The contents of a label file.

    rows: the readable lines.
    problems: a message for every line that has no row.
    orders: as of `Listing`.
    """

    rows: list[Row]
    problems: list[str]
    orders: Values = NO_VALUES


class LabelFileLayout(Layout):
    """A layout whose tags are in a text file in the root folder.

    Of several label files the first with a usual name is read, else the first by name.

    Attributes:
        usual_names: names of the label file, the preferred one first.
    """

    usual_names: tuple[str, ...] = ()

    @abstractmethod
    def recognizes(self, lines: Lines) -> bool:
        """Whether the non-blank lines of a file have this layout's format."""

    @abstractmethod
    def parse(self, lines: Lines) -> Labels:
        """Parse the numbered lines of a recognized file; unreadable ones become problems.

        Args:
            lines: non-blank lines and their numbers, at least one.
        """

    def find_label_file(self, folder: Folder) -> Path | None:
        """The label file in this layout's format that is read."""
        names = self.usual_names
        rank = {name: position for position, name in enumerate(names)}
        for file in sorted(folder.label_files, key=lambda file: rank.get(file.name, len(names))):
            lines = folder.lines(file)
            if lines and self.recognizes(lines):
                return file
        return None

    def detect(self, folder: Folder) -> Match | None:
        file = self.find_label_file(folder)
        if file is None:
            return None
        return Match.NAMED_LABEL_FILE if file.name in self.usual_names else Match.LABEL_FILE

    def read(self, folder: Folder) -> Listing | None:
        file = self.find_label_file(folder)
        if file is None:
            return None
        labels = self.parse(folder.lines(file))
        images, problems = _annotated_images(labels, folder)
        images += [AnnotatedImage(name) for name in problems.get(UNLABELLED, ())]
        return Listing(self, folder.root, images, problems, file, labels.rows, labels.orders)


def _annotated_images(
    labels: Labels, folder: Folder
) -> tuple[list[AnnotatedImage], dict[str, list[str]]]:
    """The images of the lines, each with its first line, and {problem: places}."""
    finder = _ImageFinder(folder.images)
    problems: dict[str, list[str]] = defaultdict(list, folder.problems())
    images: dict[str, AnnotatedImage] = {}
    if labels.problems:
        problems["unusable lines"] = labels.problems
    for row in labels.rows:
        name, problem = finder.find(row.name)
        if name in images:
            problem = "repeated names"
        if name is None or problem:
            problems[problem or UNMATCHED].append(f"line {row.line}: {row.name}")
        else:
            images[name] = AnnotatedImage(name, row.tags, row.values)
    if unlabelled := [name for name in folder.images if name not in images]:
        problems[UNLABELLED] = unlabelled
    return list(images.values()), dict(problems)


class _ImageFinder:
    """Looks up images by the names in a label file, only among the images of the folder."""

    def __init__(self, images: list[str]):
        self._exact = set(images)
        self._near: dict[str, list[str]] = defaultdict(list)
        for name in images:
            path = PurePosixPath(name)
            for key in {path.name, path.stem, name.partition("/")[2], str(path.with_suffix(""))}:
                self._near[key].append(name)

    def find(self, name: str) -> tuple[str | None, str | None]:
        """The image of this name, or None and the problem."""
        name = name.replace("\\", "/").removeprefix("./")
        if name.startswith("/") or ".." in name.split("/") or ":" in name[1:2]:
            return None, "names that leave the folder"
        paths = (name, *(f"{folder}/{name}" for folder in _IMAGE_FOLDERS))
        for path in paths:
            if path in self._exact:
                return path, None
        for path in paths:
            if near := self._near.get(path):
                return (near[0], None) if len(near) == 1 else (None, AMBIGUOUS)
        return None, UNMATCHED
