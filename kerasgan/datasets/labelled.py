"""Images with labels, ready for training."""

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import tensorflow as tf

from kerasgan.configs import Config
from kerasgan.configs.data_options import TFDS
from kerasgan.datasets import cache, colours, selection, sources
from kerasgan.datasets.avatars import traits
from kerasgan.datasets.hashes import digest
from kerasgan.datasets.layouts.base import AnnotatedImage, Values
from kerasgan.datasets.layouts.image_folders import Domains
from kerasgan.datasets.sources import Source
from kerasgan.datasets.tfds import TfdsImages
from kerasgan.labels import MISSING, Label, LabelSchema
from kerasgan.models.step_random import StepRandom
from kerasgan.utils.errors import InvalidInput

log = logging.getLogger(__name__)


class LabelledImages(NamedTuple):
    """N images out of a prepared set of M, and their labels.

    key: a hash of all pixels and labels of the dataset, training and held out.
    images: uint8 [M, H, W, 3], the whole set; indexed by integer arrays.
    rows: int64 [N], the indices of these images in the set.
    schema: of the labels.
    labels: int64 [N, L], as of `LabelSchema`.
    combination: int64 [N], indices into the schema's combinations; -1 where a label is missing.
    """

    key: str
    images: cache.CachedImages | np.ndarray
    rows: np.ndarray
    schema: LabelSchema
    labels: np.ndarray
    combination: np.ndarray

    @classmethod
    def of(
        cls, key: str, images: np.ndarray, schema: LabelSchema, labels: np.ndarray
    ) -> "LabelledImages":
        """All N images of an array, with labels int [N, L]."""
        return cls(
            key, images, np.arange(len(labels)), schema, labels, _combination(schema, labels)
        )

    @property
    def size(self) -> int:
        """Number of images, N."""
        return len(self.rows)

    def steps(self, seed: int, batch_size: int, updates: int, initial_step: int) -> tf.data.Dataset:
        """Images of each training step, sampled with replacement, and their labels.

        Args:
            seed, batch_size: of the model.
            updates: of the discriminator per step.
            initial_step: number of steps already trained.

        Returns:
            Elements {"image": uint8 [B, updates, H, W, 3], "labels": int64 [B, updates, L],
            "combination": int64 [B, updates]}.
        """

        def read(step: tf.Tensor) -> dict[str, tf.Tensor]:
            random = StepRandom(seed, step, batch_size)
            rows = random.integers("examples", updates, self.size)
            # The images may be larger than memory, so they stay in their file.
            pixels = tf.numpy_function(self.pixels, [rows], tf.uint8, stateful=False)
            return {
                "image": tf.ensure_shape(pixels, [*rows.shape, *self.images.shape[1:]]),
                "labels": tf.gather(self.labels, rows),
                "combination": tf.gather(self.combination, rows),
            }

        counter = tf.data.Dataset.counter(start=np.int64(initial_step))
        return counter.map(read, num_parallel_calls=2)

    def pixels(self, indices: np.ndarray) -> np.ndarray:
        """Read the images with these indices: uint8 [*indices.shape, H, W, 3]."""
        return self.images[self.rows[indices]]

    def labelled_by(self, schema: LabelSchema) -> Self:
        """The images with the labels of another schema; a label or value it lacks is missing."""
        labels = self.schema.translated(self.labels, schema, is_strict=False)
        combination = _combination(schema, labels)
        return self._replace(schema=schema, labels=labels, combination=combination)


def _combination(schema: LabelSchema, labels: np.ndarray) -> np.ndarray:
    index = {combination: number for number, combination in enumerate(schema.combinations)}
    rows = map(tuple, labels.tolist())
    return np.array([index.get(row, MISSING) for row in rows], np.int64)


class Split(NamedTuple):
    """Images to train on, and images held out for evaluation, of one schema."""

    training: LabelledImages
    held_out: LabelledImages


class _Labels(NamedTuple):
    """Labels of the N images of a source.

    labels: with all values that a user could expect.
    values: [N] values of each label, None where it is missing.
    """

    labels: list[Label]
    values: Sequence[tuple[str | None, ...]]


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
        held_out = np.array([int(name) for name in source.names]) >= config.num_avatars
    else:
        held_out = prepared.fractions < config.val_fraction
    if not (readable & ~held_out).any():
        raise InvalidInput(
            f"--val-fraction must leave an image to train on, got {config.val_fraction}, which "
            f"holds out all {readable.sum()} readable images of {config.data}"
        )
    schema, indices = _encode(labels, readable)
    _check_labels(config, schema)
    combination = _combination(schema, indices)
    key = digest(prepared.digests, *indices.T, combination).hex()

    def subset(rows: np.ndarray) -> LabelledImages:
        return LabelledImages(key, prepared.images, rows, schema, indices[rows], combination[rows])

    return Split(*(subset(np.flatnonzero(readable & part)) for part in (~held_out, held_out)))


