"""Images made out of images: what `translate`, callbacks and evaluation share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import keras
import numpy as np
import psutil
import tensorflow as tf
from keras import ops
from PIL import Image

from kerasgan.datasets.labelled import LabelledImages
from kerasgan.datasets.unpaired import DOMAINS, UnpairedImages
from kerasgan.labels import Vocabulary
from kerasgan.models.base import AdversarialModel
from kerasgan.utils import images
from kerasgan.utils.errors import InvalidInput

# uint8 [H, W, 3] -> its translation and that translated back, each computed when it is asked for.
Steps = Callable[[np.ndarray], Iterator[np.ndarray]]


class EditRequest(NamedTuple):
    """Changes that a user asks for; everything else stays as the model reads it off the image.

    domain: "a" or "b", of CycleGAN; "b" without it.
    colours: {"hair" or "eyes": colour}, of StarGAN.
    attributes: {name: 0 or 1, or None for the opposite of what it is}, of StarGAN.
    """

    domain: str | None = None
    colours: Mapping[str, str] = MappingProxyType({})
    attributes: Mapping[str, float | None] = MappingProxyType({})


_BATCH = 32
_SHOWN = 8
# Both generators halve height and width twice, and one reflects a pixel beyond what is left.
_MULTIPLE, _SMALLEST = 4, 8
# What the generators need at their widest, as a multiple of the first layer's output: its input
# and output, the norm's, and the convolution's own workspace. Measured on a CPU: 4.9.
_LIVE_LAYERS = 6


def other(domain: str) -> str:
    """ "b" for "a" and "a" for "b"."""
    return DOMAINS[1 - DOMAINS.index(domain)]


class DomainTranslator:
    """Translates images between CycleGAN's domains.

    Args:
        generators: as `networks.cyclegan.generators` returns.
    """

    def __init__(self, generators: keras.Model):
        self._networks = {"a": generators.get_layer("b_to_a"), "b": generators.get_layer("a_to_b")}
        self._generate = {
            name: _traced(partial(network, training=False))
            for name, network in self._networks.items()
        }

    def translate(self, pictures: np.ndarray, domain: str) -> np.ndarray:
        """Uint8 [n, H, W, 3], translated to the domain "a" or "b".

        Args:
            pictures: uint8 [n, H, W, 3], of any height and width.
        """
        return _translated(self._generate[domain], self._networks[domain], pictures, {})


class Editor:
    """Changes the labels of images, as StarGAN has learnt them.

    Args:
        model: a StarGAN, whose discriminator reads labels.
        vocabulary: the run's.
    """

    def __init__(self, model: AdversarialModel, vocabulary: Vocabulary):
        self._generator = model.sampling_generator
        self._generate = _traced(self._edited)
        self._discriminator = model.discriminator
        self.vocabulary = vocabulary

    def read(self, pictures: np.ndarray) -> dict[str, np.ndarray]:
        """The labels that the discriminator sees, {name: float32 [n, K]}.

        Args:
            pictures: uint8 [n, H, W, 3].
        """
        size = self._discriminator.input.shape[1]
        small = tf.image.resize(pictures, (size, size), antialias=True)
        seen = self._discriminator(images.to_float(small), training=False)
        logits = {name: ops.convert_to_numpy(seen[name]) for name in self.vocabulary.labels}
        if self.vocabulary.attributes:
            return {name: (rows > 0).astype("float32") for name, rows in logits.items()}
        return {
            name: np.eye(rows.shape[1], dtype="float32")[rows.argmax(axis=1)]
            for name, rows in logits.items()
        }

    def edit(self, pictures: np.ndarray, labels: dict[str, np.ndarray]) -> np.ndarray:
        """Uint8 [n, H, W, 3] that shall have these labels.

        Args:
            pictures: uint8 [n, H, W, 3], of any height and width.
            labels: {name: float32 [n, K]}, all that the vocabulary has.
        """
        return _translated(self._generate, self._generator, pictures, labels)

    def _edited(self, image: tf.Tensor, **labels: tf.Tensor) -> tf.Tensor:
        return self._generator({"image": image, **labels}, training=False)


def _traced(generate: Callable[..., tf.Tensor]) -> Callable[..., tf.Tensor]:
    """(images, labels) -> images, both uint8 [n, H, W, 3], as a graph.

    A graph lets go of what it no longer needs, where Keras keeps the output of every layer.

    Args:
        generate: image, as `at_own_size` gives it, and labels by name -> image.
    """

    @tf.function(reduce_retracing=True, autograph=False)
    def translate(pictures: tf.Tensor, labels: dict[str, tf.Tensor]) -> tf.Tensor:
        return at_own_size(partial(generate, **labels), pictures)

    return translate


def at_own_size(generate: Callable[[tf.Tensor], tf.Tensor], pictures: tf.Tensor) -> tf.Tensor:
    """Uint8 [n, H, W, 3] as `generate` makes them, for any H and W from 8 on.

    The images are mirrored beyond two edges, up to what the networks need, and cut back.

    Args:
        generate: image [n, h, w, 3] in [-1, 1] -> the like; h and w are multiples of 4.
        pictures: uint8 [n, H, W, 3].
    """
    height, width = (tf.shape(pictures)[axis] for axis in (1, 2))
    beyond = [[0, 0], [0, -height % _MULTIPLE], [0, -width % _MULTIPLE], [0, 0]]
    padded = tf.pad(pictures, beyond, "SYMMETRIC")
    image = generate(images.to_float(tf.cast(padded, tf.float32)))
    return images.to_uint8(image)[:, :height, :width]


def _translated(
    translate: Callable, network: keras.Model, pictures: np.ndarray, labels: dict[str, np.ndarray]
) -> np.ndarray:
    """The images translated batch by batch, if the memory suffices for one of them."""
    _refuse_size(network, *pictures.shape[1:3])
    parts = []
    for start in range(0, len(pictures), _BATCH):
        here = slice(start, start + _BATCH)
        some = {name: tf.constant(rows[here]) for name, rows in labels.items()}
        parts.append(translate(tf.constant(pictures[here]), some))
    return np.concatenate([ops.convert_to_numpy(part) for part in parts])


def _refuse_size(network: keras.Model, height: int, width: int) -> None:
    if min(height, width) < _SMALLEST:
        raise InvalidInput(
            f"has {width} x {height} pixels; allowed: from {_SMALLEST} x {_SMALLEST} on"
        )
    filters = network.get_layer("in").filters
    needed = _LIVE_LAYERS * filters * 4 * height * width
    available = psutil.virtual_memory().available
    if needed > available:
        largest = int((available / (_LIVE_LAYERS * filters * 4)) ** 0.5)
        raise InvalidInput(
            f"has {width} x {height} pixels, for which {needed / 2**30:.1f} GiB of memory are "
            f"needed and {available / 2**30:.1f} available; allowed: up to about "
            f"{largest} x {largest}"
        )


def to_domain(translator: DomainTranslator, domain: str) -> Steps:
    """Image -> its translation to the domain, and that translated back."""

    def steps(picture: np.ndarray) -> Iterator[np.ndarray]:
        translated = translator.translate(picture[None], domain)
        yield translated[0]
        yield translator.translate(translated, other(domain))[0]

    return steps


def to_labels(editor: Editor, wanted: Sequence[tuple[str, int, float | None]]) -> Steps:
    """Image -> it with other labels, and that with those that were read off the image.

    Args:
        wanted: what `changed` takes; all other labels stay as they are read off the image.
    """

    def steps(picture: np.ndarray) -> Iterator[np.ndarray]:
        read = labels = editor.read(picture[None])
        for one in wanted:
            labels = changed(labels, *one)
        edited = editor.edit(picture[None], labels)
        yield edited[0]
        yield editor.edit(edited, read)[0]

    return steps


def domain_sheet(
    translator: DomainTranslator, shown: UnpairedImages, has_identity: bool
) -> Image.Image:
    """Triptychs of both domains side by side: original, translated, translated back.

    Args:
        shown: of which the first images are taken.
        has_identity: whether what each generator makes of its own domain is shown too.
    """
    columns, labels = [], []
    count = min(_SHOWN, shown.size)
    for domain, pictures in shown.by_name.items():
        original = pictures[np.arange(count)]
        translated = translator.translate(original, other(domain))
        columns += [original, translated, translator.translate(translated, domain)]
        labels += [domain, f"to {other(domain)}", "and back"]
        if has_identity:
            columns.append(translator.translate(original, domain))
            labels.append(f"to {domain}")
    return _side_by_side(columns, labels)


def label_sheet(editor: Editor, shown: LabelledImages) -> Image.Image:
    """Images, and each of them with every label changed in turn, the others kept.

    Args:
        shown: of which the first are taken.
    """
    at = np.arange(min(_SHOWN, shown.size))
    original, labels = shown.pixels(at), shown.labels(at)
    columns, names = [original], ["original"]
    vocabulary = editor.vocabulary
    for name, size in vocabulary.labels.items():
        for place in range(size):
            columns.append(editor.edit(original, changed(labels, name, place)))
            names.append(getattr(vocabulary, name)[place])
    return _side_by_side(columns, names)


def _side_by_side(columns: Sequence[np.ndarray], labels: Sequence[str]) -> Image.Image:
    """Labelled columns of images, uint8 [n, H, W, 3] each."""
    rows = np.stack(columns, axis=1)
    return images.grid(rows.reshape(-1, *rows.shape[2:]), len(columns), (), labels)


def changed(
    labels: dict[str, np.ndarray], name: str, place: int, value: float | None = None
) -> dict[str, np.ndarray]:
    """Labels {name: float32 [n, K]} with one of them set.

    Args:
        place: the colour that all shall have; or the attribute, which becomes `value`, or, without
            it, what it is not.
    """
    rows = labels[name].copy()
    if name == "attributes":
        rows[:, place] = 1 - rows[:, place] if value is None else value
    else:
        rows[:] = np.eye(rows.shape[1])[place]
    return {**labels, name: rows}
