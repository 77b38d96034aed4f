"""Unpaired images of two domains."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from kerasgan.configs.data_options import TFDS
from kerasgan.configs.unpaired import UnpairedConfig
from kerasgan.datasets import cache, sources
from kerasgan.datasets.hashes import digest
from kerasgan.datasets.sources import Source
from kerasgan.datasets.tfds import TfdsImages
from kerasgan.labels import LabelSchema
from kerasgan.models.step_random import shuffled_rows
from kerasgan.utils.errors import InvalidInput

DOMAINS = ("a", "b")
# Avatar style of each domain, as in course report B.
STYLES = {"a": "cartoon", "b": "animation"}
_TRAINING, _HELD_OUT = "train", "test"


class UnpairedImages(NamedTuple):
    """Unpaired images of two domains.

    a, b: uint8 [N, L, L, 3], where N may differ: arrays, or objects that have a `shape` and can be
        indexed by integer arrays.
    key: a hash of all pixels of the dataset, training and held out.
    """

    a: cache.CachedImages | np.ndarray
    b: cache.CachedImages | np.ndarray
    key: str = ""

    @property
    def by_name(self) -> dict[str, cache.CachedImages | np.ndarray]:
        """{"a", "b"}: the images of each domain."""
        return {"a": self.a, "b": self.b}

    @property
    def size(self) -> int:
        """Number of images of the smaller domain."""
        return min(self.a.shape[0], self.b.shape[0])

    def steps(self, seed: int, batch_size: int, updates: int, initial_step: int) -> tf.data.Dataset:
        """Images of each training step, {"a", "b"}: uint8 [B, 1, L, L, 3].

        Each domain has its own order, which is shuffled anew for each of its epochs.

        Args:
            seed, batch_size: of the model; a step makes one update.
            initial_step: number of steps already trained.
        """

        @tf.autograph.experimental.do_not_convert
        def read(step: tf.Tensor) -> dict[str, tf.Tensor]:
            positions = step * batch_size + tf.range(batch_size, dtype=tf.int64)
            given = {}
            for number, (name, images) in enumerate(self.by_name.items()):
                count = images.shape[0]
                rows = shuffled_rows(seed, number, positions // count, positions % count, count)
                # The images may be larger than memory, so they stay in their file.
                pixels = tf.numpy_function(images.__getitem__, [rows], tf.uint8, stateful=False)
                given[name] = tf.ensure_shape(pixels, [*rows.shape, *images.shape[1:]])[:, None]
            return given

        counter = tf.data.Dataset.counter(start=np.int64(initial_step))
        return counter.map(read, num_parallel_calls=2)

    # Always in shuffled orders, as in the authors' code.
    shuffled_steps = steps

    @property
    def epoch_size(self) -> int:
        """Number of images of an epoch: those of the larger domain, as the authors' code counts."""
        return max(self.a.shape[0], self.b.shape[0])

    @property
    def schema(self) -> LabelSchema:
        """An empty schema: domains have no labels."""
        return LabelSchema()


class UnpairedSplit(NamedTuple):
    """Images to train on, and images held out for evaluation."""

    training: UnpairedImages
    held_out: UnpairedImages


def load(config: UnpairedConfig) -> UnpairedSplit:
    """Load the images of both domains at `config.loaded_size`; they are prepared on first use.

    testA and testB are held out; where one is missing, the share `config.val_fraction` of that
    domain is. Each training avatar belongs to one domain. Held-out avatars, from index
    `config.num_avatars` on, are drawn in both styles, so that their true translation is known.

    Raises:
        InvalidInput: if the data does not exist or leaves nothing to train on in a domain, or, if
            `config.strict`, for any problem in it.
    """
    parts, digests = {}, []
    for domain, (source, held_out) in _sources(config).items():
        prepared, readable = sources.prepare(source, config.loaded_size, config.strict)
        if held_out is None:
            held_out = prepared.fractions < config.val_fraction
        if not (readable & ~held_out).any():
            data = {"a": config.domain_a, "b": config.domain_b}[domain] or config.data
            raise InvalidInput(
                f"domain {domain} of {data} must have a readable image that is not held out, got "
                f"{readable.sum()} readable images"
            )
        digests.append(prepared.digests)
        parts[domain] = [
            prepared.images.subset(np.flatnonzero(readable & part))
            for part in (~held_out, held_out)
        ]
    key = digest(*digests).hex()
    return UnpairedSplit(*(UnpairedImages(a, b, key) for a, b in zip(*parts.values(), strict=True)))


