"""Data sets of random pixels, for what depends on the shape of the images alone."""

import numpy as np

from kerasgan.configs import Config
from kerasgan.configs.unpaired import UnpairedConfig
from kerasgan.datasets.colours import COLOURS
from kerasgan.datasets.labelled import LabelledImages
from kerasgan.datasets.selection import NONE
from kerasgan.datasets.unpaired import UnpairedImages
from kerasgan.labels import LabelSchema
from kerasgan.utils import sizes

_COUNT = 64


def labelled(config: Config) -> LabelledImages:
    """Images with the avatars' labels, or with those of them that `config.labels` names."""
    given = {name: values for name, values in COLOURS.items() if name in config.labels}
    schema = LabelSchema.of(given if given or NONE in config.labels else COLOURS)
    counts = tuple(schema.sizes.values())
    labels = np.random.default_rng(0).integers(0, counts, (_COUNT, len(counts)))
    return LabelledImages.of("random", _pixels(config.image_size), schema, labels)


def unpaired(config: UnpairedConfig) -> UnpairedImages:
    """Images of two domains, of `config.loaded_size`."""
    pixels = _pixels(config.loaded_size)
    return UnpairedImages(pixels, pixels, "random")


def _pixels(size: sizes.Size) -> np.ndarray:
    shape = (_COUNT, *sizes.sides(size), 3)
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)
