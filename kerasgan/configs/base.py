"""The configuration of every model."""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from kerasgan.configs.checking import check_types
from kerasgan.configs.data_options import DataOptions
from kerasgan.configs.groups import (
    LearningRateOptions,
    LoggingOptions,
    TrainingOptions,
    length,
)
from kerasgan.configs.options import is_of_model, option_name, type_hints
from kerasgan.utils.errors import InvalidInput, unknown

# Values of options by which nothing happens, so that others do not matter.
_OFF = ((), 0, "", "none", "constant")


@dataclass(frozen=True, kw_only=True)
class Config(DataOptions, LearningRateOptions, TrainingOptions, LoggingOptions):
    """A model's options, which have their defaults here and nowhere else.

    MODEL is the model's name. MODEL_CLASS and TASK are paths `module:class` of the model and of
    its task, see `kerasgan.tasks`; importing them imports TensorFlow. PRESETS are named sets of
    values; the first is that of a run without `--preset`. Each replica's part of a batch is a
    multiple of GROUP.
    """

    PANEL: ClassVar[str] = "Model"
    MODEL: ClassVar[str]
    MODEL_CLASS: ClassVar[str]
    TASK: ClassVar[str]
    PRESETS: ClassVar[dict[str, dict[str, Any]]]
    GROUP: ClassVar[int] = 1

    if TYPE_CHECKING:
        # Further options of a kind of model, which only code for that kind reads.
        def __getattr__(self, name: str) -> Any: ...

    @classmethod
    def default_preset(cls) -> str:
        """Name of the preset of a run without `--preset`."""
        return next(iter(cls.PRESETS))

    @classmethod
    def known_preset(cls, name: Any) -> str:
        """The preset that a config.json names; the default one if there is none of this name."""
        return name if name in list(cls.PRESETS) else cls.default_preset()

    def loss_factors(self, labels: Collection[str]) -> dict[str, float]:
        """Factors in the adversarial and class losses of metrics.csv, {column: factor}.

        Columns that are not listed have none.

        Args:
            labels: names of the labels.
        """
        return {}

    @classmethod
    def from_preset(cls, preset: str, **options: Any) -> Self:
        """The config where `options` beat the preset and the preset the defaults."""
        if preset not in cls.PRESETS:
            raise unknown("preset", preset, cls.PRESETS)
        return cls(**{**cls.PRESETS[preset], **length(options)})

    def changes_from(self, preset: str) -> dict[str, Any]:
        """The options that differ from a preset's, {field: value of the preset}.

        What follows from others is no change: steps from epochs, precision from `auto`.
        """
        # With the same steps, options derived from them do not differ.
        base = dataclasses.asdict(type(self).from_preset(preset, steps=self.steps))
        planned = type(self).from_preset(preset)
        # The steps of epochs follow from the number of images.
        base["steps"] = self.steps if self.epochs else planned.steps
        base["epochs"] = planned.epochs if self.epochs else 0
        if base["precision"] == "auto":
            # `auto` is already resolved in the config, so this is not a choice of the user.
            base["precision"] = self.precision
        return {name: value for name, value in base.items() if value != getattr(self, name)}

    def check_applicable(self, given: Collection[str]) -> None:
        """Raise InvalidInput if one of the given options changes nothing in this config."""
        if {"steps", "epochs"} <= {*given}:
            raise InvalidInput("steps and epochs exclude one another")
        for field in dataclasses.fields(self):
            name, kinds = option_name(field.name), field.metadata["kinds_of_data"]
            if field.name not in given:
                continue
            if kinds and self.kind_of_data not in kinds:
                raise InvalidInput(
                    f"{name} does not apply to {self.kind_of_data}; it is for {' and '.join(kinds)}"
                )
            needed = field.metadata["only_with"]
            if needed and getattr(self, needed) in _OFF:
                value = getattr(self, needed) or "not given"
                raise InvalidInput(f"{name} does not apply: {option_name(needed)} is {value}")

    @classmethod
    def checked(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Options from Python, with lists as tuples.

        Raises:
            InvalidInput: if an option is unknown, or its type impossible.
        """
        names = [field.name for field in dataclasses.fields(cls)]
        for name in options:
            if name not in names:
                raise unknown(f"option of {cls.MODEL}", name, names)
        options = {k: str(v) if isinstance(v, Path) else v for k, v in options.items()}
        check_types(type_hints(cls), options)
        return {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}

    @classmethod
    def model_fields(cls) -> list[str]:
        """Names of the options of the model itself, rather than of a run."""
        return [f.name for f in dataclasses.fields(cls) if is_of_model(cls, f.name)]

    @classmethod
    def of_model(cls, options: dict[str, Any]) -> Self:
        """The config with these options of the model, and the defaults of all others.

        Raises:
            InvalidInput: if an option is unknown or its value impossible.
        """
        for name in options:
            if name not in cls.model_fields():
                raise unknown(f"option of {cls.MODEL}", name, cls.model_fields())
        return cls(**cls.checked(options))

    @classmethod
    def model_preset(cls, preset: str) -> dict[str, Any]:
        """Options of the model in a preset."""
        if preset not in cls.PRESETS:
            raise unknown("preset", preset, cls.PRESETS)
        return {k: v for k, v in cls.PRESETS[preset].items() if k in cls.model_fields()}

    def model_options(self) -> dict[str, Any]:
        """The options of the model as JSON types."""
        values = {name: getattr(self, name) for name in self.model_fields()}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """The config that `dataclasses.asdict` and JSON made `fields` of.

        Raises:
            InvalidInput: if a field is missing or unknown, or its type or value is impossible.
        """
        names = {field.name for field in dataclasses.fields(cls)}
        if wrong := names ^ fields.keys():
            raise InvalidInput(f"missing or unknown fields: {', '.join(sorted(wrong))}")
        check_types(type_hints(cls), fields)
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in fields.items()
        }
        return cls(**values)
