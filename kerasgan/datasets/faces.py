"""Pictures with hair and eye colours, ready for training: avatars, or those of a user."""

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kerasgan.attributes import Vocabulary
from kerasgan.configs import Config
from kerasgan.datasets import avatar_faces, avatars, cache, layouts, reading, selection
from kerasgan.datasets.layouts import Picture
from kerasgan.datasets.tags import spelled
from kerasgan.datasets.tfds import TfdsPictures
from kerasgan.errors import Refused

log = logging.getLogger(__name__)

AVATAR_SEED = 0
_TFDS = "tfds:"
_NAMED = 10


class Faces(NamedTuple):
    """N faces out of a prepared set.

    key: a hash of all pixels and labels of the data, training and held out.
    images: uint8 [M, S, S, 3], of all prepared pictures; indexed by integer arrays.
    rows: int64 [N], which of them these faces are.
    hair, eyes, pair: int64 [N], places in the vocabulary; -1 where the label is missing.
    """

    key: str
    images: cache.Pictures | np.ndarray
    rows: np.ndarray
    hair: np.ndarray
    eyes: np.ndarray
    pair: np.ndarray
    vocabulary: Vocabulary

    def pictures(self, at: np.ndarray) -> np.ndarray:
        """Return uint8 [*at.shape, S, S, 3], the pictures of the faces `at`."""
        return self.images[self.rows[at]]


class Split(NamedTuple):
    training: Faces
    held_out: Faces


class _Source(NamedTuple):
    """Pictures that were chosen, and how to get their pixels."""

    key: str
    work: partial
    items: Iterable
    names: Sequence[str]
    hair: Sequence[str | None]
    eyes: Sequence[str | None]
    title: str


def load(config: Config) -> Split:
    """Return the pictures of `config.data` at `config.image_size`, prepared on first use.

    Of avatars, those from number `config.avatars` on are held out; of other data
    `config.val_fraction`, by a hash of the pixels, so that copies and mirror images stay together.
    Pictures that cannot be read are named and left out.

    Raises:
        Refused: if there is no such data, nothing in it to train on, or, if `config.strict`,
            anything wrong with it.
    """
    if config.data == "avatars":
        source = _avatars(config)
    else:
        source = _tfds(config) if config.data.startswith(_TFDS) else _folder(config)
    prepared = cache.prepared(
        source.key, source.work, source.items, len(source.names), config.image_size, source.title
    )
    unreadable = [f"{source.names[row]} {why}" for row, why in prepared.unreadable.items()]
    _report("unreadable pictures", unreadable, config.strict)
    readable = np.ones(len(source.names), bool)
    readable[list(prepared.unreadable)] = False
    if config.data == "avatars":
        held_out = np.arange(len(readable)) >= config.avatars
    else:
        held_out = prepared.fractions < config.val_fraction
    if not (readable & ~held_out).any():
        raise Refused(
            f"{config.data} has {readable.sum()} pictures that can be used, and val-fraction "
            f"{config.val_fraction} holds out all of them; allowed: data that leaves some"
        )
    places, vocabulary = _places(source, readable)
    if config.CONDITION != "nothing" and not (vocabulary.hair and vocabulary.eyes):
        raise Refused(f"no picture of {config.data} has a hair colour, or none an eye colour")
    key = cache.digest(prepared.digests, places).hex()
    return Split(
        *(
            Faces(key, prepared.pictures, rows, *places[:, rows], vocabulary)
            for rows in (np.flatnonzero(readable & ~held_out), np.flatnonzero(readable & held_out))
        )
    )


def _places(source: _Source, readable: np.ndarray) -> tuple[np.ndarray, Vocabulary]:
    """Return int64 [3, N], hair, eyes and pair, and the vocabulary of what is readable."""
    rows = np.flatnonzero(readable).tolist()
    vocabulary = Vocabulary.of_pictures(
        [source.hair[row] for row in rows], [source.eyes[row] for row in rows]
    )
    places = []
    pairs = list(zip(source.hair, source.eyes, strict=True))
    for names, values in zip(vocabulary, (source.hair, source.eyes, pairs), strict=True):
        place = {name: place for place, name in enumerate(names)}
        places.append([place.get(value, -1) for value in values])
    return np.array(places, np.int64), vocabulary