def _sources(config: UnpairedConfig) -> dict[str, tuple[Source, np.ndarray | None]]:
    """{domain: (its images, bool [N] of the held-out ones or None to hold out a share)}."""
    if config.domain_a:
        folders = {"a": Path(config.domain_a), "b": Path(config.domain_b)}
        return {domain: _files([folder], config) for domain, folder in folders.items()}
    if config.has_avatars:
        return {domain: _avatars(domain, config) for domain in DOMAINS}
    if config.data.startswith(TFDS):
        return {domain: _tfds(domain, config) for domain in DOMAINS}
    root = Path(config.data)
    parts = {
        domain: [root / f"{part}{domain.upper()}" for part in (_TRAINING, _HELD_OUT)]
        for domain in DOMAINS
    }
    if missing := [training for training, _ in parts.values() if not training.is_dir()]:
        found = ", ".join(sorted(path.name for path in root.glob("*"))[:10]) or "nothing"
        raise InvalidInput(
            f"no folder {str(missing[0])!r}; allowed: avatars, tfds:cycle_gan/NAME, a folder with "
            f"trainA and trainB, or two folders by --domain-a and --domain-b. Found {found}"
        )
    return {
        domain: _files([folder for folder in folders if folder.is_dir()], config)
        for domain, folders in parts.items()
    }


def avatar_indices(domain: str, num_avatars: int, val_fraction: float) -> tuple[range, range]:
    """Indices of a domain's training avatars, and of the held-out avatars of both domains."""
    training = range(DOMAINS.index(domain), num_avatars, len(DOMAINS))
    return training, sources.held_out_avatars(num_avatars, val_fraction)


def _avatars(domain: str, config: UnpairedConfig) -> tuple[Source, np.ndarray | None]:
    sources.check_square(config.image_size)
    training, held_out = avatar_indices(domain, config.num_avatars, config.val_fraction)
    source = sources.avatar_source([*training, *held_out], config.load_size, STYLES[domain])
    return source, _after_first([training, held_out])


def _files(folders: list[Path], config: UnpairedConfig) -> tuple[Source, np.ndarray | None]:
    listings = [
        sources.read_listing(folder, "images", config.follow_links, config.strict)
        for folder in folders
    ]
    parts = [[listing.root / image.name for image in listing.images] for listing in listings]
    paths = list(chain(*parts))
    names = list(map(str, paths))
    source = sources.file_source(paths, names, config.loaded_size, config.resize_mode)
    return source, _after_first(parts)


def _tfds(domain: str, config: UnpairedConfig) -> tuple[Source, np.ndarray | None]:
    name = config.data.removeprefix(TFDS)
    splits = [TfdsImages(name, f"{_TRAINING}{domain.upper()}")]
    if (test := f"{_HELD_OUT}{domain.upper()}") in splits[0].splits:
        splits.append(TfdsImages(name, test))
    parts = [[image.name for image in split.annotated_images()] for split in splits]
    contents = chain.from_iterable(
        split.contents(range(len(part))) for split, part in zip(splits, parts, strict=True)
    )
    key = "-".join(split.key for split in splits)
    source = sources.encoded_source(
        key, contents, list(chain(*parts)), config.loaded_size, config.resize_mode
    )
    return source, _after_first(parts)


def _after_first(parts: Sequence[Sequence]) -> np.ndarray | None:
    """Bool array over the items of all parts, true after the first part; None for one part."""
    return None if len(parts) < 2 else np.arange(sum(map(len, parts))) >= len(parts[0])
