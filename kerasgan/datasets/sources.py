"""Sources of images: avatars, files or TensorFlow Datasets, and the preparation of their pixels."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kerasgan.datasets import cache, decoding, layouts
from kerasgan.datasets.avatars import portrait, traits
from kerasgan.datasets.layouts.base import Listing
from kerasgan.datasets.layouts.label_file import AMBIGUOUS, UNLABELLED, UNMATCHED
from kerasgan.datasets.shards import Member
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.printing import printable, shortened
from kerasgan.utils.sizes import Size

log = logging.getLogger(__name__)

AVATAR_SEED = 0
_MAX_NAMED = 10


class Source(NamedTuple):
    """N images that are selected but not yet decoded.

    key: differs whenever the pixels may differ.
    load_image: item -> uint8 [H, W, 3], or the reason why it cannot be read. Must be picklable.
    items: the arguments of `load_image`, N in all.
    names: [N], for messages.
    title: label of the progress bar.
    """

    key: str
    load_image: Callable[..., np.ndarray | str]
    items: Iterable
    names: Sequence[str]
    title: str


def prepare(source: Source, size: Size, is_strict: bool) -> tuple[cache.Prepared, np.ndarray]:
    """Decode or draw the images on first use, and report the unreadable ones.

    Args:
        source: N images.
        size: of the prepared images, (H, W) or one number for both.
        is_strict: whether an unreadable image is an error.

    Returns:
        The prepared images and a bool array [N], true for readable images.

    Raises:
        InvalidInput: if the cache cannot be written, or, if `is_strict`, an image is unreadable.
    """
    count = len(source.names)
    prepared = cache.prepare(source.key, source.load_image, source.items, count, size, source.title)
    unreadable = [f"{source.names[index]} {why}" for index, why in prepared.unreadable.items()]
    report_problem("unreadable images", unreadable, is_strict)
    readable = np.ones(count, bool)
    readable[list(prepared.unreadable)] = False
    return prepared, readable


def held_out_avatars(num_avatars: int, val_fraction: float) -> range:
    """Indices of the held-out avatars, which follow the training avatars.

    Args:
        num_avatars: number of training avatars.
        val_fraction: number of held-out avatars, relative to the training avatars.
    """
    return range(num_avatars, num_avatars + round(num_avatars * val_fraction))


def check_square(image_size: Size) -> None:
    """Raise `InvalidInput` for avatars that are not to be square."""
    if not isinstance(image_size, int):
        raise InvalidInput(
            f"image-size is {image_size}; avatars are square: it must be one number, or "
            "--data must name other images"
        )


def avatar_source(indices: Sequence[int], size: int, style: str = "animation") -> Source:
    """The avatars with these indices, as squares of `size` pixels."""
    indices = list(indices)
    version = f"v{portrait.RENDERER_VERSION}-seed{AVATAR_SEED}"
    key = f"avatars-{version}-{style}-{size}px-{_hash(indices)}"
    load_image = partial(draw_avatar, size=size, style=style)
    return Source(key, load_image, indices, list(map(str, indices)), "Drawing avatars")


def file_source(
    paths: Sequence[Path], names: Sequence[str], size: Size, resize_mode: decoding.ResizeMode
) -> Source:
    """Image files. Their cached pixels are reused while no file was written or replaced.

    Args:
        paths: [N].
        names: [N], for messages.
        size, resize_mode: as of `decoding.resized`.
    """
    states = ([str(path.absolute()), *_state(path)] for path in paths)
    key = f"images-{_hash(chain([size, resize_mode], states))}"
    return Source(key, _reader(size, resize_mode), paths, names, "Reading images")


def shard_source(
    members: Sequence[Member], names: Sequence[str], size: Size, resize_mode: decoding.ResizeMode
) -> Source:
    """Image files in tar files; arguments as of `file_source`."""
    shards = dict.fromkeys(member.shard for member in members)
    state = [(str(shard.absolute()), *_state(shard)) for shard in shards]
    key = f"shards-{_hash(chain([size, resize_mode, state], names))}"
    load_image = partial(read_member, size=size, resize_mode=resize_mode)
    return Source(key, load_image, members, names, "Reading images")


def encoded_source(
    key: str,
    contents: Iterable[bytes],
    names: Sequence[str],
    size: Size,
    resize_mode: decoding.ResizeMode,
) -> Source:
    """Encoded images of a dataset.

    Args:
        key: identifies the dataset and its version.
        contents: N encoded images; consumed only if they are not yet cached.
        names: [N], for messages.
        size, resize_mode: as of `decoding.resized`.
    """
    key = f"tfds-{key}-{_hash(chain([size, resize_mode], names))}"
    return Source(key, _reader(size, resize_mode), contents, names, "Reading images")


def _reader(
    size: Size, resize_mode: decoding.ResizeMode
) -> Callable[[Path | bytes], np.ndarray | str]:
    return partial(read_image, size=size, resize_mode=resize_mode)


def _state(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    # The system sets the last one on every change; copying tools restore the one before it.
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _hash(values: Iterable) -> str:
    """A hash of the values as JSON, which are never in memory all at once."""
    hashed = hashlib.sha256()
    for value in values:
        hashed.update(f"{json.dumps(value)}\n".encode())
    return hashed.hexdigest()[:16]


def draw_avatar(index: int, size: int, style: str) -> np.ndarray:
    """Draw the avatar with this index as uint8 [size, size, 3]."""
    return np.asarray(portrait.draw(traits.face(AVATAR_SEED, index), size, style))


def read_image(
    source: Path | bytes, size: Size, resize_mode: decoding.ResizeMode
) -> np.ndarray | str:
    """Decode an image as uint8 [H, W, 3]; the reason instead if it is unreadable."""
    try:
        return decoding.resized(source, size, resize_mode)
    except InvalidInput as reason:
        return str(reason)


def read_member(member: Member, size: Size, resize_mode: decoding.ResizeMode) -> np.ndarray | str:
    """Decode an image in a tar file, as `read_image`."""
    return read_image(member.read(), size, resize_mode)


def read_listing(
    path: Path, layout: str, follow_links: bool, is_strict: bool, needs_lines: bool = True
) -> Listing:
    """List a folder or label file as `layouts.read` does, and report its problems.

    Args:
        needs_lines: whether images without a line in the label file are a problem.

    Raises:
        InvalidInput: as `layouts.read` does; if no line of a label file has its own image; and, if
            `is_strict`, for any problem.
    """
    listing = layouts.read(path, layout, follow_links)
    _check_matches(listing)
    for problem, places in listing.problems.items():
        if needs_lines or problem != UNLABELLED:
            report_problem(problem, places, is_strict)
    return listing


def _check_matches(listing: Listing) -> None:
    """Refuse a label file whose lines name no image, or one name for several images."""
    for problem, reason in (
        (AMBIGUOUS, "names several images; name them with their folders"),
        (UNMATCHED, "names no image; lines and files must have the same names"),
    ):
        places = listing.problems.get(problem, ())
        is_fatal = problem == AMBIGUOUS or len(places) == len(listing.rows)
        if places and is_fatal and listing.images:
            raise InvalidInput(
                f"{listing.label_file}: {printable(places[0])} {reason}, such as "
                f"{printable(listing.images[0].name)}"
            )


def report_problem(problem: str, places: Sequence[str], is_strict: bool) -> None:
    """Log a warning about skipped data.

    Args:
        problem: a plural noun phrase, such as "unreadable images".
        places: names of the affected images or lines; nothing is logged if there are none.
        is_strict: whether to raise instead.

    Raises:
        InvalidInput: if `is_strict` and there are any places.
    """
    if places:
        named = shortened([*map(printable, places)], _MAX_NAMED, "; ")
        message = f"{len(places):,} {problem}: {named}"
        if is_strict:
            raise InvalidInput(f"{message} (--strict)")
        log.warning("left out %s", message)
