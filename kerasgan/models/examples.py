"""Data sets of real images and labels, as a user gives them to `fit`."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from kerasgan.labels import MISSING, Label, LabelSchema
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.sizes import Size, sides

# Prefix of errors that a data set raises while it is read; `fit` turns them into `InvalidInput`.
INVALID = "invalid data set: "


def labelled_steps(
    dataset: tf.data.Dataset, schema: LabelSchema, image_size: Size, batch_size: int, updates: int
) -> tf.data.Dataset:
    """Group a data set of images and labels into training steps.

    Args:
        dataset: elements {"image": [H, W, 3] or [B, H, W, 3], label: [] or [B], ...}. Images are
            uint8, or float in [-1, 1]; labels are indices, or values as text. An index of -1 or an
            empty text is a missing label. Other keys are ignored.
        schema: of the labels.
        image_size: (H, W), or one number for both.
        batch_size: B where the data set does not say it.
        updates: batches per step.

    Returns:
        Elements {"image": [B, updates, H, W, 3], "labels": int64 [B, updates, L], "combination":
        int64 [B, updates]}.

    Raises:
        InvalidInput: if an element lacks a key, or its type or shape is wrong.
    """
    spec = dataset.element_spec
    if not isinstance(spec, Mapping):
        raise InvalidInput(
            f"the data set must have elements {_expected(schema, image_size)}, got {spec}"
        )
    missing = [name for name in ("image", *schema.names) if name not in spec]
    if missing:
        raise InvalidInput(
            f"the data set must have {_expected(schema, image_size)}, and lacks "
            f"{', '.join(missing)}; got {', '.join(spec)}"
        )
    rank = _image_rank(spec["image"], image_size)
    for name in schema.names:
        _check_label(name, spec[name], rank - 3)
    names = ("image", *schema.names)
    dataset = dataset.map(lambda element: {name: element[name] for name in names})
    dataset = _batched(dataset, "image", batch_size)

    def encode(batch: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        indices = [_encoded(label, batch[label.name]) for label in schema.labels]
        count = batch["image"].shape[0]
        labels = tf.stack(indices, axis=1) if indices else tf.zeros([count, 0], tf.int64)
        return {
            "image": _checked_images("image", batch["image"]),
            "labels": labels,
            "combination": _combination(schema, labels),
        }

    return _grouped(dataset.map(encode, num_parallel_calls=2), updates)


def unpaired_steps(dataset: tf.data.Dataset, image_size: Size, batch_size: int) -> tf.data.Dataset:
    """Group a data set of images of two domains into training steps.

    Args:
        dataset: elements {"a", "b"} or (a, b), as `tf.data.Dataset.zip` makes them: uint8, or float
            in [-1, 1], [H, W, 3] or [B, H, W, 3], at least as large as `image_size`.
        image_size: (height, width), or one number for both.
        batch_size: B where the data set does not say it.

    Returns:
        Elements {"a", "b"}: [B, 1, H, W, 3].

    Raises:
        InvalidInput: if an element has another form.
    """
    spec = dataset.element_spec
    if isinstance(spec, tuple) and len(spec) == 2:
        dataset = dataset.map(lambda a, b: {"a": a, "b": b})
        spec = dataset.element_spec
    if not isinstance(spec, Mapping) or not {"a", "b"} <= spec.keys():
        raise InvalidInput(f"the data set must have the elements a and b, got {spec}")
    for name in ("a", "b"):
        _image_rank(spec[name], image_size, name, is_exact=False)
    if spec["a"].shape[:-3] != spec["b"].shape[:-3]:
        raise InvalidInput(
            "a and b must both be single images, or batches of the same size, got "
            f"{spec['a'].shape} and {spec['b'].shape}"
        )
    dataset = dataset.map(lambda element: {name: element[name] for name in ("a", "b")})
    dataset = _batched(dataset, "a", batch_size)

    def check(batch: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        return {name: _checked_images(name, images) for name, images in batch.items()}

    return _grouped(dataset.map(check, num_parallel_calls=2), updates=1)


def _expected(schema: LabelSchema, size: Size) -> str:
    labels = "".join(f", {name}: index or text" for name in schema.names)
    return f"{{image: {[*sides(size), 3]}{labels}}}"


def _image_rank(spec: tf.TensorSpec, size: Size, name: str = "image", is_exact: bool = True) -> int:
    """Check the type and shape of images; 3 for single images and 4 for batches."""
    shape = spec.shape
    if spec.dtype != tf.uint8 and not spec.dtype.is_floating:
        raise InvalidInput(f"{name} must be uint8 or float, got {spec.dtype.name}")
    least = sides(size)
    exact = least if is_exact else shape[-3:-1] if shape.rank in (3, 4) else ()
    fits = shape.rank in (3, 4) and shape[-3:].is_compatible_with([*exact, 3])
    pairs = zip(shape[-3:-1], least, strict=True) if fits else ()
    too_small = any(side is not None and side < limit for side, limit in pairs)
    if fits and None in shape[-3:-1]:
        raise InvalidInput(
            f"{name} must have a known size, got {shape}; resize the images, or name their shape "
            "with tf.ensure_shape"
        )
    if not fits or too_small:
        larger = "" if is_exact else " or larger"
        height, width = least
        raise InvalidInput(
            f"{name} must have the shape [{height}, {width}, 3]{larger}, or [batch, {height}, "
            f"{width}, 3], got {shape}"
        )
    return shape.rank


def _check_label(name: str, spec: tf.TensorSpec, rank: int) -> None:
    if spec.dtype != tf.string and not spec.dtype.is_integer:
        raise InvalidInput(f"{name} must be an index or a text, got {spec.dtype.name}")
    if spec.shape.rank not in (None, rank):
        form = "one value for each image"
        raise InvalidInput(f"{name} must have {form}, got the shape {spec.shape}")


def _batched(dataset: tf.data.Dataset, name: str, batch_size: int) -> tf.data.Dataset:
    """The data set in batches of a known size, that of its first batch if it has batches."""
    shape = dataset.element_spec[name].shape
    if shape.rank == 3:
        return dataset.batch(batch_size, drop_remainder=True)
    if shape[0] is not None:
        return dataset
    first = next(iter(dataset), None)
    if first is None:
        raise InvalidInput("the data set must have at least one batch, got none")
    # The last batch may be smaller.
    size = first[name].shape[0]
    return dataset.unbatch().batch(size, drop_remainder=True)


def _grouped(dataset: tf.data.Dataset, updates: int) -> tf.data.Dataset:
    """`updates` batches in each element, along a second axis."""

    def swap(group: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        return {
            name: tf.transpose(value, [1, 0, *range(2, value.shape.rank)])
            for name, value in group.items()
        }

    return dataset.batch(updates, drop_remainder=True).map(swap)


def _checked_images(name: str, images: tf.Tensor) -> tf.Tensor:
    if images.dtype == tf.uint8:
        return images
    images = tf.cast(images, tf.float32)
    largest = tf.reduce_max(tf.abs(images))
    message = f"{INVALID}{name} must be uint8, or float in [-1, 1]; its largest magnitude is"
    # NaN compares false to everything.
    is_inside = tf.debugging.Assert(largest <= 1.0 + 1e-3, [message, largest])
    with tf.control_dependencies([is_inside]):
        return tf.identity(images)


def _encoded(label: Label, values: tf.Tensor) -> tf.Tensor:
    """Indices int64 [B] of a label's indices or texts."""
    count = len(label.values)
    if values.dtype == tf.string:
        matches = tf.equal(values[:, None], tf.constant(label.values))
        is_known = tf.reduce_any(matches, axis=1)
        is_missing = tf.equal(values, "")
        indices = tf.where(is_known, tf.argmax(tf.cast(matches, tf.int64), axis=1), MISSING)
        allowed = f"one of {', '.join(label.values[:20])}"
    else:
        indices = tf.cast(values, tf.int64)
        is_known = (indices >= 0) & (indices < count)
        is_missing = tf.equal(indices, MISSING)
        allowed = f"an index from 0 to {count - 1}"
    message = f"{INVALID}{label.name} must be {allowed}; got"
    is_valid = tf.debugging.Assert(
        tf.reduce_all(is_known | is_missing), [message, values], summarize=8
    )
    with tf.control_dependencies([is_valid]):
        return tf.identity(indices)


