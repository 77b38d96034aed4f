"""Options of the models that make pictures out of pictures."""

from dataclasses import dataclass
from typing import Literal

from kerasgan.configs.base import Config, option
from kerasgan.errors import Refused


@dataclass(frozen=True, kw_only=True)
class TranslationConfig(Config):
    """The options of every translating model: its networks and how its learning rate falls.

    `schedule_steps` is the number of steps from the moment that the config is made: a run that is
    extended later holds its final learning rate.
    """

    width: float = option(1.0, "Factor on every layer's number of filters.", above=0)
    skip: bool = option(
        False,
        "Let generators change their pictures, not at all at first, rather than draw new ones.",
    )
    schedule: Literal["constant", "linear", "exponential"] = option(
        "linear",
        "How the learning rate falls: linear holds it for the first half, exponential multiplies "
        "it by the same factor after every step.",
    )
    final_learning_rate: float = option(0.0, "Learning rate of the last step.", at_least=0)
    schedule_steps: int = option(
        0, "Steps until the final learning rate, which is then held; 0: all.", at_least=0
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.schedule == "exponential" and not self.final_learning_rate:
            raise Refused(
                "final-learning-rate is 0; with the exponential schedule it must be above 0"
            )
        object.__setattr__(self, "schedule_steps", self.schedule_steps or self.steps)
