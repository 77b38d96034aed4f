"""Names of labels, and labels as text."""

import re
from collections.abc import Iterable, Mapping

from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.printing import printable

# Names of networks' inputs and layers, and of columns in metrics.csv, and beginnings of some.
_RESERVED = {
    "all", "combination", "condition", "copies", "critic_gradient", "fake", "flatten", "fool",
    "gradient_norm", "joint", "loss", "mismatch", "mix", "noise", "penalty", "plane", "project",
    "r1", "r2", "real", "reconstruction", "relativistic", "reshape", "seed", "source",
    "wasserstein",
}  # fmt: skip
_RESERVED_BEGINNINGS = ("accuracy", "distance", "image", "score")


def identifier(name: str) -> str:
    """A label's name from the name of a column: other characters become underscores."""
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")


def check_names(names: Iterable[str]) -> None:
    """Check the names of labels.

    Raises:
        InvalidInput: if one is no identifier, is used elsewhere, or occurs twice.
    """
    seen = set()
    for name in names:
        is_reserved = name.lower() in _RESERVED or name.lower().startswith(_RESERVED_BEGINNINGS)
        if not name or identifier(name) != name or is_reserved:
            raise InvalidInput(
                f"a label cannot be named {printable(name)!r}; allowed: letters, digits and single "
                f"underscores, but not {', '.join(sorted(_RESERVED))}, or a name that begins with "
                f"{', '.join(_RESERVED_BEGINNINGS)}"
            )
        if name.lower() in seen:
            raise InvalidInput(f"two labels are named {name!r}; rename one of their columns")
        seen.add(name.lower())


def format_values(values: Mapping[str, str]) -> str:
    """Labels as text: `breed=tabby, coat=short`."""
    return ", ".join(f"{name}={value}" for name, value in values.items()) or "no label"


def parse_values(texts: Iterable[str]) -> dict[str, str]:
    """{name: value} of texts such as `breed=tabby`.

    Raises:
        InvalidInput: if a text has another form, or a label is given twice.
    """
    values: dict[str, str] = {}
    seen = set()
    for text in texts:
        name, equals, value = text.partition("=")
        name, value = name.strip(), value.strip()
        if not (name and equals and value):
            raise InvalidInput(f"a label must be given as NAME=VALUE, got {text!r}")
        if (key := identifier(name).lower()) in seen:
            raise InvalidInput(f"the label {name} must be given once, got {text!r} too")
        seen.add(key)
        values[name] = value
    return values
