"""Folders of images: which layout they have, and which tags each image."""

import os
import re
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from kerasgan.datasets.layouts import label_files
from kerasgan.datasets.layouts.tags import spelled
from kerasgan.utils.errors import InvalidInput, unknown

LAYOUTS = {
    "course-2018": "images/ and tags.csv with lines such as 0,aqua hair red eyes",
    "course-2017": "faces/ and tags_clean.csv with lines such as 0,aqua hair:12<tab>red eyes:3",
    "table": "a CSV, TSV or JSONL file whose header has file_name",
    "celeba": "list_attr_celeba.txt, 1 or -1 for every attribute",
    "domains": "trainA/ and trainB/",
    "class-folders": "folders of images that are named after their class",
    "images": "pictures",
}
# The images that the label file does not mention.
UNLABELLED = "images without a line"
_PICTURES = {
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm",
    ".pgm", ".avif",
}  # fmt: skip
_LABELS = {".csv", ".tsv", ".txt", ".jsonl"}
_FOLDERS = ("images", "faces")
# What a label file is usually called, before any other that has the form of one.
_USUAL = (
    "tags.csv", "tags_clean.csv", "metadata.csv", "metadata.jsonl", "list_attr_celeba.txt",
)  # fmt: skip


class Picture(NamedTuple):
    """An image's name, its path below the root with slashes, and its tags in lower case."""

    name: str
    tags: tuple[str, ...] = ()


class Listing(NamedTuple):
    """What a folder has.

    pictures: every image file once; those that have a line first, in their order.
    rows: what the lines of `label_file` say, whether or not there is such an image.
    problems: {what is wrong: [where]}.
    """

    layout: str
    root: Path
    label_file: Path | None
    pictures: list[Picture]
    rows: list[label_files.Row]
    problems: dict[str, list[str]]


def read(
    path: Path, layout: str = "auto", attributes: Collection[str] = (), follow_links: bool = False
) -> Listing:
    """The listing of a folder, or of a label file and the images beside it.

    Args:
        layout: one of LAYOUTS, or "auto" for the one that is recognised.
        attributes: the columns of a table that give tags; all without it.
        follow_links: whether symbolic links below the folder count as what they lead to.

    Raises:
        InvalidInput: if there is no such thing, or it has no such layout; names what was found.
    """
    if layout not in ("auto", *LAYOUTS):
        raise unknown("layout", layout, ["auto", *LAYOUTS])
    if not path.exists():
        raise InvalidInput(
            f"no data {str(path)!r}; allowed: avatars, tfds:NAME, a folder or a file"
        )
    root = path if path.is_dir() else path.parent
    found = _scan(root, follow_links)
    label_file, read_labels = _label_file(path, found, layout, attributes)
    if read_labels is not None:
        known = {spelled(column) for column in read_labels.columns}
        if absent := [name for name in attributes if spelled(name) not in known]:
            raise InvalidInput(
                f"{label_file} has no column {absent[0]!r}; "
                f"allowed: {', '.join(read_labels.columns) or 'none'}"
            )
        return _labelled(root, label_file, read_labels, found)
    recognised = _without_labels(found)
    if recognised is None or layout not in ("auto", recognised, "images", "class-folders"):
        wanted = LAYOUTS if layout == "auto" else [layout]
        raise InvalidInput(
            f"{path} has no layout that is known; looked for "
            f"{'; '.join(f'{name}: {LAYOUTS[name]}' for name in wanted)}. Found {_describe(found)}"
        )
    chosen = recognised if layout == "auto" else layout
    pictures = [
        Picture(name, _class_tags(name) if chosen == "class-folders" else ())
        for name in found.pictures
    ]
    return Listing(chosen, root, None, pictures, [], found.problems())


class _Found(NamedTuple):
    pictures: list[str]
    other: list[str]
    links: list[str]
    closed: list[str]

    def problems(self) -> dict[str, list[str]]:
        problems = {
            "symbolic links, not followed": self.links,
            "folders that cannot be read": self.closed,
        }
        return {kind: names for kind, names in problems.items() if names}


def _scan(root: Path, follow_links: bool) -> _Found:
    found = _Found([], [], [], [])
    seen = {os.path.realpath(root)}

    def note(error: OSError) -> None:
        found.closed.append(str(error.filename))

    for folder, folders, names in os.walk(root, onerror=note, followlinks=follow_links):
        relative = os.path.relpath(folder, root)
        prefix = "" if relative == "." else PurePosixPath(Path(relative)).as_posix() + "/"
        linked = {name for name in folders + names if os.path.islink(os.path.join(folder, name))}
        if follow_links:
            # A link may lead to a folder above it.
            real = {name: os.path.realpath(os.path.join(folder, name)) for name in linked}
            folders[:] = [name for name in folders if real.get(name) not in seen]
            seen |= set(real.values())
        else:
            found.links.extend(prefix + name for name in sorted(linked))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if name.startswith(".") or (name in linked and not follow_links):
                continue
            is_picture = os.path.splitext(name)[1].lower() in _PICTURES
            (found.pictures if is_picture else found.other).append(prefix + name)
    found.pictures.sort(key=_natural)
    found.other.sort()
    return found


