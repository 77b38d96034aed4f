"""The interface of a dataset layout."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from kerasgan.datasets.layouts.folder import Folder

# Values of each label, {name: values}; a label without a value may lack an entry.
Values = Mapping[str, tuple[str, ...]]
NO_VALUES: Values = MappingProxyType({})


class AnnotatedImage(NamedTuple):
    """An image's name, its tags and the values of its labels.

    name: path below the root with forward slashes, or the position in a TFDS split.
    tags: in lower case; see `tags.normalize`.
    values: several of a label where the data is ambiguous.
    """

    name: str
    tags: tuple[str, ...] = ()
    values: Values = NO_VALUES


class Row(NamedTuple):
    """A line of a label file: the image's name as written there, its tags and its values."""

    line: int
    name: str
    tags: tuple[str, ...] = ()
    values: Values = NO_VALUES


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
    orders: {label: all its values in their order}; the values of other labels are sorted.
    """

    layout: "Layout"
    root: Path
    images: list[AnnotatedImage]
    problems: dict[str, list[str]]
    label_file: Path | None = None
    rows: Sequence[Row] = ()
    orders: Values = NO_VALUES


class Layout(ABC):
    """A way to arrange images, their tags and their labels in a folder.

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
    def read(self, folder: Folder) -> Listing | None:
        """List the folder's images with their tags and labels.

        Returns:
            The listing, or None if the folder lacks what this layout needs.
        """
