"""The types that fields of a config have in JSON."""

from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.printing import printable

# With a Literal, | makes the second.
_UNIONS = (UnionType, Union)
_NAMES = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    tuple[int, int]: "a list of height and width",
}


def check_types(kinds: dict[str, Any], fields: dict[str, Any]) -> None:
    """Refuse fields whose JSON value has another type than the config's.

    Args:
        kinds: the types of the config, {field: type}; tuples are lists in JSON.

    Raises:
        InvalidInput: naming the field, its value and what is allowed.
    """
    for name, value in fields.items():
        if not _fits(value, kinds[name]):
            raise InvalidInput(
                f"{name} is {printable(repr(value), 60)}; allowed: {_named(kinds[name])}"
            )


def _fits(value: Any, kind: Any) -> bool:
    parts = get_args(kind)
    if get_origin(kind) is Literal:
        # 32.0 equals 32, and true equals 1.
        return any(type(value) is type(part) and value == part for part in parts)
    if get_origin(kind) in _UNIONS:
        return any(_fits(value, part) for part in parts)
    if get_origin(kind) is tuple:
        if not isinstance(value, list | tuple):
            return False
        of_items = parts[:1] * len(value) if parts[-1] is ... else parts
        return len(value) == len(of_items) and all(map(_fits, value, of_items))
    return type(value) is kind or (kind is float and type(value) is int)


def _named(kind: Any) -> str:
    if kind in _NAMES:
        return _NAMES[kind]
    parts = get_args(kind)
    if get_origin(kind) is Literal:
        return ", ".join(map(str, parts))
    if get_origin(kind) in _UNIONS:
        return " or ".join(map(_named, parts))
    if get_origin(kind) is tuple:
        count = "" if parts[-1] is ... else f"{len(parts)} of "
        return f"a list of {count}{_named(parts[0])}"
    return "null"
