"""Images with hair and eye colours or attributes, ready for training."""

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kerasgan.configs import Config
from kerasgan.datasets import cache, selection, sources
from kerasgan.datasets.avatars import traits
from kerasgan.datasets.layouts.base import TaggedImage
from kerasgan.datasets.layouts.image_folders import Domains
from kerasgan.datasets.layouts.label_file import UNLABELLED
from kerasgan.datasets.layouts.tags import normalize
from kerasgan.datasets.sources import Source
from kerasgan.datasets.tfds import TfdsImages
from kerasgan.labels import Vocabulary, colours
from kerasgan.utils.errors import InvalidInput

log = logging.getLogger(__name__)

_MAX_NAMED = 20


class LabelledImages(NamedTuple):
    """N images out of a prepared set of M, and their labels.

    key: a hash of all pixels and labels of the dataset, training and held out.
    images: uint8 [M, S, S, 3], the whole set; indexed by integer arrays.
    rows: int64 [N], the indices of these images in the set.
    hair, eyes, pair: int64 [N], indices into the vocabulary; -1 where the label is missing.
    attributes: float32 [N, K] of 0 and 1, if the vocabulary has attributes.
    """

    key: str
    images: cache.CachedImages | np.ndarray
    rows: np.ndarray
    hair: np.ndarray
    eyes: np.ndarray
    pair: np.ndarray
    vocabulary: Vocabulary
    attributes: np.ndarray | None = None

    @property
    def size(self) -> int:
        """Number of images, N."""
        return len(self.rows)

    def pixels(self, indices: np.ndarray) -> np.ndarray:
        """Read the images with these indices: uint8 [*indices.shape, S, S, 3]."""
        return self.images[self.rows[indices]]

    def labels(self, indices: np.ndarray) -> dict[str, np.ndarray]:
        """Encode the labels of the images with these indices.

        Returns:
            {name: float32 [*indices.shape, K]}: one-hot colours, zeros where missing; or
            attributes of 0 and 1.
        """
        if self.attributes is not None:
            return {"attributes": self.attributes[indices]}
        classes = {"hair": self.hair[indices], "eyes": self.eyes[indices]}
        return {
            name: (classes[name][..., None] == np.arange(size)).astype("float32")
            for name, size in self.vocabulary.labels.items()
        }


class Split(NamedTuple):
    """Images to train on, and images held out for evaluation."""

    training: LabelledImages
    held_out: LabelledImages


class _Labels(NamedTuple):
    """Labels of the N images of a source.

    hair, eyes: [N] colours, None where missing.
    names: the K attributes that an image has or lacks.
    attributes: float32 [N, K].
    """

    hair: Sequence[str | None]
    eyes: Sequence[str | None]
    names: tuple[str, ...] = ()
    attributes: np.ndarray | None = None


def load(config: Config) -> Split:
    """Load the images of `config.data` at `config.image_size`; they are prepared on first use.

    Avatars from index `config.num_avatars` on are held out; of other data, the share
    `config.val_fraction`. Unreadable images are reported and left out.

    Raises:
        InvalidInput: if the data does not exist or leaves nothing to train on, or, if
            `config.strict`, for any problem in it.
    """
    source, labels = _source(config)
    prepared, readable = sources.prepare(source, config.image_size, config.strict)
    if config.has_avatars:
        held_out = np.arange(len(readable)) >= config.num_avatars
    else:
        held_out = prepared.fractions < config.val_fraction
    if not (readable & ~held_out).any():
        raise InvalidInput(
            f"--val-fraction must leave an image to train on, got {config.val_fraction}, which "
            f"holds out all {readable.sum()} readable images of {config.data}"
        )
    classes, vocabulary = _encode(labels, readable)
    needs_colours = config.CONDITIONS and not vocabulary.attributes
    if needs_colours and not (vocabulary.hair and vocabulary.eyes):
        raise InvalidInput(f"no image of {config.data} has a hair colour, or none an eye colour")
    attributes = labels.attributes
    hashed = [prepared.digests, classes] + ([] if attributes is None else [attributes])
    key = cache.digest(*hashed).hex()

    def subset(rows: np.ndarray) -> LabelledImages:
        own = None if attributes is None else attributes[rows]
        return LabelledImages(key, prepared.images, rows, *classes[:, rows], vocabulary, own)

    return Split(*(subset(np.flatnonzero(readable & part)) for part in (~held_out, held_out)))


