"""Sources of images with the labels that a config chooses."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kerasgan.configs import Config
from kerasgan.configs.data_options import TFDS
from kerasgan.datasets import colours, selection, shards, sources
from kerasgan.datasets.avatars import traits
from kerasgan.datasets.layouts.base import AnnotatedImage, Values
from kerasgan.datasets.layouts.image_folders import Domains
from kerasgan.datasets.sources import Source
from kerasgan.datasets.tfds import TfdsImages
from kerasgan.labels import Label
from kerasgan.utils.errors import InvalidInput

log = logging.getLogger(__name__)


class SourceLabels(NamedTuple):
    """Labels of the N images of a source.

    labels: with all values that a user could expect.
    values: [N] values of each label, None where it is missing.
    """

    labels: list[Label]
    values: Sequence[tuple[str | None, ...]]


def of_config(config: Config) -> tuple[Source, SourceLabels]:
    """The images of `config.data` to train on, not yet decoded, and their labels.

    Raises:
        InvalidInput: if the data does not exist or leaves nothing to train on.
    """
    if config.has_avatars:
        return _avatars(config)
    if config.data.startswith(TFDS):
        return _tfds(config)
    return _shards(config) if shards.is_pattern(config.data) else _folder(config)


def _avatars(config: Config) -> tuple[Source, SourceLabels]:
    sources.check_square(config.image_size)
    indices = range(sources.held_out_avatars(config.num_avatars, config.val_fraction).stop)
    pairs = [traits.colours(sources.AVATAR_SEED, index) for index in indices]
    values = [{name: (v,) for name, v in zip(colours.COLOURS, pair, strict=True)} for pair in pairs]
    images = [
        AnnotatedImage(str(index), (), each) for index, each in zip(indices, values, strict=True)
    ]
    rows, labels = _labels(images, colours.COLOURS, config)
    return sources.avatar_source(rows, config.image_size), labels


def _folder(config: Config) -> tuple[Source, SourceLabels]:
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


def _shards(config: Config) -> tuple[Source, SourceLabels]:
    data = shards.ShardImages(config.data)
    for problem, places in data.problems.items():
        sources.report_problem(problem, places, config.strict)
    rows, labels = _labels(data.images, {}, config)
    names = [data.images[row].name for row in rows]
    members = [data.members[row] for row in rows]
    return sources.shard_source(members, names, config.image_size, config.resize_mode), labels


def _tfds(config: Config) -> tuple[Source, SourceLabels]:
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
) -> tuple[list[int], SourceLabels]:
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
    return selected.rows, SourceLabels(labels, selected.values)
