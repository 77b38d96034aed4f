"""Dataset layouts: how images and their labels are arranged in a folder.

A layout is one class with `name`, `description`, `detect` and `read`, and one entry in LAYOUTS.
The order of the entries only orders messages: `Match` ranks layouts that match the same folder.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from kerasgan.datasets.layouts.base import Layout, Listing, Match
from kerasgan.datasets.layouts.celeba import CelebA
from kerasgan.datasets.layouts.course import Course2017, Course2018
from kerasgan.datasets.layouts.folder import IMAGE_SUFFIXES, LABEL_SUFFIXES, Folder
from kerasgan.datasets.layouts.image_folders import ClassFolders, Domains, PlainImages
from kerasgan.datasets.layouts.label_file import LabelFileLayout
from kerasgan.datasets.layouts.table import Table
from kerasgan.utils.errors import InvalidInput, unknown

LAYOUTS: list[Layout] = [
    Course2018(),
    Course2017(),
    Table(),
    CelebA(),
    Domains(),
    ClassFolders(),
    PlainImages(),
]
AUTO = "auto"
# Names of the parts of a data set.
_PARTS = {"train", "test", "val", "valid", "validation", "dev"}
_DOMAINS = {"trainA", "trainB"}
# Suffixes of files that are labels, or nothing that belongs to images.
_TABLES = {".csv", ".tsv", ".jsonl"}
log = logging.getLogger(__name__)

CHOICES = [AUTO, *(layout.name for layout in LAYOUTS)]


def read(path: Path, layout: str = AUTO, follow_links: bool = False) -> Listing:
    """List the images of a folder, or of a label file and the images beside it, with their labels.

    Of a folder with the parts `train/`, `test/` or the like, only `train/` is read.

    Args:
        path: a folder or a label file.
        layout: the name of a layout, or "auto" to detect it.
        follow_links: whether to follow symbolic links below the folder.

    Raises:
        InvalidInput: if the path does not exist, does not have the layout, or matches several
            layouts equally well.
    """
    if layout not in CHOICES:
        raise unknown("layout", layout, CHOICES)
    if not path.exists():
        raise InvalidInput(
            f"no data {str(path)!r}; allowed: avatars, tfds:NAME, a folder or a file"
        )
    if not (path.is_dir() or path.is_file()):
        raise InvalidInput(f"{path} is neither a folder nor a regular file")
    path = _training_part(path)
    folder = Folder.scan(path, follow_links)
    named = {candidate.name: candidate for candidate in LAYOUTS}
    chosen = _detect(folder) if layout == AUTO else named[layout]
    listing = chosen and chosen.read(folder)
    if listing is None:
        raise _mismatch(path, folder, LAYOUTS if layout == AUTO else [named[layout]])
    return listing._replace(problems=listing.problems | _unused(folder, listing))


def _unused(folder: Folder, listing: Listing) -> dict[str, list[str]]:
    """{problem: names} of what looks like labels or a domain, and is not read as such."""
    usual = {name for layout in LAYOUTS for name in getattr(layout, "usual_names", ())}
    tables = [
        file.name
        for file in folder.label_files
        if listing.label_file is None and (file.suffix in _TABLES or file.name in usual)
    ]
    empty = [name for name in _DOMAINS if _is_empty_beside_images(folder, name)]
    problems = {
        "label files that cannot be read": tables,
        "folders of a domain without an image": empty,
    }
    return {problem: names for problem, names in problems.items() if names}


def _is_empty_beside_images(folder: Folder, domain: str) -> bool:
    found = folder.subfolders & _DOMAINS
    return bool(found) and domain not in found and (folder.root / domain).is_dir()


def _training_part(path: Path) -> Path:
    """The folder `train/` of a folder that has nothing but parts of a data set."""
    children = path.glob("[!.]*") if path.is_dir() else ()
    parts = {child.name for child in children if child.is_dir()}
    if "train" not in parts or not parts <= _PARTS or _has_files(path):
        return path
    log.info("reading %s, and not the other parts of %s", path / "train", path)
    return path / "train"


def _has_files(folder: Path) -> bool:
    suffixes = IMAGE_SUFFIXES | LABEL_SUFFIXES
    return any(
        child.is_file() and child.suffix.lower() in suffixes - {".txt"}
        for child in folder.iterdir()
    )


def _detect(folder: Folder) -> Layout | None:
    """The layout with the most specific match, if any.

    Raises:
        InvalidInput: if several layouts match equally well.
    """
    matches = {layout: layout.detect(folder) for layout in LAYOUTS}
    best = max(filter(None, matches.values()), default=None)
    if best is None or (folder.label_file and best < Match.LABEL_FILE):
        return None
    chosen, *others = [layout for layout, match in matches.items() if match == best]
    if others:
        names = ", ".join(layout.name for layout in (chosen, *others))
        raise InvalidInput(
            f"{folder.root} matches several layouts: {names}; choose one with --layout, or name "
            "the label file"
        )
    return chosen


def _mismatch(path: Path, folder: Folder, expected: list[Layout]) -> InvalidInput:
    label_layouts = [layout for layout in expected if isinstance(layout, LabelFileLayout)]
    if folder.label_file and label_layouts:
        return InvalidInput(f"{path} is not a label file; looked for {_describe(label_layouts)}")
    return InvalidInput(
        f"{path} has no known layout; looked for {_describe(expected)}. Found {folder.describe()}"
    )


def _describe(layouts: Sequence[Layout]) -> str:
    return "; ".join(f"{layout.name}: {layout.description}" for layout in layouts)