def _avatars(config: Config) -> _Source:
    count = config.avatars + round(config.avatars * config.val_fraction)
    size = config.image_size
    hair, eyes = zip(
        *(avatar_faces.colours(AVATAR_SEED, index) for index in range(count)), strict=True
    )
    return _Source(
        f"avatars-v{avatars.RENDERER_VERSION}-seed{AVATAR_SEED}-{size}px-{count}",
        partial(draw_avatar, size=size),
        range(count),
        range(count),
        hair,
        eyes,
        "Drawing avatars",
    )


def draw_avatar(index: int, size: int) -> np.ndarray:
    """Return uint8 [size, size, 3] of the avatar with this number."""
    return np.asarray(avatars.draw(avatar_faces.face(AVATAR_SEED, index), size))


def _folder(config: Config) -> _Source:
    path = Path(config.data)
    listing = layouts.read(path, config.layout, config.attributes, config.follow_links)
    if listing.layout == "domains":
        raise Refused(f"{path} holds two domains for translation; name one of its folders")
    for what, where in listing.problems.items():
        _report(what, where, config.strict)
    chosen = _select(listing.pictures, config)
    paths = [listing.root / listing.pictures[row].name for row in chosen.rows]
    state = [(str(p.absolute()), p.stat().st_size, p.stat().st_mtime_ns) for p in paths]
    key = f"pictures-{_hash([[config.image_size, config.fit], state])}"
    return _of_files(config, listing.pictures, chosen, key, paths)


def _tfds(config: Config) -> _Source:
    data = TfdsPictures(config.data.removeprefix(_TFDS), config.attributes)
    pictures = data.pictures()
    chosen = _select(pictures, config)
    key = f"tfds-{data.key}-{_hash([config.image_size, config.fit, chosen.rows])}"
    return _of_files(config, pictures, chosen, key, data.contents(chosen.rows))


def _of_files(
    config: Config,
    pictures: Sequence[Picture],
    chosen: selection.Selection,
    key: str,
    items: Iterable[Path | bytes],
) -> _Source:
    """Return the chosen pictures as files, or contents of files, that are to be decoded."""
    return _Source(
        key,
        partial(read_picture, size=config.image_size, fit=config.fit),
        items,
        [pictures[row].name for row in chosen.rows],
        chosen.hair,
        chosen.eyes,
        f"Reading {config.data}",
    )


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def _report(what: str, names: Sequence[str], is_strict: bool) -> None:
    """Tell what is left out of training, or refuse it."""
    if names:
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        message = f"{len(names):,} {what}: {'; '.join(names[:_NAMED])}{more}"
        if is_strict:
            raise Refused(f"{message} (--strict)")
        log.warning("left out %s", message)


def _select(pictures: Sequence[Picture], config: Config) -> selection.Selection:
    is_conditional = config.CONDITION != "nothing"
    chosen = selection.select(
        pictures,
        config.colours if is_conditional else "any",
        [spelled(tag) for tag in config.exclude_tag],
        [spelled(tag) for tag in config.require_tag],
        config.min_per_class if is_conditional else 1,
    )
    for why, names in chosen.left_out.items():
        log.info("%s: left out %s pictures: %s", config.data, f"{len(names):,}", why)
    if not chosen.rows:
        reasons = "; ".join(f"{len(names):,} {why}" for why, names in chosen.left_out.items())
        raise Refused(f"{config.data} has no picture to train on: {reasons}")
    return chosen


def read_picture(path: Path | bytes, size: int, fit: str) -> np.ndarray | str:
    """Return uint8 [size, size, 3], or why the picture cannot be read."""
    try:
        return reading.square(path, size, fit)
    except Refused as reason:
        return str(reason)
