"""Which data a config trains on, and what its steps draw of it."""

import logging
from collections.abc import Callable

import tensorflow as tf

from kerasgan.configs import Config
from kerasgan.configs.base import AugmentationConfig
from kerasgan.datasets import labelled, step_random, unpaired

log = logging.getLogger(__name__)


def load(config: Config) -> labelled.Split | unpaired.UnpairedSplit:
    """The training and the held-out images; see `faces.load` and `domains.load`."""
    split = unpaired.load(config) if config.CONDITION == "domain" else labelled.load(config)
    training, held_out = (f"{part.size:,}" for part in split)
    log.debug("%s: %s images to train on, %s held out", config.data, training, held_out)
    return split


def batches(
    sample_batch: Callable[[step_random.StepRandom], dict],
    config: Config,
    data: labelled.LabelledImages | unpaired.UnpairedImages,
    done: int = 0,
) -> tf.data.Dataset:
    """The endless data set of a model's batches for the steps after `done`.

    Args:
        sample_batch: the model's.
    """

    def random_at(step: tf.Tensor) -> step_random.StepRandom:
        if isinstance(data, unpaired.UnpairedImages):
            sizes = config.batch_size, config.image_size
            return unpaired.UnpairedStepRandom(data, config.seed, step, *sizes)
        if not isinstance(config, AugmentationConfig):
            return step_random.LabelledStepRandom(data, config.seed, step, config.batch_size)
        augmentations = dict.fromkeys(config.augment, config.augment_probability)
        return step_random.LabelledStepRandom(
            data, config.seed, step, config.batch_size, augmentations, config.mirror
        )

    return step_random.batches(sample_batch, random_at, done)
