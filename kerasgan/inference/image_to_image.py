"""Translate and edit images of any size with trained generators."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import keras
import numpy as np
import psutil
import tensorflow as tf
from keras import ops

from kerasgan.datasets.unpaired import DOMAINS
from kerasgan.labels import LabelSchema
from kerasgan.models.base import AdversarialModel
from kerasgan.utils import images
from kerasgan.utils.errors import InvalidInput

# Yields the translation of an image, uint8 [H, W, 3], then that translated back, unless the model
# translates in one direction. Both are computed on demand.
RoundTrip = Callable[[np.ndarray], Iterator[np.ndarray]]


class EditRequest(NamedTuple):
    """Changes that a user asks for. Other labels stay as the model reads them off the image.

    Attributes:
        domain: target domain for CycleGAN, "a" or "b", and for CUT, "b". Default: "b".
        values: for StarGAN, {label: new value}.
    """

    domain: str | None = None
    values: Mapping[str, str] = MappingProxyType({})


_BATCH = 32
# Generators halve height and width twice, then reflect one pixel beyond the edges of the result.
_MULTIPLE, _MIN_SIZE = 4, 8
# Peak memory of a generator in units of its first layer's output: that layer's input and output,
# the norm's output and the workspace of the convolution. Measured on a CPU: 4.9.
_LIVE_LAYERS = 6


def other_domain(domain: str) -> str:
    """ "b" for "a" and "a" for "b"."""
    return DOMAINS[1 - DOMAINS.index(domain)]


class DomainTranslator:
    """Translates images between two domains.

    Args:
        generators: model with the layers "a_to_b" and "b_to_a", or one of them, see
            `networks.cyclegan.generators`.
        domains: that it translates to, "a" and "b" or one of them.
    """

    def __init__(self, generators: keras.Model, domains: Sequence[str]):
        self.domains = domains
        self._networks = {
            domain: generators.get_layer(f"{other_domain(domain)}_to_{domain}")
            for domain in domains
        }
        self._functions = {
            name: _as_graph(partial(network, training=False))
            for name, network in self._networks.items()
        }

    def translate(self, inputs: np.ndarray, domain: str) -> np.ndarray:
        """Translate images to a domain.

        Args:
            inputs: uint8 [n, H, W, 3] of any size from 8 x 8 on.
            domain: one of `domains`.

        Returns:
            uint8 [n, H, W, 3].

        Raises:
            InvalidInput: if the images are too small, or too large for the available memory.
        """
        return _call_batched(self._functions[domain], self._networks[domain], inputs, {})

    def round_trip(self, inputs: np.ndarray, domain: str) -> Iterator[np.ndarray]:
        """Yield the translations of images, as `translate`, then those translated back, if it can.

        Both are computed on demand.
        """
        translated = self.translate(inputs, domain)
        yield translated
        if other_domain(domain) in self.domains:
            yield self.translate(translated, other_domain(domain))


class Editor:
    """Edits labels of images with StarGAN.

    Args:
        model: a StarGAN; its discriminator classifies labels.
        schema: of the labels.
    """

    def __init__(self, model: AdversarialModel, schema: LabelSchema):
        self._generator = model.sampling_generator
        self._function = _as_graph(self._generate)
        self._discriminator = model.discriminator
        self.schema = schema

    def read(self, inputs: np.ndarray) -> np.ndarray:
        """Labels that the discriminator reads in images, int64 [n, L].

        Args:
            inputs: uint8 [n, H, W, 3].
        """
        size = self._discriminator.input.shape[1:3]
        resized = tf.image.resize(inputs, size, antialias=True)
        outputs = self._discriminator(images.to_float(resized), training=False)
        logits = (ops.convert_to_numpy(outputs[name]) for name in self.schema.names)
        return np.stack([rows.argmax(axis=1) for rows in logits], axis=1)

    def edit(self, inputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Generate images with other labels.

        Args:
            inputs: uint8 [n, H, W, 3] of any size from 8 x 8 on.
            labels: int [n, L], as of `LabelSchema`.

        Returns:
            uint8 [n, H, W, 3].

        Raises:
            InvalidInput: if the images are too small, or too large for the available memory.
        """
        one_hots = self.schema.one_hots(labels)
        return _call_batched(self._function, self._generator, inputs, one_hots)

    def _generate(self, image: tf.Tensor, **labels: tf.Tensor) -> tf.Tensor:
        return self._generator({"image": image, **labels}, training=False)


