"""A label of images and its values."""

import keyword
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

from kerasgan.utils.errors import InvalidInput, unknown
from kerasgan.utils.printing import printable

# Values of a binary label, in the order of its vectors.
BINARY = ("no", "yes")
MISSING = -1
_SPELLINGS = {"0": "no", "false": "no", "-1": "no", "1": "yes", "true": "yes"}


class Label(NamedTuple):
    """A label of which every image has one value, or none where it is missing.

    Attributes:
        name: letters, digits and underscores; names the label in networks, logs and options.
        values: at least one, in the order of the label's one-hot vector. A binary label, which an
            image has or lacks, has the values of `BINARY`.
    """

    name: str
    values: tuple[str, ...]

    @classmethod
    def of(cls, name: str, values: int | Sequence[str]) -> Self:
        """A label with these values, or with the values "0", "1", ... of their number.

        Raises:
            InvalidInput: if there are no values, equal ones, or others than texts.
        """
        texts = list(map(str, range(values))) if isinstance(values, int) else values
        if not _are_values(texts):
            raise InvalidInput(
                f"the label {name} must have different texts as values, or a number of values "
                f"above 0; got {printable(repr(values), 60)}"
            )
        return cls(name, tuple(texts))

    @classmethod
    def from_json(cls, fields: Any) -> Self:
        """The label of the fields name and values.

        Raises:
            ValueError: if the fields or their types are impossible.
        """
        if (
            not isinstance(fields, dict)
            or fields.keys() != set(cls._fields)
            or not isinstance(fields["name"], str)
            or not _are_values(fields["values"])
        ):
            raise ValueError(
                f"a label must have a name and different values, got {printable(fields)}"
            )
        return cls(fields["name"], tuple(fields["values"]))

    @property
    def is_binary(self) -> bool:
        """Whether an image has the label or lacks it."""
        return self.values == BINARY

    @property
    def argument(self) -> str:
        """The label's name as an input of an exported model: `class_`, `label_5_years`."""
        name = self.name.lower()
        if keyword.iskeyword(name):
            return f"{name}_"
        return name if name.isidentifier() else f"label_{name}"

    def index_of(self, value: str) -> int:
        """Index of a value; upper and lower case need not match where that is unambiguous.

        Raises:
            InvalidInput: if the label has no such value; names the near ones.
        """
        # A number of classes, as in labels={"digit": 10}, names them "0", "1", ...
        value = " ".join(str(value).split())
        if self.is_binary:
            value = _SPELLINGS.get(value.lower(), value)
        for known in (self.values, [other.lower() for other in self.values]):
            wanted = value if known is self.values else value.lower()
            if known.count(wanted) == 1:
                return known.index(wanted)
        raise unknown(f"{self.name} value", value, self.values)

    def caption(self, index: int) -> str:
        """A value as a caption: the value, or `name` and `no name` of a binary label."""
        if self.is_binary:
            return self.name if index else f"no {self.name}"
        return self.values[index]


def _are_values(values: Any) -> bool:
    """Whether these are different texts, at least one."""
    return (
        isinstance(values, list | tuple)
        and len(values) > 0
        and all(isinstance(value, str) for value in values)
        and len(set(values)) == len(values)
    )
