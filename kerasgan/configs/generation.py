"""Options of the models that generate images from noise."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from kerasgan import metrics
from kerasgan.configs.base import Config
from kerasgan.configs.data_options import (
    AugmentationOptions,
    ConditionalDataOptions,
    LabelledDataOptions,
    MirrorOptions,
)
from kerasgan.configs.groups import BatchNormOptions, LoggingOptions
from kerasgan.configs.options import option
from kerasgan.utils.errors import InvalidInput

# Beyond it, noise is infinite in float32 or half of it: the images have no content.
LARGEST_SIGMA = 1e3


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
    count_faces: str = option(
        "",
        "OpenCV's file: count the faces that its cascade finds in generated images, about every "
        "sample-every steps; needs the extra 'faces'.",
        convert=lambda file: file and str(Path(file).absolute()),
    )
    # The metrics are listed once.
    best_metric: Literal[metrics.UNCONDITIONAL] = option(  # pyright: ignore[reportInvalidTypeForm]
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


@dataclass(frozen=True, kw_only=True)
class GenerationConfig(
    MirrorOptions,
    AugmentationOptions,
    LabelledDataOptions,
    BatchNormOptions,
    EvaluationOptions,
    Config,
):
    """Options of every model that generates images from noise."""

    TASK: ClassVar[str] = "kerasgan.tasks.generation:Generation"

    width: float = option(1.0, "Factor on every layer's number of filters.", above=0)
    latent_dim: int = option(100, "Length of the noise vector.", at_least=1)
    sigma: float = option(
        1.0, "Standard deviation of the noise.", at_least=0, at_most=LARGEST_SIGMA
    )
    batch_size: int = option(64, "Images per update.", at_least=2)


@dataclass(frozen=True, kw_only=True)
class ConditionalConfig(ConditionalDataOptions, GenerationConfig):
    """Options of every model that generates images from noise and labels."""

    best_metric: Literal[metrics.CONDITIONAL] = option(  # pyright: ignore[reportInvalidTypeForm]
        "frechet_distance", "Metric that selects the best checkpoint.", only_with="evaluate_every"
    )
