"""Images in tar files, as WebDataset arranges them: https://github.com/webdataset/webdataset.

The files of one image stand beside each other and share their name up to its first dot:
`000123.jpg` is the image, `000123.json` an object of its labels, `000123.cls` its class.
"""

import glob
import json
import re
import tarfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple, cast

from kerasgan.configs.data_options import SHARD_SUFFIX
from kerasgan.datasets.layouts.base import AnnotatedImage
from kerasgan.datasets.layouts.columns import annotate
from kerasgan.datasets.layouts.folder import IMAGE_SUFFIXES
from kerasgan.utils.errors import InvalidInput

_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")
_CLASS, _LABELS = ".cls", ".json"
# In bytes; a label file that is larger is no label file.
_MAX_LABELS = 2**20


class Member(NamedTuple):
    """An image file inside of a tar file.

    offset, size: in bytes.
    """

    shard: Path
    offset: int
    size: int

    def read(self) -> bytes:
        """The content of the file."""
        with self.shard.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.size)


class ShardImages:
    """The images of all shards that a pattern names, and their labels.

    Args:
        pattern: a path with ranges, `shards/{000..099}.tar`, or with the wildcards of a shell.

    Attributes:
        images: [N], with the names `shard.tar/000123.jpg`.
        members: [N].
        problems: {problem: names}: shards that cannot be read.

    Raises:
        InvalidInput: if there is no such file, or no image in any.
    """

    def __init__(self, pattern: str):
        self.problems: dict[str, list[str]] = {}
        names, records = [], []
        self.members: list[Member] = []
        for shard in expand(pattern):
            try:
                found = list(_read(shard))
            except (tarfile.TarError, OSError, EOFError, ValueError) as error:
                self.problems.setdefault("damaged shards", []).append(f"{shard} ({error})")
                continue
            for name, member, record in found:
                names.append(f"{shard.name}/{name}")
                self.members.append(member)
                records.append(record)
        if not names:
            damaged = "; ".join(self.problems.get("damaged shards", ()))
            raise InvalidInput(f"{pattern} has no image" + (f": {damaged}" if damaged else ""))
        self.images = [
            AnnotatedImage(name, *annotation)
            for name, annotation in zip(names, annotate(records), strict=True)
        ]


def is_pattern(data: str) -> bool:
    """Whether a location names tar files."""
    return data.endswith(SHARD_SUFFIX)


def expand(pattern: str) -> list[Path]:
    """The tar files of a pattern, in order.

    Raises:
        InvalidInput: if a file of a range is missing, or the wildcards match none.
    """
    paths = [Path(path) for path in _ranges(pattern)]
    if not _RANGE.search(pattern) and not paths[0].exists():
        paths = [Path(path) for path in sorted(glob.glob(pattern, recursive=True))]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing or not paths:
        raise InvalidInput(f"no shard {missing[0] if missing else pattern!r}")
    return paths


def _ranges(pattern: str) -> Iterator[str]:
    """Every text of a pattern with ranges: `{08..10}` stands for 08, 09 and 10."""
    found = _RANGE.search(pattern)
    if not found:
        yield pattern
        return
    first, last = found.groups()
    for number in range(int(first), int(last) + 1):
        text = f"{number:0{len(first)}d}"
        yield from _ranges(pattern[: found.start()] + text + pattern[found.end() :])


def _read(shard: Path) -> Iterator[tuple[str, Member, dict[str, Any]]]:
    """Name, place and labels of every image in a shard."""
    with tarfile.open(shard, "r:") as archive:
        for _, files in groupby(filter(tarfile.TarInfo.isfile, archive), key=_stem):
            image, record = None, {}
            for file in files:
                ending = PurePosixPath(file.name).suffix.lower()
                if ending in IMAGE_SUFFIXES and image is None:
                    image = file
                elif ending in (_CLASS, _LABELS) and file.size <= _MAX_LABELS:
                    with cast(IO[bytes], archive.extractfile(file)) as content:
                        record |= _labels(content.read(), ending)
            if image is not None:
                yield image.name, Member(shard, image.offset_data, image.size), record
        # `tarfile` takes a header that is cut for the end, which is a block of zeros.
        archive.fileobj.seek(archive.offset)
        if archive.fileobj.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError("its end is missing")


def _stem(file: tarfile.TarInfo) -> str:
    path = PurePosixPath(file.name)
    return str(path.with_name(path.name.split(".")[0] or path.name))


def _labels(content: bytes, ending: str) -> dict[str, Any]:
    text = content.decode(errors="replace")
    if ending == _CLASS:
        return {"class": text.strip()}
    labels = json.loads(text)
    if not isinstance(labels, dict):
        raise ValueError(f"labels must be a JSON object, got {text[:40]!r}")
    return labels