def load_unseen(config: Config) -> LabelledImages:
    """All images of data that a run was not trained on; of avatars, those held out.

    Raises:
        InvalidInput: as `load`.
    """
    if config.has_avatars:
        return load(config).held_out
    return load(dataclasses.replace(config, val_fraction=0.0)).training


def _check_labels(config: Config, schema: LabelSchema) -> None:
    if not config.NEEDS_LABELS:
        return
    if selection.NONE in config.labels:
        raise InvalidInput(f"--labels is {selection.NONE}, and {config.MODEL} needs some")
    if not schema.labels:
        raise InvalidInput(
            f"{config.data} has no labels, and {config.MODEL} needs some; allowed: images with a "
            "label file or in folders named after classes, or a model such as r3gan"
        )
    if not schema.combinations:
        raise InvalidInput(
            f"no image of {config.data} has all of the labels {', '.join(schema.names)}; choose "
            "fewer with --labels"
        )


def _encode(labels: _Labels, readable: np.ndarray) -> tuple[LabelSchema, np.ndarray]:
    """The schema of the readable images, with the values that occur, and int64 [N, L]."""
    rows = np.flatnonzero(readable).tolist()
    known, columns = [], []
    for number, label in enumerate(labels.labels):
        values = [image[number] for image in labels.values]
        occurring = {values[row] for row in rows}
        if not label.is_binary:
            label = Label(label.name, tuple(v for v in label.values if v in occurring))
        index = {value: position for position, value in enumerate(label.values)}
        known.append(label)
        columns.append([index.get(value, MISSING) for value in values])
    indices = np.array(columns, np.int64).reshape(len(columns), len(readable)).T
    return LabelSchema.of_images(known, indices[rows]), indices


def _source(config: Config) -> tuple[Source, _Labels]:
    if config.has_avatars:
        return _avatars(config)
    return _tfds(config) if config.data.startswith(TFDS) else _folder(config)


def _avatars(config: Config) -> tuple[Source, _Labels]:
    sources.check_square(config.image_size)
    indices = range(sources.held_out_avatars(config.num_avatars, config.val_fraction).stop)
    pairs = [traits.colours(sources.AVATAR_SEED, index) for index in indices]
    values = [{name: (v,) for name, v in zip(colours.COLOURS, pair, strict=True)} for pair in pairs]
    images = [
        AnnotatedImage(str(index), (), each) for index, each in zip(indices, values, strict=True)
    ]
    rows, labels = _labels(images, colours.COLOURS, config)
    return sources.avatar_source(rows, config.image_size), labels


def _folder(config: Config) -> tuple[Source, _Labels]:
    path = Path(config.data)
    listing = sources.read_listing(
        path, config.layout, config.follow_links, config.strict, needs_lines=_rule(config) != "any"
    )
    if isinstance(listing.layout, Domains):
        raise InvalidInput(
            f"{path} has two domains for cyclegan and cut, but {config.MODEL} trains on one "
            "folder; name one of its folders"
        )
    rows, labels = _labels(listing.images, listing.orders, config)
    names = [listing.images[row].name for row in rows]
    paths = [listing.root / name for name in names]
    return sources.file_source(paths, names, config.image_size, config.resize_mode), labels


def _rule(config: Config) -> str:
    return config.label_rule if config.IS_CONDITIONAL else "any"


def _tfds(config: Config) -> tuple[Source, _Labels]:
    data = TfdsImages(config.data.removeprefix(TFDS))
    images = data.annotated_images()
    rows, labels = _labels(images, data.orders, config)
    names = [images[row].name for row in rows]
    source = sources.encoded_source(
        data.key, data.contents(rows), names, config.image_size, config.resize_mode
    )
    return source, labels


def _labels(
    images: Sequence[AnnotatedImage], orders: Values, config: Config
) -> tuple[list[int], _Labels]:
    """The indices of the images to train on, and their labels."""
    labels, line = selection.choose_labels(images, orders, config.labels, config.data)
    if line and config.IS_CONDITIONAL:
        log.info(line)
    selected = selection.select(
        images,
        [label.name for label in labels],
        _rule(config),
        config.exclude_tag,
        config.require_tag,
        config.min_per_class if config.IS_CONDITIONAL else 1,
    )
    for why, names in selected.left_out.items():
        log.info("%s: left out %s images: %s", config.data, f"{len(names):,}", why)
    if not selected.rows:
        reasons = "; ".join(f"{len(names):,} {why}" for why, names in selected.left_out.items())
        raise InvalidInput(f"{config.data} has no image to train on: {reasons}")
    return selected.rows, _Labels(labels, selected.values)
