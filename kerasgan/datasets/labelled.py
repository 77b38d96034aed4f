"""Images with hair and eye colours or attributes, ready for training: avatars, or a user's."""

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kerasgan.configs import Config
from kerasgan.datasets import cache, selection, sources
from kerasgan.datasets.avatars import traits
from kerasgan.datasets.layouts.detection import UNLABELLED, Picture
from kerasgan.datasets.layouts.tags import spelled
from kerasgan.datasets.sources import Source
from kerasgan.datasets.tfds import TfdsPictures
from kerasgan.labels import Vocabulary, colours
from kerasgan.utils.errors import InvalidInput

log = logging.getLogger(__name__)

_NAMED = 20


class LabelledImages(NamedTuple):
    """N faces out of a prepared set.

    key: a hash of all pixels and labels of the data, training and held out.
    images: uint8 [M, S, S, 3], of all prepared images; indexed by integer arrays.
    rows: int64 [N], which of them these faces are.
    hair, eyes, pair: int64 [N], places in the vocabulary; -1 where the label is missing.
    attributes: float32 [N, K], ones and zeros, if the vocabulary has attributes.
    """

    key: str
    images: cache.Pictures | np.ndarray
    rows: np.ndarray
    hair: np.ndarray
    eyes: np.ndarray
    pair: np.ndarray
    vocabulary: Vocabulary
    attributes: np.ndarray | None = None

    @property
    def size(self) -> int:
        """N."""
        return len(self.rows)

    def pictures(self, at: np.ndarray) -> np.ndarray:
        """Uint8 [*at.shape, S, S, 3], the images of the faces `at`."""
        return self.images[self.rows[at]]

    def labels(self, at: np.ndarray) -> dict[str, np.ndarray]:
        """{name: float32 [*at.shape, K]} of the vocabulary's labels; zeros where missing."""
        if self.attributes is not None:
            return {"attributes": self.attributes[at]}
        places = {"hair": self.hair[at], "eyes": self.eyes[at]}
        return {
            name: (places[name][..., None] == np.arange(size)).astype("float32")
            for name, size in self.vocabulary.labels.items()
        }


class Split(NamedTuple):
    training: LabelledImages
    held_out: LabelledImages


class _Labels(NamedTuple):
    """What is known of the images of a source.

    hair, eyes: colours, None where missing.
    names: of the attributes that an image has or lacks.
    attributes: float32 [N, K].
    """

    hair: Sequence[str | None]
    eyes: Sequence[str | None]
    names: tuple[str, ...] = ()
    attributes: np.ndarray | None = None


def load(config: Config) -> Split:
    """The images of `config.data` at `config.image_size`, prepared on first use.

    Of avatars, those from number `config.avatars` on are held out; of other data
    `config.val_fraction`. Images that cannot be read are named and left out.

    Raises:
        InvalidInput: if there is no such data, nothing in it to train on, or, if `config.strict`,
            anything wrong with it.
    """
    if config.data == "avatars":
        source, labels = _avatars(config)
    else:
        is_tfds = config.data.startswith(sources.TFDS)
        source, labels = _tfds(config) if is_tfds else _folder(config)
    prepared, readable = sources.prepared(source, config.image_size, config.strict)
    if config.data == "avatars":
        held_out = np.arange(len(readable)) >= config.avatars
    else:
        held_out = sources.held_out(prepared, config)
    if not (readable & ~held_out).any():
        raise InvalidInput(
            f"{config.data} has {readable.sum()} images that can be used, and val-fraction "
            f"{config.val_fraction} holds out all of them; allowed: data that leaves some"
        )
    places, vocabulary = _places(labels, readable)
    needs_colours = config.CONDITIONS and not vocabulary.attributes
    if needs_colours and not (vocabulary.hair and vocabulary.eyes):
        raise InvalidInput(f"no image of {config.data} has a hair colour, or none an eye colour")
    given = labels.attributes
    key = cache.digest(prepared.digests, places, *([] if given is None else [given])).hex()

    def part(rows: np.ndarray) -> LabelledImages:
        attributes = None if given is None else given[rows]
        return LabelledImages(
            key, prepared.pictures, rows, *places[:, rows], vocabulary, attributes
        )

    return Split(*(part(np.flatnonzero(readable & of)) for of in (~held_out, held_out)))


