"""Groups of options: data, training and logging, and what some models add to each."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from kerasgan import metrics
from kerasgan.configs.options import Options, option
from kerasgan.utils.errors import InvalidInput, unknown

# What the name of a data set of TensorFlow Datasets begins with.
TFDS = "tfds:"
# Kinds of data, as messages name them.
AVATARS, DATA_SETS, FILES = "avatars", "TensorFlow Datasets", "files and folders"
_NOT_DRAWN = (DATA_SETS, FILES)
Schedule = Literal["constant", "linear", "exponential", "cosine"]


@dataclass(frozen=True, kw_only=True)
class DataOptions(Options):
    """Images to train on.

    IS_CONDITIONAL is whether the generator takes labels, NEEDS_LABELS whether it cannot do without,
    and ONLY_COMBINATIONS whether it can generate only those combinations that occur in the data.
    LOCATIONS are the options that may be paths of images.
    """

    LOCATIONS: ClassVar[tuple[str, ...]] = ("data",)

    IS_CONDITIONAL: ClassVar[bool] = False
    NEEDS_LABELS: ClassVar[bool] = False
    ONLY_COMBINATIONS: ClassVar[bool] = False
    IS_OF_MODEL: ClassVar[bool] = False
    PANEL: ClassVar[str] = "Data"

    data: str = option(
        AVATARS, "'avatars' (drawn faces), a folder of images, a label file, or tfds:NAME."
    )
    num_avatars: int = option(
        8000,
        "Number of avatars to train on.",
        at_least=1,
        at_most=10**6,
        kinds_of_data=(AVATARS,),
    )
    val_fraction: float = option(
        0.1, "Share of the images that is held out from training.", at_least=0, below=1
    )
    resize_mode: Literal["crop", "pad"] = option(
        "crop",
        "Bring images to the shape of image-size: cut the centre out, or add white.",
        kinds_of_data=_NOT_DRAWN,
    )
    follow_links: bool = option(
        False, "Follow symbolic links inside the data folder.", kinds_of_data=(FILES,)
    )
    strict: bool = option(
        False,
        "Refuse data with anything wrong, rather than leave that out.",
        kinds_of_data=_NOT_DRAWN,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.data.strip():
            raise InvalidInput("data is empty; allowed: avatars, tfds:NAME, a folder or a file")

    @property
    def has_avatars(self) -> bool:
        """Whether the images are avatars, which are drawn and not read."""
        return self.data == AVATARS

    @property
    def kind_of_data(self) -> str:
        """AVATARS, DATA_SETS or FILES."""
        if self.has_avatars:
            return AVATARS
        return FILES if self.paths else DATA_SETS

    @property
    def paths(self) -> dict[str, Path]:
        """The locations of images that are files or folders, {option: path}."""
        if self.has_avatars:
            return {}
        given = {name: getattr(self, name) for name in self.LOCATIONS}
        return {k: Path(v) for k, v in given.items() if v and not v.startswith(TFDS)}

    def located(self) -> Self:
        """A copy with absolute paths, by which a run is resumed from any folder."""
        absolute = {name: str(path.absolute()) for name, path in self.paths.items()}
        return dataclasses.replace(self, **absolute)


@dataclass(frozen=True, kw_only=True)
class LabelledDataOptions(DataOptions):
    """Images that may have labels."""

    IS_OF_MODEL: ClassVar[bool] = False
    # The layouts are listed in datasets/layouts and checked where the data is loaded.
    layout: str = option("auto", "Layout of the data; auto: detect it.", kinds_of_data=(FILES,))
    labels: tuple[str, ...] = option(
        (),
        "The labels to train on: columns of the label file, or tfds features; none: without any.  "
        "[default: those with 2 to 200 values, at most 8]",
    )
    exclude_tag: tuple[str, ...] = option(
        (),
        "Leave out images with one of these tags, or labels given as NAME=VALUE.",
        kinds_of_data=_NOT_DRAWN,
    )
    require_tag: tuple[str, ...] = option(
        (),
        "Leave out images without all of these tags, or labels given as NAME=VALUE.",
        kinds_of_data=_NOT_DRAWN,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.labels and not self.IS_CONDITIONAL:
            raise InvalidInput(
                f"labels is {', '.join(self.labels)}; {self.MODEL} takes no labels, as acgan and "
                "r3gan do"
            )


@dataclass(frozen=True, kw_only=True)
class ConditionalDataOptions(LabelledDataOptions):
    """Images with labels that the generator takes."""

    IS_OF_MODEL: ClassVar[bool] = False
    IS_CONDITIONAL: ClassVar[bool] = True
    NEEDS_LABELS: ClassVar[bool] = True

    label_rule: Literal["exactly-one", "first"] = option(
        "exactly-one",
        "Train on images with exactly one value of each label, or take the first. Only acgan and "
        "r3gan can do with a missing label.",
        kinds_of_data=_NOT_DRAWN,
    )
    min_per_class: int = option(
        1,
        "Leave out the images of values that fewer images have.",
        at_least=1,
        kinds_of_data=_NOT_DRAWN,
    )


def label_rule_option(default: Literal["exactly-one", "any"]) -> Any:
    """The field `label_rule` of a model for which a label may be missing."""
    return option(
        default,
        "Train on images with exactly one value of each label, take the first, or take any image: "
        "a label without exactly one value is then missing, and adds no loss.",
        kinds_of_data=_NOT_DRAWN,
    )


@dataclass(frozen=True, kw_only=True)
class MirrorOptions(DataOptions):
    """Real images in both directions."""

    mirror: bool = option(False, "Mirror half of the real images, which samples then are, too.")


@dataclass(frozen=True, kw_only=True)
class AugmentationOptions(DataOptions):
    """Changes that the discriminator sees."""

    AUGMENTATIONS: ClassVar[tuple[str, ...]] = ("colour", "shift", "cutout")

    augment: tuple[str, ...] = option(
        (),
        "Change real and generated images alike before the discriminator sees them, by "
        f"{', '.join(AUGMENTATIONS)}; samples stay as they are.",
    )
    augment_colour_anyway: bool = option(
        False,
        "Augment by colour although the images have labels, which it may make untrue.",
        only_with="augment",
    )
    augment_probability: float | Literal["ada"] = option(
        0.3,
        "Probability of each of these changes, for each image; ada: as much as keeps the "
        "discriminator from being too sure of real images.",
        at_least=0,
        at_most=1,
        only_with="augment",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.augment:
            if name not in self.AUGMENTATIONS:
                raise unknown("augment", name, self.AUGMENTATIONS)


@dataclass(frozen=True, kw_only=True)
class LearningRateOptions(Options):
    """Learning rates of the two players."""

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
class AveragingOptions(Options):
    """The seed, and the average of the generator's weights."""

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
    seed: int = option(0, "Seed of everything random.", at_least=0, below=2**32)

    @property
    def averages(self) -> bool:
        """Whether samples and export use an average of the generator's weights."""
        return bool(self.ema or self.ema_half_life)


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(AveragingOptions):
    """How a model trains."""

    IS_OF_MODEL: ClassVar[bool] = False
    PANEL: ClassVar[str] = "Training"

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

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.deterministic and self.jit:
            raise InvalidInput("jit is on; with deterministic it must be off")


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
        "Write a checkpoint after this many minutes without one, too; 0, or several machines: at "
        "regular steps only.",
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


@dataclass(frozen=True, kw_only=True)
class EvaluationOptions(LoggingOptions):
    """Evaluation while a model trains."""

    IS_OF_MODEL: ClassVar[bool] = False
    evaluate_every: int = option(
        0,
        "Steps between evaluations on a small sample, a multiple of log-every; 0: none. The best "
        "checkpoint is kept as 'best'.",
        at_least=0,
    )
    best_metric: Literal[metrics.UNCONDITIONAL] = option(
        "frechet_distance", "Metric that selects the best checkpoint.", only_with="evaluate_every"
    )

    @property
    def is_evaluated(self) -> bool:
        return self.evaluate_every > 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.evaluate_every % self.log_every:
            raise InvalidInput(
                f"evaluate-every is {self.evaluate_every}; it must be a multiple of log-every "
                f"{self.log_every}"
            )