def _natural(name: str) -> list[tuple[str, int]]:
    return [(text, int(part or -1)) for text, part in re.findall(r"(\D*)(\d{0,18})", name)]


def _label_file(path: Path, found: _Found, layout: str, attributes: Collection[str]):
    if layout in ("domains", "class-folders", "images"):
        return None, None
    if not path.is_dir():
        content = label_files.read(path, attributes)
        if content is None:
            raise InvalidInput(
                f"{path} is no label file; looked for: "
                + "; ".join(f"{name}: {text}" for name, text in list(LAYOUTS.items())[:4])
            )
        return path, content
    names = [name for name in found.other if "/" not in name and Path(name).suffix in _LABELS]
    names.sort(key=lambda name: (_USUAL.index(name) if name in _USUAL else len(_USUAL), name))
    contents = ((path / name, label_files.read(path / name, attributes)) for name in names)
    fitting = (
        (file, content)
        for file, content in contents
        if content and layout in ("auto", _layout_of(file, content))
    )
    return next(fitting, (None, None))


def _layout_of(file: Path, content: label_files.Labels) -> str:
    if content.form != "tags":
        return content.form
    is_2017 = file.name == "tags_clean.csv" or (file.parent / "faces").is_dir()
    return "course-2017" if is_2017 else "course-2018"


def _without_labels(found: _Found) -> str | None:
    folders = {name.split("/")[0] for name in found.pictures if "/" in name}
    if {"trainA", "trainB"} <= folders:
        return "domains"
    if not found.pictures:
        return None
    is_mixed = any("/" not in name for name in found.pictures)
    return "images" if is_mixed or len(folders) < 2 else "class-folders"


def _class_tags(name: str) -> tuple[str, ...]:
    words = re.split(r"[/\-,+]", name.rpartition("/")[0])
    return tuple(dict.fromkeys(filter(None, map(spelled, words))))


def _labelled(root: Path, file: Path, content: label_files.Labels, found: _Found) -> Listing:
    """Give every image the tags of its first line."""
    finder = _Finder(found.pictures)
    problems: dict[str, list[str]] = defaultdict(list, found.problems())
    tags: dict[str, tuple[str, ...]] = {}
    if content.problems:
        problems["unusable lines"] = content.problems
    for row in content.rows:
        name = finder.find(row.name)
        if isinstance(name, _Missing):
            problems[name.kind].append(f"line {row.line}: {row.name}")
        elif name in tags:
            problems["repeated names"].append(f"line {row.line}: {row.name}")
        else:
            tags[name] = row.tags
    if without := [name for name in found.pictures if name not in tags]:
        problems[UNLABELLED] = without
    pictures = [Picture(name, tags[name]) for name in tags] + [Picture(name) for name in without]
    layout = _layout_of(file, content)
    return Listing(layout, root, file, pictures, content.rows, dict(problems))


class _Missing(NamedTuple):
    kind: str


class _Finder:
    """Finds images by what a label file calls them; it looks nowhere but among the images."""

    def __init__(self, pictures: list[str]):
        self._exact = set(pictures)
        self._near: dict[str, list[str]] = defaultdict(list)
        for name in pictures:
            path = PurePosixPath(name)
            for key in {path.name, path.stem, name.partition("/")[2], str(path.with_suffix(""))}:
                self._near[key].append(name)

    def find(self, wanted: str) -> str | _Missing:
        wanted = wanted.replace("\\", "/").removeprefix("./")
        if wanted.startswith("/") or ".." in wanted.split("/") or ":" in wanted[1:2]:
            return _Missing("names that leave the folder")
        places = (wanted, *(f"{folder}/{wanted}" for folder in _FOLDERS))
        for place in places:
            if place in self._exact:
                return place
        for place in places:
            if near := self._near.get(place):
                return near[0] if len(near) == 1 else _Missing("names of several images")
        return _Missing("lines without an image")


def _describe(found: _Found) -> str:
    folders = sorted({name.split("/")[0] + "/" for name in found.pictures if "/" in name})
    parts = [f"{len(found.pictures)} images", *folders[:5], *found.other[:5]]
    return ", ".join(parts) + (f", {len(found.links)} symbolic links" if found.links else "")
