"""Images that were chosen, wherever they come from, and how their pixels are prepared."""

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kerasgan.configs import Config
from kerasgan.datasets import cache, decoding
from kerasgan.datasets.avatars import portrait, traits
from kerasgan.datasets.layouts import detection
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.printing import printable

log = logging.getLogger(__name__)

TFDS = "tfds:"
AVATAR_SEED = 0
_NAMED = 10


class Source(NamedTuple):
    """Images, and how to get their pixels.

    key: tells apart whatever changes the pixels.
    work: item -> uint8 [S, S, 3], or why it cannot be read.
    title: of the progress bar.
    """

    key: str
    work: partial
    items: Iterable
    names: Sequence[str]
    title: str


def prepared(source: Source, size: int, is_strict: bool) -> tuple[cache.Prepared, np.ndarray]:
    """The images, of `size` pixels a side, and bool [N], which of them can be read.

    The others are named.

    Raises:
        InvalidInput: if they cannot be kept, or, if `is_strict`, some cannot be read.
    """
    count = len(source.names)
    found = cache.prepared(source.key, source.work, source.items, count, size, source.title)
    unreadable = [f"{source.names[row]} {why}" for row, why in found.unreadable.items()]
    report("unreadable images", unreadable, is_strict)
    readable = np.ones(count, bool)
    readable[list(found.unreadable)] = False
    return found, readable


def held_out_avatars(config: Config) -> range:
    """The numbers of the avatars that are held out, which follow those that train."""
    return range(
        config.num_avatars, config.num_avatars + round(config.num_avatars * config.val_fraction)
    )


def of_avatars(numbers: Sequence[int], size: int, style: str = "animation") -> Source:
    """The avatars with these numbers."""
    numbers = list(numbers)
    key = (
        f"avatars-v{portrait.RENDERER_VERSION}-seed{AVATAR_SEED}-{style}-{size}px-{_hash(numbers)}"
    )
    work = partial(draw_avatar, size=size, style=style)
    return Source(key, work, numbers, list(map(str, numbers)), "Drawing avatars")


def of_files(paths: Sequence[Path], names: Sequence[str], size: int, config: Config) -> Source:
    """Image files under these names."""
    state = [(str(path.absolute()), *_state(path)) for path in paths]
    key = f"images-{_hash([[size, config.resize_mode], state])}"
    return _decoded(key, paths, names, size, config)


def of_contents(
    key: str, contents: Iterable[bytes], names: Sequence[str], size: int, config: Config
) -> Source:
    """The encoded images of a data set, which `key` tells from all others."""
    key = f"tfds-{key}-{_hash([size, config.resize_mode, list(names)])}"
    return _decoded(key, contents, names, size, config)


def _decoded(
    key: str, items: Iterable[Path | bytes], names: Sequence[str], size: int, config: Config
) -> Source:
    work = partial(read_picture, size=size, resize_mode=config.resize_mode)
    return Source(key, work, items, names, "Reading images")


def _state(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def draw_avatar(index: int, size: int, style: str) -> np.ndarray:
    """Uint8 [size, size, 3] of the avatar with this number."""
    return np.asarray(portrait.draw(traits.face(AVATAR_SEED, index), size, style))


def read_picture(path: Path | bytes, size: int, resize_mode: str) -> np.ndarray | str:
    """Uint8 [size, size, 3], or why the image cannot be read."""
    try:
        return decoding.square(path, size, resize_mode)
    except InvalidInput as reason:
        return str(reason)


def listed(path: Path, config: Config, layout: str, attributes: Sequence[str] = ()):
    """What a folder or label file has, as `layouts.read`, and tell what is wrong with it.

    Raises:
        InvalidInput: as `layouts.read`, and, if `config.strict`, of anything wrong.
    """
    listing = detection.read(path, layout, attributes, config.follow_links)
    for what, where in listing.problems.items():
        report(what, where, config.strict)
    return listing


def report(what: str, names: Sequence[str], is_strict: bool) -> None:
    """Tell what is left out of training, or refuse it."""
    if names:
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        message = f"{len(names):,} {what}: {'; '.join(map(printable, names[:_NAMED]))}{more}"
        if is_strict:
            raise InvalidInput(f"{message} (--strict)")
        log.warning("left out %s", message)


def held_out(prepared: cache.Prepared, config: Config) -> np.ndarray:
    """Bool [N], which images `config.val_fraction` keeps from training.

    It is decided by a hash of the pixels, so that copies and mirror images stay together.
    """
    return prepared.fractions < config.val_fraction
