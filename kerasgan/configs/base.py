"""What every model's config has, and how a field states its help and its limits."""

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, get_args, get_origin, get_type_hints

from kerasgan import metrics
from kerasgan.configs.checking import check_types
from kerasgan.utils.errors import InvalidInput, unknown


def option(
    default: Any,
    help: str,
    *,
    at_least: float | None = None,
    above: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
    multiple_of: float | None = None,
    parts: str | None = None,
    added: bool = False,
) -> Any:
    """A dataclass field that becomes a command-line option.

    Args:
        default: the one place where this default is stated.
        help: what the option does, for `--help`.
        at_least, above, below, at_most: limits of the number, or of each number of a tuple.
        multiple_of: what the number must be a multiple of.
        parts: the names of a tuple's parts, as `--help` shows them.
        added: whether there are runs from before there was this option. They did what its default
            does, and their config.json lacks it.
    """
    limits = {
        "at least": at_least,
        "above": above,
        "below": below,
        "at most": at_most,
        "a multiple of": multiple_of,
    }
    limits = {name: limit for name, limit in limits.items() if limit is not None}
    return dataclasses.field(
        default=default,
        metadata={"help": help, "limits": limits, "parts": parts, "added": added},
    )


def option_name(field: str) -> str:
    """The command-line name of a field: `image_size` is `image-size`."""
    return field.replace("_", "-")


_WITHIN = {
    "at least": lambda value, limit: value >= limit,
    "above": lambda value, limit: value > limit,
    "below": lambda value, limit: value < limit,
    "at most": lambda value, limit: value <= limit,
    "a multiple of": lambda value, limit: value % limit == 0,
}