def _as_graph(generate: Callable[..., tf.Tensor]) -> Callable[..., tf.Tensor]:
    """Compile a generator to a function (images, labels) -> images, uint8 [n, H, W, 3].

    A graph frees intermediate results early. Eager Keras keeps the output of every layer.

    Args:
        generate: (image, **labels) -> image, as in `call_padded`.
    """

    @tf.function(reduce_retracing=True, autograph=False)
    def call(inputs: tf.Tensor, labels: dict[str, tf.Tensor]) -> tf.Tensor:
        return call_padded(partial(generate, **labels), inputs)

    return call


def call_padded(generate: Callable[[tf.Tensor], tf.Tensor], inputs: tf.Tensor) -> tf.Tensor:
    """Call a generator on images of any size from 8 x 8 on.

    Images are mirrored beyond the lower and right edges to a multiple of 4 and cropped afterwards.

    Args:
        generate: float image [n, h, w, 3] in [-1, 1] -> image of the same shape, for h and w
            that are multiples of 4.
        inputs: uint8 [n, H, W, 3].

    Returns:
        uint8 [n, H, W, 3].
    """
    height, width = (tf.shape(inputs)[axis] for axis in (1, 2))
    padding = [[0, 0], [0, -height % _MULTIPLE], [0, -width % _MULTIPLE], [0, 0]]
    padded = tf.pad(inputs, padding, "SYMMETRIC")
    image = generate(images.to_float(tf.cast(padded, tf.float32)))
    return images.to_uint8(image)[:, :height, :width]


def of_allowed_size(inputs: tf.Tensor) -> tf.Tensor:
    """Images [n, H, W, 3] in a graph, which fails if they are too small."""
    size = tf.shape(inputs)[1:3]
    message = f"image: must have at least {_MIN_SIZE} x {_MIN_SIZE} pixels, got"
    check = tf.debugging.Assert(tf.reduce_all(size >= _MIN_SIZE), [message, size])
    with tf.control_dependencies([check]):
        return tf.identity(inputs)


def _call_batched(
    function: Callable, network: keras.Model, inputs: np.ndarray, labels: dict[str, np.ndarray]
) -> np.ndarray:
    _check_size(network, *inputs.shape[1:3])
    parts = []
    for start in range(0, len(inputs), _BATCH):
        batch = slice(start, start + _BATCH)
        batch_labels = {name: tf.constant(rows[batch]) for name, rows in labels.items()}
        parts.append(function(tf.constant(inputs[batch]), batch_labels))
    return np.concatenate([ops.convert_to_numpy(part) for part in parts])


def _check_size(network: keras.Model, height: int, width: int) -> None:
    if min(height, width) < _MIN_SIZE:
        raise InvalidInput(
            f"must have at least {_MIN_SIZE} x {_MIN_SIZE} pixels, got {width} x {height}"
        )
    filters = network.get_layer("in").filters
    needed = _LIVE_LAYERS * filters * 4 * height * width
    available = psutil.virtual_memory().available
    if needed > available:
        largest = int((available / (_LIVE_LAYERS * filters * 4)) ** 0.5)
        raise InvalidInput(
            f"must have at most about {largest} x {largest} pixels, got {width} x {height}, which "
            f"need {needed / 2**30:.1f} GiB of memory; {available / 2**30:.1f} GiB are available"
        )


def translate_round_trip(translator: DomainTranslator, domain: str) -> RoundTrip:
    """Translate an image to a domain, and back; see `DomainTranslator.round_trip`."""

    def round_trip(image: np.ndarray) -> Iterator[np.ndarray]:
        return (translated[0] for translated in translator.round_trip(image[None], domain))

    return round_trip


def edit_round_trip(editor: Editor, changes: Mapping[str, int]) -> RoundTrip:
    """Edit labels of an image, then edit the result to the labels read off the original.

    Args:
        changes: index of each label's new value, {name: index}.
    """

    def round_trip(image: np.ndarray) -> Iterator[np.ndarray]:
        original_labels = editor.read(image[None])
        labels = original_labels.copy()
        for name, index in changes.items():
            labels[:, editor.schema.names.index(name)] = index
        edited = editor.edit(image[None], labels)
        yield edited[0]
        yield editor.edit(edited, original_labels)[0]

    return round_trip
