"""A scan of a folder: its images, its possible label files, and whatever was skipped."""

import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Self

IMAGE_SUFFIXES = {
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm",
    ".pgm", ".avif",
}  # fmt: skip
LABEL_SUFFIXES = {".csv", ".tsv", ".txt", ".jsonl"}


class Folder:
    """The files below a root folder. Names are paths relative to the root, with forward slashes.

    Attributes:
        root: the folder.
        label_file: the label file that the user named, if any.
        images: image files in natural order, so that 9.png comes before 10.png.
        other: all other files, sorted.
        links: symbolic links that were not followed.
        unlistable: folders that cannot be listed.
    """

    def __init__(self, root: Path, label_file: Path | None = None):
        self.root, self.label_file = root, label_file
        self.images: list[str] = []
        self.other: list[str] = []
        self.links: list[str] = []
        self.unlistable: list[str] = []
        self._lines: dict[Path, list[tuple[int, str]]] = {}

    @classmethod
    def scan(cls, path: Path, follow_links: bool = False) -> Self:
        """Scan a folder, or the folder of a label file. Hidden files are skipped.

        Args:
            path: a folder or a label file.
            follow_links: whether to follow symbolic links below the folder.
        """
        folder = cls(path) if path.is_dir() else cls(path.parent, path)
        seen = {os.path.realpath(folder.root)}

        def note(error: OSError) -> None:
            folder.unlistable.append(str(error.filename))

        for parent, subfolders, names in os.walk(
            folder.root, onerror=note, followlinks=follow_links
        ):
            relative = os.path.relpath(parent, folder.root)
            prefix = "" if relative == "." else PurePosixPath(Path(relative)).as_posix() + "/"
            linked = {n for n in subfolders + names if os.path.islink(os.path.join(parent, n))}
            if follow_links:
                # A link may lead to a folder above it.
                real = {name: os.path.realpath(os.path.join(parent, name)) for name in linked}
                subfolders[:] = [name for name in subfolders if real.get(name) not in seen]
                seen |= set(real.values())
            else:
                folder.links.extend(prefix + name for name in sorted(linked))
                names = [name for name in names if name not in linked]
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            folder._add(prefix + name for name in names if not name.startswith("."))
        folder.images.sort(key=natural_order)
        folder.other.sort()
        return folder

    def _add(self, names: Iterable[str]) -> None:
        for name in names:
            is_image = os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES
            (self.images if is_image else self.other).append(name)

    @property
    def subfolders(self) -> set[str]:
        """Names of the folders directly below the root that hold images."""
        return {name.split("/")[0] for name in self.images if "/" in name}

    @property
    def label_files(self) -> list[Path]:
        """The named label file, or else every file in the root that may be one, sorted."""
        if self.label_file:
            return [self.label_file]
        names = [name for name in self.other if "/" not in name]
        files = [self.root / name for name in names if Path(name).suffix in LABEL_SUFFIXES]
        # Reading from a pipe may never end.
        return [file for file in files if file.is_file()]

    def lines(self, file: Path) -> list[tuple[int, str]]:
        """The non-blank lines of a text file with their numbers, read once."""
        if file not in self._lines:
            self._lines[file] = numbered_lines(file.read_bytes())
        return self._lines[file]

    def problems(self) -> dict[str, list[str]]:
        """{problem: names} of everything that the scan skipped."""
        problems = {
            "symbolic links, not followed": self.links,
            "folders that cannot be read": self.unlistable,
        }
        return {problem: names for problem, names in problems.items() if names}

    def describe(self) -> str:
        """The contents in a few words, for error messages."""
        subfolders = [f"{name}/" for name in sorted(self.subfolders)]
        parts = [f"{len(self.images)} images", *subfolders[:5], *self.other[:5]]
        return ", ".join(parts) + (f", {len(self.links)} symbolic links" if self.links else "")


def natural_order(name: str) -> list[tuple[str, int]]:
    return [(text, int(part or -1)) for text, part in re.findall(r"(\D*)(\d{0,18})", name)]


def numbered_lines(content: bytes) -> list[tuple[int, str]]:
    """The non-blank lines of a text with their numbers, from 1.

    Encodings are UTF-8, UTF-16 with its byte-order mark, and Windows-1252.
    """
    # str.splitlines also splits at characters that are part of a name.
    lines = re.split(r"\r\n|\n|\r", _decode(content))
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
