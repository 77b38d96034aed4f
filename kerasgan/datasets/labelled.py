"""Images with labels, ready for training."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple, Self

import numpy as np
import tensorflow as tf

from kerasgan.configs import Config
from kerasgan.datasets import cache, labelled_sources, selection, sources
from kerasgan.datasets.hashes import digest
from kerasgan.datasets.labelled_sources import SourceLabels
from kerasgan.labels import MISSING, Label, LabelSchema
from kerasgan.models.step_random import StepRandom, shuffled_rows
from kerasgan.utils.errors import InvalidInput


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
        cls,
        key: str,
        images: cache.CachedImages | np.ndarray,
        schema: LabelSchema,
        labels: np.ndarray,
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

        def sample(step: tf.Tensor) -> tf.Tensor:
            return StepRandom(seed, step, batch_size).integers("examples", updates, self.size)

        return self._read(sample, initial_step)

    def shuffled_steps(
        self, seed: int, batch_size: int, updates: int, initial_step: int
    ) -> tf.data.Dataset:
        """As `steps`, but each image once per epoch, in an order that is new in every epoch.

        Where an epoch is no whole number of steps, its last step has images that it had before.
        """
        of_step = batch_size * updates
        steps_per_epoch = -(-self.size // of_step)
        # Updates one after the other have consecutive images.
        within_step = tf.reshape(tf.range(of_step, dtype=tf.int64), [updates, batch_size])

        def shuffle(step: tf.Tensor) -> tf.Tensor:
            positions = tf.reshape(step % steps_per_epoch * of_step + within_step, [-1])
            epochs = tf.fill([of_step], step // steps_per_epoch)
            passes, positions = positions // self.size, positions % self.size
            rows = shuffled_rows(seed, passes, epochs, positions, self.size)
            return tf.transpose(tf.reshape(rows, [updates, batch_size]))

        return self._read(shuffle, initial_step)

    @property
    def epoch_size(self) -> int:
        """Number of images of an epoch, N."""
        return self.size

    def _read(
        self, rows_of: Callable[[tf.Tensor], tf.Tensor], initial_step: int
    ) -> tf.data.Dataset:
        """Elements of the steps from `initial_step` on; rows_of: step -> int64 [B, updates]."""

        @tf.autograph.experimental.do_not_convert
        def read(step: tf.Tensor) -> dict[str, tf.Tensor]:
            rows = rows_of(step)
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


def load(config: Config) -> Split:
    """Load the images of `config.data` at `config.image_size`; they are prepared on first use.

    Avatars from index `config.num_avatars` on are held out; of other data, the share
    `config.val_fraction`. Unreadable images are reported and left out.

    Raises:
        InvalidInput: if the data does not exist or leaves nothing to train on, or, if
            `config.strict`, for any problem in it.
    """
    source, labels = labelled_sources.of_config(config)
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


def _encode(labels: SourceLabels, readable: np.ndarray) -> tuple[LabelSchema, np.ndarray]:
    """The schema of the readable images, with the values that occur, and int64 [N, L]."""
    rows = np.flatnonzero(readable).tolist()
    known, columns = [], []
    for number, label in enumerate(labels.labels):
        values = [image[number] for image in labels.values]
        occurring = {values[row] for row in rows}
        if not label.is_binary:
            label = Label(label.name, tuple(v for v in label.values if v in occurring))
        index: dict[str | None, int]
        index = {value: position for position, value in enumerate(label.values)}
        known.append(label)
        columns.append([index.get(value, MISSING) for value in values])
    indices = np.array(columns, np.int64).reshape(len(columns), len(readable)).T
    return LabelSchema.of_images(known, indices[rows]), indices