@dataclass(frozen=True, kw_only=True)
class Config:
    """The options that every model has. Impossible values are refused when it is made.

    CONDITION is what an image is made of beside noise: nothing, its colours, a pair of colours
    that occurs, another image and the labels that it shall have, or an image of another domain.
    """

    MODEL: ClassVar[str]
    CONDITION: ClassVar[Literal["nothing", "colours", "pair", "labels", "domain"]]
    PRESETS: ClassVar[dict[str, dict[str, Any]]]
    # Every replica's part of a batch is a multiple of this.
    GROUP: ClassVar[int] = 1

    data: str = option(
        "avatars", "'avatars' (drawn faces), a folder of images, a label file, or tfds:NAME."
    )
    avatars: int = option(8000, "How many avatars to train on.", at_least=1)
    val_fraction: float = option(
        0.1, "Share of the images that is held out from training.", at_least=0, below=1
    )
    fit: Literal["crop", "pad"] = option(
        "crop", "Make images square: cut the centre out, or add white."
    )
    follow_links: bool = option(False, "Follow symbolic links inside the data folder.")
    strict: bool = option(False, "Refuse data with anything wrong, rather than leave that out.")
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
        added=True,
    )
    seed: int = option(0, "Seed of everything random.", at_least=0, below=2**32)
    deterministic: bool = option(
        False, "Same bytes on every run (slower on some devices); implies --no-jit."
    )
    precision: Literal["float32", "bfloat16", "float16", "auto"] = option(
        "float32",
        "What the networks compute in; auto: bfloat16 where this machine multiplies it faster.",
    )
    jit: bool | None = option(None, "Compile steps with XLA.  [default: on a GPU only]")
    strategy: Literal["none", "mirrored", "multi-worker"] = option(
        "none",
        "Train on one device, on all of this machine, or on the machines that TF_CONFIG names.",
    )
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
        added=True,
    )
    keep: int = option(3, "How many checkpoints to keep.", at_least=1)
    stop_on_failure: bool = option(
        False, "End the run at a sign of failure that it will not recover from."
    )
    tensorboard: bool = option(
        False,
        "Write metrics and sample sheets for TensorBoard, too; to view them, pip install "
        "tensorboard.",
        added=True,
    )

    def __post_init__(self) -> None:
        kinds = get_type_hints(type(self))
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            name = option_name(field.name)
            if get_origin(kinds[field.name]) is Literal:
                allowed = get_args(kinds[field.name])
                if value not in allowed:
                    raise InvalidInput(
                        f"{name} is {value!r}; allowed: {', '.join(map(str, allowed))}"
                    )
            for number in value if isinstance(value, tuple) else (value,):
                for limit_name, limit in field.metadata["limits"].items():
                    # Written so that NaN, which compares false to everything, is refused.
                    if not _WITHIN[limit_name](number, limit):
                        raise InvalidInput(f"{name} is {number}; it must be {limit_name} {limit}")
                if number == float("inf"):
                    raise InvalidInput(f"{name} is {number}; it must be finite")
        if self.deterministic and self.jit:
            raise InvalidInput("jit is on; with deterministic it must be off")

    @classmethod
    def default_preset(cls) -> str:
        """Name of the preset without options: the model's defaults."""
        return next(iter(cls.PRESETS))

    @property
    def averages(self) -> bool:
        """Whether samples and export use an average of the generator's weights."""
        return bool(self.ema or self.ema_half_life)

    @property
    def cpu_hours(self) -> float:
        """Rough duration on two CPU cores with AVX512, in hours; 0 where nobody has measured it."""
        return 0.0

    @classmethod
    def from_preset(cls, preset: str, **options: Any) -> Self:
        """The config where `options` beat the preset and the preset the defaults."""
        if preset not in cls.PRESETS:
            raise unknown("preset", preset, cls.PRESETS)
        return cls(**{**cls.PRESETS[preset], **options})

    @classmethod
    def completed(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields of a run, from before some options were added too, with these."""
        added = (field for field in dataclasses.fields(cls) if field.metadata["added"])
        return {**{field.name: field.default for field in added}, **fields}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """The config that `dataclasses.asdict` and JSON made `fields` of.

        Raises:
            InvalidInput: if a field is missing or unknown, or its type or value is impossible.
        """
        fields = cls.completed(fields)
        names = {field.name for field in dataclasses.fields(cls)}
        if wrong := names ^ fields.keys():
            raise InvalidInput(f"missing or unknown fields: {', '.join(sorted(wrong))}")
        check_types(get_type_hints(cls), fields)
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()})


@dataclass(frozen=True, kw_only=True)
class LabelledConfig(Config):
    """The options of every model whose images may have labels."""

    layout: Literal[
        "auto",
        "course-2018",
        "course-2017",
        "table",
        "celeba",
        "domains",
        "class-folders",
        "images",
    ] = option("auto", "The layout of the data, where it is not the one that is recognised.")
    exclude_tag: tuple[str, ...] = option((), "Leave out images with one of these tags.")
    require_tag: tuple[str, ...] = option((), "Leave out images without all of these tags.")
    attributes: tuple[str, ...] = option(
        (), "The columns, or tfds features, that give tags; all of them without this."
    )


@dataclass(frozen=True, kw_only=True)
class ColourConfig(LabelledConfig):
    """The options of every model that is conditioned on colours."""

    colours: Literal["exactly-one", "first"] = option(
        "exactly-one", "Train on images with exactly one hair and eye colour, or take the first."
    )
    min_per_class: int = option(
        1, "Leave out hair and eye colours that fewer images have.", at_least=1
    )


@dataclass(frozen=True, kw_only=True)
class BatchNormConfig(Config):
    """The options of every model whose networks have BatchNorm."""

    sync_batch_norm: bool = option(
        False, "With a strategy: normalise by the whole batch, not by each device's part."
    )


@dataclass(frozen=True, kw_only=True)
class AugmentationConfig(Config):
    """The options of every model whose discriminator may see changed images."""

    AUGMENTATIONS: ClassVar[tuple[str, ...]] = ("shift", "cutout")

    mirror: bool = option(False, "Mirror half of the real images, which samples then are, too.")
    augment: tuple[str, ...] = option(
        (),
        "Change real and generated images alike before the discriminator sees them, by "
        f"{' and '.join(AUGMENTATIONS)}; samples stay as they are.",
    )
    augment_probability: float = option(
        0.3, "Probability of each of these changes, for each image.", at_least=0, at_most=1
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.augment:
            if name not in self.AUGMENTATIONS:
                raise unknown("augment", name, self.AUGMENTATIONS)


@dataclass(frozen=True, kw_only=True)
class NoiseConfig(AugmentationConfig, BatchNormConfig, LabelledConfig):
    """The options of every model that makes images out of noise."""

    width: float = option(1.0, "Factor on every layer's number of filters.", above=0)
    latent_dim: int = option(100, "Length of the noise vector.", at_least=1)
    sigma: float = option(1.0, "Standard deviation of the noise.", at_least=0)
    batch_size: int = option(64, "Images per update.", at_least=2)
    evaluate_every: int = option(
        0,
        "Steps between evaluations on a small sample, a multiple of log-every; 0: none. The best "
        "checkpoint is kept as 'best'.",
        at_least=0,
    )
    best_metric: Literal[metrics.UNCONDITIONAL] = option(
        "frechet_distance", "Metric that selects the best checkpoint."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.evaluate_every % self.log_every:
            raise InvalidInput(
                f"evaluate-every is {self.evaluate_every}; it must be a multiple of log-every "
                f"{self.log_every}"
            )


@dataclass(frozen=True, kw_only=True)
class ConditionalConfig(ColourConfig, NoiseConfig):
    """The options of every model that makes images out of noise and colours."""

    best_metric: Literal[metrics.CONDITIONAL] = option(
        "frechet_distance", "Metric that selects the best checkpoint."
    )
