"""Groups of options about training and logging, and what some models add to each."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from kerasgan.configs.options import Options, option
from kerasgan.utils.errors import InvalidInput

Schedule = Literal["constant", "linear", "exponential", "cosine"]


@dataclass(frozen=True, kw_only=True)
class LearningRateOptions(Options):
    """Learning rates of the two players."""

    if TYPE_CHECKING:
        # Each model has its own default.
        learning_rate: float

    d_learning_rate: float | None = option(
        None,
        "The discriminator's own first learning rate. Unlike a factor on its loss, which Adam "
        "undoes, a lower one slows it down.  [default: learning-rate]",
        above=0,
    )

    @property
    def learning_rates(self) -> tuple[float, float]:
        """First learning rates, the discriminator's and the generator's."""
        return self.d_learning_rate or self.learning_rate, self.learning_rate


@dataclass(frozen=True, kw_only=True)
class UpdateOptions(Options):
    """The seed, the parts of a batch, and the average of the generator's weights."""

    PANEL: ClassVar[str] = "Training"

    ema: float = option(
        0.0,
        "Decay of the average of the generator's weights that samples and export use; 0: none.",
        at_least=0,
        below=1,
    )
    ema_half_life: int = option(
        0,
        "Half-life of that average in images, at most 5% of the images so far; 0: by --ema.",
        at_least=0,
    )
    accumulate: int = option(
        1,
        "Compute each batch in so many parts, one after the other, which needs less memory. The "
        "updates are those of the whole batch; models with statistics of a batch allow only 1.",
        at_least=1,
    )
    seed: int = option(0, "Seed of everything random.", at_least=0, below=2**32)

    @property
    def averages(self) -> bool:
        """Whether samples and export use an average of the generator's weights."""
        return bool(self.ema or self.ema_half_life)


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(UpdateOptions):
    """How a model trains."""

    if TYPE_CHECKING:
        # Each model has its own default.
        steps: int
        batch_size: int

    IS_OF_MODEL: ClassVar[bool] = False
    PANEL: ClassVar[str] = "Training"
    # An option of models that have BatchNorm.
    sync_batch_norm = False

    deterministic: bool = option(
        False, "Same bytes on every run (slower on some devices); implies --no-jit."
    )
    precision: Literal["float32", "bfloat16", "float16", "auto"] = option(
        "float32",
        "Number format of the networks; auto: bfloat16 if the CPU or GPU has units for it.",
    )
    jit: bool | None = option(None, "Compile steps with XLA.  [default: on a GPU only]")
    strategy: Literal["none", "mirrored", "multi-worker"] = option(
        "none",
        "Train on one device, on all of this machine, or on the machines that TF_CONFIG names.",
    )
    epochs: int = option(
        0,
        "Passes over the training images, each in a new random order, instead of --steps; 0: "
        "--steps. An epoch has as many steps as it takes to see every image.",
        at_least=0,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.deterministic and self.jit:
            raise InvalidInput("jit is on; with deterministic it must be off")

    @property
    def d_steps(self) -> int:
        """Updates of the discriminator per step, each on a batch of real images."""
        return 1

    @property
    def steps_per_epoch(self) -> int:
        """Steps of an epoch; 0 without epochs."""
        return self.steps // self.epochs if self.epochs else 0

    def epoch_of(self, step: int) -> int:
        """The epoch that a step belongs to, from 1 on; 0 without epochs."""
        return -(-step // self.steps_per_epoch) if self.epochs else 0

    def counted(self, num_images: int) -> Self:
        """The config with the steps that its epochs of so many images have."""
        per_epoch = -(-num_images // (self.batch_size * self.d_steps))
        return self.with_options(epochs=self.epochs, steps=self.epochs * per_epoch)

    def with_options(self, **options: Any) -> Self:
        return super().with_options(**length(options))


def length(options: dict[str, Any]) -> dict[str, Any]:
    """The options, by which a number of steps takes the place of a preset's epochs."""
    return {"epochs": 0, **options} if "steps" in options else options


@dataclass(frozen=True, kw_only=True)
class BatchNormOptions(TrainingOptions):
    """BatchNorm under a strategy."""

    IS_OF_MODEL: ClassVar[bool] = False
    sync_batch_norm: bool = option(
        False,
        "With a strategy: normalise by the whole batch, not by each device's part.",
        only_with="strategy",
    )


def schedule_option(default: Schedule) -> Any:
    """The field `schedule`, whose default is that of a model's paper."""
    return option(
        default,
        "How the learning rate falls: linear holds it for the first half, exponential multiplies "
        "it by the same factor each time, cosine follows half a period.",
    )


@dataclass(frozen=True, kw_only=True)
class ScheduleOptions(TrainingOptions):
    """A learning rate that may fall.

    `schedule_steps` is the number of steps from the moment that the config is made: a run that is
    extended later holds its final learning rate.
    """

    if TYPE_CHECKING:
        # Every config with this group has `LearningRateOptions`, too.
        learning_rate: float

        @property
        def learning_rates(self) -> tuple[float, float]: ...

    schedule: Schedule = schedule_option("constant")
    schedule_interval: int = option(
        1,
        "Steps between changes of the learning rate; those of an epoch: once per epoch.",
        at_least=1,
        only_with="schedule",
    )
    final_learning_rate: float = option(
        0.0,
        "Learning rate of the last step; the discriminator's keeps its ratio to the generator's.",
        at_least=0,
        only_with="schedule",
    )
    schedule_steps: int = option(
        0,
        "Steps until the final learning rate, which is then held; 0: all.",
        at_least=0,
        only_with="schedule",
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

    def with_options(self, **options: Any) -> Self:
        all_steps = {"schedule_steps": 0} if self.schedule_steps == self.steps else {}
        return super().with_options(**{**all_steps, **options})


def share_fakes_option(default: bool) -> Any:
    """The field `share_fakes` of a model whose generator may be judged on the critic's images."""
    return option(
        default,
        "Judge the generator, in its first update of a step, on the images that the discriminator "
        "has just seen, which saves a forward pass; or on new ones.",
    )


@dataclass(frozen=True, kw_only=True)
class LoggingOptions(Options):
    """What a run records."""

    IS_OF_MODEL: ClassVar[bool] = False
    PANEL: ClassVar[str] = "Logging"

    log_every: int = option(50, "Steps between rows of metrics.csv.", at_least=1)
    sample_every: int = option(
        500,
        "Steps between sample sheets and plots; the first sheets come at steps 1, 10, 30 and 100.",
        at_least=1,
    )
    checkpoint_every: int = option(500, "Steps between checkpoints.", at_least=1)
    checkpoint_minutes: float = option(
        10.0,
        "Write a checkpoint after this many minutes without one, too; 0: at regular steps only.",
        at_least=0,
    )
    keep_checkpoints: int = option(3, "Number of newest checkpoints to keep.", at_least=1)
    stop_on_failure: bool = option(
        False, "End the run at a sign of failure that it will not recover from."
    )
    tensorboard: bool = option(
        False,
        "Also write metrics and sample sheets for TensorBoard; needs the extra 'tensorboard'.",
    )

    @property
    def is_evaluated(self) -> bool:
        """Whether the model is evaluated while it trains."""
        return False

    def whole_rows(self, steps: int) -> int:
        """The least number of steps that is at least this one and a multiple of `log_every`."""
        return self.log_every * -(-steps // self.log_every)
