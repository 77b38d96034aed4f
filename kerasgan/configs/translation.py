"""Options of the models that make images out of images."""

from dataclasses import dataclass
from typing import ClassVar

from kerasgan.configs.base import Config
from kerasgan.configs.data_options import AugmentationOptions
from kerasgan.configs.groups import LoggingOptions, Schedule, ScheduleOptions, schedule_option
from kerasgan.configs.options import option

# At what size a network sees larger images: that of its training, or their own.
TRAINING, ORIGINAL = "training", "original"
SCALES = (TRAINING, ORIGINAL)


@dataclass(frozen=True, kw_only=True)
class SheetOptions(LoggingOptions):
    """Sheets of input images beside their translations."""

    IS_OF_MODEL: ClassVar[bool] = False

    sheet_rows: int = option(8, "Input images on a sample sheet, of each domain.", at_least=1)


@dataclass(frozen=True, kw_only=True)
class TranslationConfig(AugmentationOptions, ScheduleOptions, SheetOptions, Config):
    """Options of every translating model."""

    width: float = option(1.0, "Factor on every layer's number of filters.", above=0)
    residual_output: bool = option(
        False,
        "Let generators change their images, not at all at first, rather than draw new ones.",
    )
    schedule: Schedule = schedule_option("linear")
