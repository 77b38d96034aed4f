"""Layouts without a label file: tags come from the folders' names, or there are none."""

import re
from collections.abc import Collection

from kerasgan.datasets.layouts.base import Layout, Listing, Match, TaggedImage
from kerasgan.datasets.layouts.folder import Folder
from kerasgan.datasets.layouts.tags import unique


class PlainImages(Layout):
    """Images anywhere in the folder, without tags."""

    name = "images"
    description = "images"

    def detect(self, folder: Folder) -> Match | None:
        return Match.ANY_IMAGES if folder.images else None

    def read(self, folder: Folder, attributes: Collection[str] = ()) -> Listing | None:
        return _listing(self, folder, {}) if folder.images else None


class ClassFolders(Layout):
    """Folders named after the class of their images, such as `blue_hair-red_eyes/`."""

    name = "class-folders"
    description = "folders of images that are named after their class"

    def detect(self, folder: Folder) -> Match | None:
        has_loose_images = any("/" not in name for name in folder.images)
        is_match = len(folder.subfolders) > 1 and not has_loose_images
        return Match.SEVERAL_FOLDERS if is_match else None

    def read(self, folder: Folder, attributes: Collection[str] = ()) -> Listing | None:
        tags = {name: _folder_tags(name) for name in folder.images}
        return _listing(self, folder, tags) if folder.images else None


class Domains(Layout):
    """Two domains for unpaired translation, as CycleGAN's datasets have them."""

    name = "domains"
    description = "trainA/ and trainB/"

    def detect(self, folder: Folder) -> Match | None:
        return Match.NAMED_FOLDERS if {"trainA", "trainB"} <= folder.subfolders else None

    def read(self, folder: Folder, attributes: Collection[str] = ()) -> Listing | None:
        return _listing(self, folder, {}) if self.detect(folder) else None


def _listing(layout: Layout, folder: Folder, tags: dict[str, tuple[str, ...]]) -> Listing:
    images = [TaggedImage(name, tags.get(name, ())) for name in folder.images]
    return Listing(layout, folder.root, images, folder.problems())


def _folder_tags(name: str) -> tuple[str, ...]:
    return unique(re.split(r"[/\-,+]", name.rpartition("/")[0]))