def _combination(schema: LabelSchema, labels: tf.Tensor) -> tf.Tensor:
    """Index int64 [B] of each image's combination; -1 where the schema has none."""
    if not schema.combinations:
        return tf.fill(labels.shape[:1], np.int64(MISSING))
    combinations = tf.constant(schema.combinations, tf.int64)
    matches = tf.reduce_all(tf.equal(labels[:, None], combinations), axis=-1)
    first = tf.argmax(tf.cast(matches, tf.int64), axis=1)
    return tf.where(tf.reduce_any(matches, axis=1), first, MISSING)


def steps_in(dataset: tf.data.Dataset, batch_size: int, updates: int) -> int:
    """Number of training steps in a data set as `fit` takes it.

    Args:
        batch_size: of single images.
        updates: batches per step.

    Raises:
        InvalidInput: if its length is unknown or infinite, or too short for a step.
    """
    count = int(dataset.cardinality())
    if count < 0:
        raise InvalidInput(
            "steps_per_epoch must be given for a data set whose length is unknown or infinite"
        )
    ranks = {spec.shape.rank for spec in tf.nest.flatten(dataset.element_spec)}
    steps = count // (updates if 4 in ranks else updates * batch_size)
    if not steps:
        unit = "batches" if 4 in ranks else "images"
        raise InvalidInput(f"the data set must have enough images for a step, got {count} {unit}")
    return steps


def explained(error: tf.errors.InvalidArgumentError) -> Exception:
    """`InvalidInput` for an error of the data set that names what is wrong, else the error."""
    text = str(error.message)
    if INVALID not in text:
        return error
    return InvalidInput(" ".join(text.split(INVALID)[1].split("[[")[0].split()))
