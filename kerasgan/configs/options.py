"""Dataclass fields that are command-line options, with their help, limits and panel."""

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from inspect import get_annotations
from typing import Any, ClassVar, Literal, Self, get_args, get_origin, get_type_hints

from kerasgan.utils.errors import InvalidInput


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
    convert: Callable[[Any], Any] | None = None,
    only_with: str | None = None,
    kinds_of_data: tuple[str, ...] = (),
) -> Any:
    """A dataclass field that becomes a command-line option.

    Args:
        default: the one place where this default is stated.
        help: what the option does, for `--help`.
        at_least, above, below, at_most: limits of the number, or of each number of a tuple.
        multiple_of: what the number must be a multiple of.
        parts: the names of a tuple's parts, as `--help` shows them.
        convert: a function of the value; returns the one to store, or raises `InvalidInput`.
        only_with: the field without which this one changes nothing.
        kinds_of_data: kinds of data that the option is for. Default: all.
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
        metadata={
            "help": help,
            "limits": limits,
            "parts": parts,
            "convert": convert,
            "only_with": only_with,
            "kinds_of_data": kinds_of_data,
        },
    )


def option_name(field: str) -> str:
    """Command-line name of a field: `image_size` is `image-size`."""
    return field.replace("_", "-")


# The largest whole number that a float holds exactly.
_LARGEST = 2**53
_WITHIN = {
    "at least": lambda value, limit: value >= limit,
    "above": lambda value, limit: value > limit,
    "below": lambda value, limit: value < limit,
    "at most": lambda value, limit: value <= limit,
    "a multiple of": lambda value, limit: value % limit == 0,
}


def panel(config: type["Options"], field: str) -> str:
    """Title of an option's panel in `--help`: that of the first class that declares the field."""
    return _declarer(config, field).PANEL


def is_of_model(config: type["Options"], field: str) -> bool:
    """Whether a field is an option of the model, by the first class that declares it."""
    return vars(_declarer(config, field)).get("IS_OF_MODEL", True)


@functools.cache
def _declarer(config: type["Options"], field: str) -> type["Options"]:
    return [kind for kind in config.__mro__ if field in get_annotations(kind)][-1]


@functools.cache
def type_hints(config: type["Options"]) -> dict[str, Any]:
    """The types of all fields of a class of options."""
    return get_type_hints(config)


def words(kind: Any) -> tuple:
    """The values of a `Literal`, or of the one in a union such as `float | Literal["ada"]`."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(word for part in get_args(kind) for word in words(part))


@dataclass(frozen=True, kw_only=True)
class Options:
    """A group of options, checked when they are set.

    PANEL is the title of the group in `--help`. IS_OF_MODEL is whether the options that the class
    itself declares belong to the model, rather than to a run: its data, devices and records.
    """

    PANEL: ClassVar[str] = "Model"
    IS_OF_MODEL: ClassVar[bool] = True

    def __post_init__(self) -> None:
        types = type_hints(type(self))
        for field in dataclasses.fields(self):
            name, value = option_name(field.name), getattr(self, field.name)
            if convert := field.metadata["convert"]:
                value = convert(value)
                object.__setattr__(self, field.name, value)
            allowed = words(types[field.name])
            is_choice = get_origin(types[field.name]) is Literal
            if allowed and value not in allowed and (is_choice or isinstance(value, str)):
                listed = ", ".join(map(str, allowed if is_choice else ("a number", *allowed)))
                raise InvalidInput(f"{name} is {value!r}; allowed: {listed}")
            for number in value if isinstance(value, tuple) else (value,):
                if isinstance(number, int | float):
                    _check_limits(name, number, field.metadata["limits"])

    def with_options(self, **options: Any) -> Self:
        """A copy with other options; those that follow from one of them follow it again."""
        return dataclasses.replace(self, **options)


def _check_limits(name: str, number: Any, limits: dict[str, float]) -> None:
    if number == float("inf"):
        raise InvalidInput(f"{name} is {number}; it must be finite")
    for limit_name, limit in limits.items():
        # Written so that NaN, which compares false to everything, is refused.
        if not _WITHIN[limit_name](number, limit):
            raise InvalidInput(f"{name} is {number}; it must be {limit_name} {limit}")
    if isinstance(number, int) and number > _LARGEST:
        raise InvalidInput(f"{name} is {number}; it must be at most {_LARGEST}")
