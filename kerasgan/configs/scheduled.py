"""Options of the models whose learning rate may fall."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from kerasgan.configs.base import Config, option
from kerasgan.utils.errors import InvalidInput

Schedule = Literal["constant", "linear", "exponential", "cosine"]


def schedule_option(default: Schedule) -> Any:
    """The field `schedule`, whose default is that of a model's paper."""
    return option(
        default,
        "How the learning rate falls: linear holds it for the first half, exponential multiplies "
        "it by the same factor after every step, cosine follows half a period.",
        added=True,
    )


@dataclass(frozen=True, kw_only=True)
class ScheduledConfig(Config):
    """The options of every model whose learning rate may fall.

    `schedule_steps` is the number of steps from the moment that the config is made: a run that is
    extended later holds its final learning rate.
    """

    OPTIONS: ClassVar[str] = "training"

    schedule: Schedule = schedule_option("constant")
    final_learning_rate: float = option(
        0.0, "Learning rate of the last step.", at_least=0, added=True
    )
    schedule_steps: int = option(
        0,
        "Steps until the final learning rate, which is then held; 0: all.",
        at_least=0,
        added=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.schedule == "exponential" and not self.final_learning_rate:
            raise InvalidInput(
                "final-learning-rate is 0; with the exponential schedule it must be above 0"
            )
        if self.final_learning_rate > self.learning_rate:
            raise InvalidInput(
                f"final-learning-rate is {self.final_learning_rate}; it must be at most "
                f"learning-rate, {self.learning_rate}"
            )
        object.__setattr__(self, "schedule_steps", self.schedule_steps or self.steps)

    @classmethod
    def completed(cls, fields: dict[str, Any]) -> dict[str, Any]:
        fields = super().completed(fields)
        return {**fields, "schedule_steps": fields["schedule_steps"] or fields.get("steps")}
