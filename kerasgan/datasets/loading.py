"""Which data a config trains on, and what its steps draw of it."""

import logging
from collections.abc import Callable

import tensorflow as tf

from kerasgan.configs import Config
from kerasgan.configs.base import AugmentationConfig
from kerasgan.datasets import domains, draws, faces

log = logging.getLogger(__name__)


def load(config: Config) -> faces.Split | domains.DomainSplit:
    """Return the training and the held-out pictures; see `faces.load` and `domains.load`."""
    split = domains.load(config) if config.CONDITION == "domain" else faces.load(config)
    training, held_out = (f"{part.size:,}" for part in split)
    log.debug("%s: %s pictures to train on, %s held out", config.data, training, held_out)
    return split


def batches(
    draw: Callable[[draws.Randomness], dict],
    config: Config,
    data: faces.Faces | domains.Domains,
    done: int = 0,
) -> tf.data.Dataset:
    """Return the endless data set of a model's batches for the steps after `done`.

    Args:
        draw: the model's.
    """

    def draws_of(step: tf.Tensor) -> draws.Randomness:
        if isinstance(data, domains.Domains):
            sizes = config.batch_size, config.image_size
            return domains.DomainDraws(data, config.seed, step, *sizes)
        if not isinstance(config, AugmentationConfig):
            return draws.Draws(data, config.seed, step, config.batch_size)
        augmentations = dict.fromkeys(config.augment, config.augment_probability)
        return draws.Draws(data, config.seed, step, config.batch_size, augmentations, config.mirror)

    return draws.batches(draw, draws_of, done)
