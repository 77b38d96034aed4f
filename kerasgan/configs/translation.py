"""Options of the models that make images out of images."""

from dataclasses import dataclass

from kerasgan.configs.base import option
from kerasgan.configs.scheduled import Schedule, ScheduledConfig, schedule_option


@dataclass(frozen=True, kw_only=True)
class TranslationConfig(ScheduledConfig):
    """The options of every translating model: its networks and how its learning rate falls."""

    width: float = option(1.0, "Factor on every layer's number of filters.", above=0)
    skip: bool = option(
        False,
        "Let generators change their images, not at all at first, rather than draw new ones.",
    )
    schedule: Schedule = schedule_option("linear")