def _encode(labels: _Labels, readable: np.ndarray) -> tuple[np.ndarray, Vocabulary]:
    """Encode hair, eyes and pair as int64 [3, N], by the vocabulary of the readable images."""
    rows = np.flatnonzero(readable).tolist()
    vocabulary = Vocabulary.from_images(
        [labels.hair[row] for row in rows], [labels.eyes[row] for row in rows]
    )._replace(attributes=labels.names)
    names = (vocabulary.hair, vocabulary.eyes, vocabulary.pairs)
    pairs = list(zip(labels.hair, labels.eyes, strict=True))
    classes = []
    for known, values in zip(names, (labels.hair, labels.eyes, pairs), strict=True):
        index = {name: position for position, name in enumerate(known)}
        classes.append([index.get(value, -1) for value in values])
    return np.array(classes, np.int64), vocabulary


def _source(config: Config) -> tuple[Source, _Labels]:
    if config.has_avatars:
        return _avatars(config)
    return _tfds(config) if config.data.startswith(sources.TFDS) else _folder(config)


def _avatars(config: Config) -> tuple[Source, _Labels]:
    indices = range(sources.held_out_avatars(config.num_avatars, config.val_fraction).stop)
    hair, eyes = zip(
        *(traits.colours(sources.AVATAR_SEED, index) for index in indices), strict=True
    )
    return sources.avatar_source(indices, config.image_size), _Labels(hair, eyes)


def _folder(config: Config) -> tuple[Source, _Labels]:
    path = Path(config.data)
    listing = sources.read_listing(
        path, config.layout, config.follow_links, config.strict, config.attributes
    )
    if isinstance(listing.layout, Domains):
        raise InvalidInput(
            f"{path} has two domains for cyclegan, but {config.MODEL} trains on one folder; name "
            "one of its folders"
        )
    rows, labels = _labels(listing.images, config, listing.problems.get(UNLABELLED, ()))
    names = [listing.images[row].name for row in rows]
    paths = [listing.root / name for name in names]
    return sources.file_source(paths, names, config.image_size, config.resize_mode), labels


def _tfds(config: Config) -> tuple[Source, _Labels]:
    data = TfdsImages(config.data.removeprefix(sources.TFDS), config.attributes)
    images = data.tagged_images()
    rows, labels = _labels(images, config)
    names = [images[row].name for row in rows]
    source = sources.encoded_source(
        data.key, data.contents(rows), names, config.image_size, config.resize_mode
    )
    return source, labels


def _labels(
    images: Sequence[TaggedImage], config: Config, unlabelled: Sequence[str] = ()
) -> tuple[list[int], _Labels]:
    """The indices of the images to train on, and their labels.

    Args:
        unlabelled: names of the images that the label file does not mention.
    """
    if config.ACCEPTS_ATTRIBUTES and not any(all(colours(image.tags)) for image in images):
        return _attribute_labels(images, config, set(unlabelled))
    selected = _select(images, config, bool(config.CONDITIONS))
    return selected.rows, _Labels(selected.hair, selected.eyes)


def _attribute_labels(
    images: Sequence[TaggedImage], config: Config, unlabelled: set[str]
) -> tuple[list[int], _Labels]:
    names = config.attributes
    if not names:
        counts = Counter(tag for image in images for tag in image.tags)
        known = ", ".join(tag for tag, _ in counts.most_common(_MAX_NAMED)) or "none"
        raise InvalidInput(
            f"{config.data} has no hair and eye colours; choose the tags to edit with "
            f"--attributes; its tags: {known}"
        )
    rows = [
        row for row in _select(images, config, False).rows if images[row].name not in unlabelled
    ]
    if not rows:
        raise InvalidInput(f"no image of {config.data} has a line in its label file")
    has = np.array([[normalize(name) in images[row].tags for name in names] for row in rows])
    for name, share in zip(names, has.mean(axis=0), strict=True):
        if share in (0, 1):
            quantity = "every" if share else "no"
            raise InvalidInput(
                f"{quantity} image of {config.data} has {name!r}; an attribute to edit must be "
                "present in some images and absent from others"
            )
    missing = [None] * len(rows)
    return rows, _Labels(missing, missing, names, has.astype("float32"))


def _select(images: Sequence[TaggedImage], config: Config, by_colours: bool) -> selection.Selection:
    selected = selection.select(
        images,
        config.colours if by_colours else "any",
        [normalize(tag) for tag in config.exclude_tag],
        [normalize(tag) for tag in config.require_tag],
        config.min_per_class if by_colours else 1,
    )
    for why, names in selected.left_out.items():
        log.info("%s: left out %s images: %s", config.data, f"{len(names):,}", why)
    if not selected.rows:
        reasons = "; ".join(f"{len(names):,} {why}" for why, names in selected.left_out.items())
        raise InvalidInput(f"{config.data} has no image to train on: {reasons}")
    return selected
