"""Layouts without a label file: labels come from the folders' names, or there are none."""

import functools
import re
from collections.abc import Callable
from pathlib import PurePosixPath

from kerasgan.datasets import colours
from kerasgan.datasets.layouts.base import (
    NO_VALUES,
    AnnotatedImage,
    Layout,
    Listing,
    Match,
    Values,
)
from kerasgan.datasets.layouts.folder import Folder
from kerasgan.datasets.layouts.tags import unique

# Remembered at a time.
_FOLDERS = 10_000


class PlainImages(Layout):
    """Images anywhere in the folder, without tags."""

    name = "images"
    description = "images"

    def detect(self, folder: Folder) -> Match | None:
        return Match.ANY_IMAGES if folder.images else None

    def read(self, folder: Folder) -> Listing | None:
        return _listing(self, folder, AnnotatedImage) if folder.images else None


class ClassFolders(Layout):
    """Folders named after the class of their images.

    The label `class` is the name of an image's folder. If folders' names are tags that name
    colours, joined by `-`, the labels are those colours instead.
    """

    name = "class-folders"
    description = "folders of images that are named after their class"

    def detect(self, folder: Folder) -> Match | None:
        has_loose_images = any("/" not in name for name in folder.images)
        is_match = len(folder.subfolders) > 1 and not has_loose_images
        return Match.SEVERAL_FOLDERS if is_match else None

    def read(self, folder: Folder) -> Listing | None:
        has_colours = any(colours.read(_tags(each)) for each in set(map(_parent, folder.images)))
        annotate = _with_colours if has_colours else _with_class
        orders = colours.COLOURS if has_colours else NO_VALUES
        return _listing(self, folder, annotate, orders) if folder.images else None


class Domains(Layout):
    """Two domains for unpaired translation, as CycleGAN's datasets have them."""

    name = "domains"
    description = "trainA/ and trainB/"

    def detect(self, folder: Folder) -> Match | None:
        return Match.NAMED_FOLDERS if {"trainA", "trainB"} <= folder.subfolders else None

    def read(self, folder: Folder) -> Listing | None:
        return _listing(self, folder, AnnotatedImage) if self.detect(folder) else None


def _listing(
    layout: Layout,
    folder: Folder,
    annotate: Callable[[str], AnnotatedImage],
    orders: Values = NO_VALUES,
) -> Listing:
    images = [annotate(name) for name in folder.images]
    return Listing(layout, folder.root, images, folder.problems(), orders=orders)


def _with_class(name: str) -> AnnotatedImage:
    folder = _parent(name)
    return AnnotatedImage(name, _tags(folder), _class(folder))


def _with_colours(name: str) -> AnnotatedImage:
    folder = _parent(name)
    return AnnotatedImage(name, _tags(folder), _colours(folder))


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


# Folders are few, and their images many.
@functools.lru_cache(_FOLDERS)
def _tags(folder: str) -> tuple[str, ...]:
    return unique(re.split(r"[/\-,+]", folder))


@functools.lru_cache(_FOLDERS)
def _class(folder: str) -> Values:
    return {"class": (PurePosixPath(folder).name,)}


@functools.lru_cache(_FOLDERS)
def _colours(folder: str) -> Values:
    return colours.read(_tags(folder))
