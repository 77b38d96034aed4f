"""The interface of a dataset layout."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from kerasgan.datasets.layouts.folder import Folder


class TaggedImage(NamedTuple):
    """An image's name and its tags.

    name: path below the root with forward slashes, or the position in a TFDS split.
    tags: in lower case; see `tags.normalize`.
    """

    name: str
    tags: tuple[str, ...] = ()


class Row(NamedTuple):
    """A line of a label file: the image's name as written there, and its tags."""

    line: int
    name: str
    tags: tuple[str, ...]


class Match(IntEnum):
    """How specific the evidence for a layout is. The most specific match is detected."""

    ANY_IMAGES = 1
    SEVERAL_FOLDERS = 2
    NAMED_FOLDERS = 3
    LABEL_FILE = 4
    LABEL_FILE_AND_FOLDER = 5
    NAMED_LABEL_FILE = 6


class Listing(NamedTuple):
    """The contents of a folder as a layout reads them.

    images: every image file once; images with a line in the label file first, in its order.
    rows: the lines of the label file, whether or not their image exists.
    problems: {problem: places}.
    """

    layout: "Layout"
    root: Path
    images: list[TaggedImage]
    problems: dict[str, list[str]]
    label_file: Path | None = None
    rows: Sequence[Row] = ()


class Layout(ABC):
    """A way to arrange images and their tags in a folder.

    To add one, subclass it and list an instance in `layouts.LAYOUTS`.

    Attributes:
        name: value of --layout.
        description: one line for reports and error messages.
    """

    name: str
    description: str

    @abstractmethod
    def detect(self, folder: Folder) -> Match | None:
        """How specifically the folder matches this layout; None if it does not."""

    @abstractmethod
    def read(self, folder: Folder, attributes: Collection[str] = ()) -> Listing | None:
        """List the folder's images and their tags.

        Args:
            folder: a scanned folder.
            attributes: columns of a table that become tags; empty: all.

        Returns:
            The listing, or None if the folder lacks what this layout needs.

        Raises:
            InvalidInput: if the label file has no such column.
        """