def _places(labels: _Labels, readable: np.ndarray) -> tuple[np.ndarray, Vocabulary]:
    """Int64 [3, N], hair, eyes and pair, and the vocabulary of what is readable."""
    rows = np.flatnonzero(readable).tolist()
    vocabulary = Vocabulary.from_images(
        [labels.hair[row] for row in rows], [labels.eyes[row] for row in rows]
    )._replace(attributes=labels.names)
    known = (vocabulary.hair, vocabulary.eyes, vocabulary.pairs)
    pairs = list(zip(labels.hair, labels.eyes, strict=True))
    places = []
    for names, values in zip(known, (labels.hair, labels.eyes, pairs), strict=True):
        place = {name: place for place, name in enumerate(names)}
        places.append([place.get(value, -1) for value in values])
    return np.array(places, np.int64), vocabulary


def _avatars(config: Config) -> tuple[Source, _Labels]:
    numbers = range(sources.held_out_avatars(config).stop)
    hair, eyes = zip(
        *(traits.colours(sources.AVATAR_SEED, number) for number in numbers), strict=True
    )
    return sources.of_avatars(numbers, config.image_size), _Labels(hair, eyes)


def _folder(config: Config) -> tuple[Source, _Labels]:
    path = Path(config.data)
    listing = sources.listed(path, config, config.layout, config.attributes)
    if listing.layout == "domains":
        raise InvalidInput(
            f"{path} holds two domains for translation, which cyclegan trains on; for "
            f"{config.MODEL} name one of its folders"
        )
    rows, labels = _labelled(listing.pictures, config, listing.problems.get(UNLABELLED, ()))
    names = [listing.pictures[row].name for row in rows]
    paths = [listing.root / name for name in names]
    return sources.of_files(paths, names, config.image_size, config), labels


def _tfds(config: Config) -> tuple[Source, _Labels]:
    data = TfdsPictures(config.data.removeprefix(sources.TFDS), config.attributes)
    pictures = data.pictures()
    rows, labels = _labelled(pictures, config)
    names = [pictures[row].name for row in rows]
    contents = data.contents(rows)
    return sources.of_contents(data.key, contents, names, config.image_size, config), labels


def _labelled(
    pictures: Sequence[Picture], config: Config, unlabelled: Sequence[str] = ()
) -> tuple[list[int], _Labels]:
    """The places of the images that train, and their labels."""
    if config.ACCEPTS_ATTRIBUTES and not any(all(colours(one.tags)) for one in pictures):
        return _with_attributes(pictures, config, set(unlabelled))
    chosen = _select(pictures, config, bool(config.CONDITIONS))
    return chosen.rows, _Labels(chosen.hair, chosen.eyes)


def _with_attributes(
    pictures: Sequence[Picture], config: Config, unlabelled: set[str]
) -> tuple[list[int], _Labels]:
    names = config.attributes
    tagged = Counter(tag for one in pictures for tag in one.tags)
    if not names:
        known = ", ".join(tag for tag, _ in tagged.most_common(_NAMED)) or "none"
        raise InvalidInput(
            f"{config.data} has no hair and eye colours; name with --attributes what shall be "
            f"edited; its tags: {known}"
        )
    rows = [
        row for row in _select(pictures, config, False).rows if pictures[row].name not in unlabelled
    ]
    if not rows:
        raise InvalidInput(f"no image of {config.data} has a line in its label file")
    has = np.array([[spelled(name) in pictures[row].tags for name in names] for row in rows])
    for name, share in zip(names, has.mean(axis=0), strict=True):
        if share in (0, 1):
            which = "every" if share else "no"
            raise InvalidInput(
                f"{which} image of {config.data} has {name!r}: nothing to learn from"
            )
    nothing = [None] * len(rows)
    return rows, _Labels(nothing, nothing, names, has.astype("float32"))


def _select(pictures: Sequence[Picture], config: Config, by_colours: bool) -> selection.Selection:
    chosen = selection.select(
        pictures,
        config.colours if by_colours else "any",
        [spelled(tag) for tag in config.exclude_tag],
        [spelled(tag) for tag in config.require_tag],
        config.min_per_class if by_colours else 1,
    )
    for why, names in chosen.left_out.items():
        log.info("%s: left out %s images: %s", config.data, f"{len(names):,}", why)
    if not chosen.rows:
        reasons = "; ".join(f"{len(names):,} {why}" for why, names in chosen.left_out.items())
        raise InvalidInput(f"{config.data} has no image to train on: {reasons}")
    return chosen
