"""Options of the models that make images out of images."""

from dataclasses import dataclass

from kerasgan.configs.base import Config
from kerasgan.configs.groups import (
    AugmentationOptions,
    Schedule,
    ScheduleOptions,
    schedule_option,
)
from kerasgan.configs.options import option


@dataclass(frozen=True, kw_only=True)
class TranslationConfig(AugmentationOptions, ScheduleOptions, Config):
    """Options of every translating model."""

    width: float = option(1.0, "Factor on every layer's number of filters.", above=0)
    residual_output: bool = option(
        False,
        "Let generators change their images, not at all at first, rather than draw new ones.",
    )
    schedule: Schedule = schedule_option("linear")
