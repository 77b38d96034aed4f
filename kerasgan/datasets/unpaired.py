"""Images of two domains, and what a step of training draws of them."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from kerasgan.configs.cyclegan import CycleGANConfig
from kerasgan.datasets import cache, sources
from kerasgan.datasets.sources import Source
from kerasgan.datasets.step_random import StepRandom
from kerasgan.datasets.tfds import TfdsPictures
from kerasgan.labels import NO_LABELS, Vocabulary
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.images import to_float

DOMAINS = ("a", "b")
# Course report B.
STYLES = {"a": "cartoon", "b": "animation"}
_TRAINING, _HELD_OUT = "train", "test"


class UnpairedImages(NamedTuple):
    """Unpaired images of two domains: uint8 [N, L, L, 3] each, with an N of its own.

    Arrays will do, and whatever has a `shape` and takes an array of indices.

    key: a hash of all pixels of the data, training and held out.
    """

    a: cache.Pictures | np.ndarray
    b: cache.Pictures | np.ndarray
    key: str = ""

    @property
    def by_name(self) -> dict[str, cache.Pictures | np.ndarray]:
        """The images of each domain, {"a", "b"}."""
        return {"a": self.a, "b": self.b}

    @property
    def size(self) -> int:
        """How many images the smaller domain has."""
        return min(self.a.shape[0], self.b.shape[0])

    @property
    def vocabulary(self) -> Vocabulary:
        """Images of domains have no labels."""
        return NO_LABELS


class UnpairedSplit(NamedTuple):
    training: UnpairedImages
    held_out: UnpairedImages


class UnpairedStepRandom(StepRandom):
    """Random numbers and images of one training step, which makes a single update.

    Args:
        data: images of both domains, of side L.
        seed, step, batch_size: as for `StepRandom`.
        image_size: S, the side of the random crops, at most L.
    """

    def __init__(
        self, data: UnpairedImages, seed: int, step: tf.Tensor, batch_size: int, image_size: int
    ):
        super().__init__(seed, step, batch_size)
        self._data = data
        self._seed = seed
        self._positions = step * batch_size + tf.range(batch_size, dtype=tf.int64)
        self._image_size = image_size

    def images(self) -> dict[str, tf.Tensor]:
        """{"a", "b"}: [B, 1, S, S, 3] in [-1, 1], cropped and flipped at random.

        Each domain has its own order, which is shuffled anew for each of its epochs.
        """
        batch = {}
        for number, (name, images) in enumerate(self._data.by_name.items()):
            rows = self._shuffled_rows(number, images.shape[0])
            # The images may be larger than memory, so they stay in their file.
            pixels = tf.numpy_function(images.__getitem__, [rows], tf.uint8, stateful=False)
            pixels = tf.ensure_shape(pixels, [*rows.shape, *images.shape[1:]])
            batch[name] = to_float(tf.cast(self._crop(name, pixels), tf.float32))[:, None]
        return batch

    def _shuffled_rows(self, domain: int, count: int) -> tf.Tensor:
        epochs, positions = self._positions // count, self._positions % count
        same = tf.ones_like(epochs)
        # `tf.random.experimental.index_shuffle` fails with a seed for each index (TensorFlow 2.21).
        return tf.raw_ops.RandomIndexShuffle(
            index=positions,
            seed=tf.stack([self._seed * same, domain * same, epochs], axis=1),
            max_index=tf.constant(count - 1, tf.int64),
            rounds=4,
        )

    def _crop(self, name: str, images: tf.Tensor) -> tf.Tensor:
        """Random squares of images [B, L, L, 3], half of them flipped: [B, S, S, 3]."""
        side = tf.range(self._image_size, dtype=tf.int64)
        offsets = images.shape[1] - self._image_size + 1
        is_flipped = self.uniform(f"flip_{name}", 1)[..., 0] < 0.5
        rows = self.integers(f"top_{name}", 1, offsets) + side
        columns = self.integers(f"left_{name}", 1, offsets) + tf.where(is_flipped, side[::-1], side)
        images = tf.gather(images, rows, axis=1, batch_dims=1)
        return tf.gather(images, columns, axis=2, batch_dims=1)


def load(config: CycleGANConfig) -> UnpairedSplit:
    """The images of both domains at `config.load_size`, prepared on first use.

    testA and testB are held out; where they are missing, `config.val_fraction` of the images.
    The avatars of the training part are shared out between the domains; those held out, from
    number `config.avatars` on, are drawn in both styles, so that each has its true translation.

    Raises:
        InvalidInput: if there is no such data, nothing in a domain to train on, or, if
            `config.strict`, anything wrong with it.
    """
    parts, digests = {}, []
    for domain, (source, given) in _sources(config).items():
        prepared, readable = sources.prepared(source, config.load_size, config.strict)
        held_out = sources.held_out(prepared, config) if given is None else given
        where = {"a": config.domain_a, "b": config.domain_b}[domain] or config.data
        if not (readable & ~held_out).any():
            raise InvalidInput(
                f"domain {domain} of {where} has {readable.sum()} images that can be "
                "used, and none of them to train on; allowed: data that leaves some"
            )
        digests.append(prepared.digests)
        parts[domain] = [
            prepared.pictures.part(np.flatnonzero(readable & of)) for of in (~held_out, held_out)
        ]
    key = cache.digest(*digests).hex()
    return UnpairedSplit(*(UnpairedImages(a, b, key) for a, b in zip(*parts.values(), strict=True)))


def _sources(config: CycleGANConfig) -> dict[str, tuple[Source, np.ndarray | None]]:
    """The images of each domain, and which of them are held out if that is given."""
    if config.domain_a:
        folders = {"a": Path(config.domain_a), "b": Path(config.domain_b)}
        return {name: _files([folder], config) for name, folder in folders.items()}
    if config.data == "avatars":
        return {name: _avatars(name, config) for name in DOMAINS}
    if config.data.startswith(sources.TFDS):
        return {name: _tfds(name, config) for name in DOMAINS}
    root = Path(config.data)
    parts = {
        name: [root / f"{kind}{name.upper()}" for kind in (_TRAINING, _HELD_OUT)]
        for name in DOMAINS
    }
    if missing := [training for training, _ in parts.values() if not training.is_dir()]:
        found = ", ".join(sorted(path.name for path in root.glob("*"))[:10]) or "nothing"
        raise InvalidInput(
            f"no folder {str(missing[0])!r}; allowed: avatars, tfds:cycle_gan/NAME, a folder with "
            f"trainA and trainB, or two folders by --domain-a and --domain-b. Found {found}"
        )
    return {
        name: _files([folder for folder in folders if folder.is_dir()], config)
        for name, folders in parts.items()
    }


def avatar_numbers(domain: str, config: CycleGANConfig) -> tuple[range, range]:
    """The numbers of the avatars that a domain trains on, and of those held out."""
    trained = range(DOMAINS.index(domain), config.avatars, len(DOMAINS))
    return trained, sources.held_out_avatars(config)


def _avatars(domain: str, config: CycleGANConfig) -> tuple[Source, np.ndarray]:
    trained, held_out = avatar_numbers(domain, config)
    source = sources.of_avatars([*trained, *held_out], config.load_size, STYLES[domain])
    return source, _beyond([trained, held_out])


def _files(folders: list[Path], config: CycleGANConfig) -> tuple[Source, np.ndarray | None]:
    listings = [sources.listed(folder, config, "images") for folder in folders]
    paths = [[one.root / picture.name for picture in one.pictures] for one in listings]
    every = list(chain(*paths))
    names = list(map(str, every))
    return sources.of_files(every, names, config.load_size, config), _beyond(paths)


def _tfds(domain: str, config: CycleGANConfig) -> tuple[Source, np.ndarray | None]:
    name = config.data.removeprefix(sources.TFDS)
    splits = [TfdsPictures(name, (), f"{_TRAINING}{domain.upper()}")]
    if (test := f"{_HELD_OUT}{domain.upper()}") in splits[0].splits:
        splits.append(TfdsPictures(name, (), test))
    names = [[picture.name for picture in split.pictures()] for split in splits]

    def contents() -> Iterator[bytes]:
        for split, those in zip(splits, names, strict=True):
            yield from split.contents(range(len(those)))

    key = "-".join(split.key for split in splits)
    source = sources.of_contents(key, contents(), list(chain(*names)), config.load_size, config)
    return source, _beyond(names)


def _beyond(parts: Sequence[Sequence]) -> np.ndarray | None:
    """Bool [N] of all images of the parts, true beyond the first; None if it is alone."""
    return None if len(parts) < 2 else np.arange(sum(map(len, parts))) >= len(parts[0])
