"""The labels of a data set and the combinations of values that occur."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice, product
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from kerasgan.labels.label import MISSING, Label
from kerasgan.labels.names import check_names, format_values, identifier
from kerasgan.utils.errors import InvalidInput, unknown
from kerasgan.utils.printing import printable

# NumPy is imported where it is used, since commands that only list runs do without it.
if TYPE_CHECKING:
    import numpy as np

# A data set with more combinations keeps the first ones.
MAX_COMBINATIONS = 10_000


class LabelSchema(NamedTuple):
    """The labels of a data set, in order.

    Labels of n images are an int array [n, L] of indices into each label's values, `MISSING` where
    an image has no value.

    Attributes:
        labels: L labels.
        combinations: [L] indices each, of the images without a missing label, in order of first
            appearance; at most MAX_COMBINATIONS.

    Examples:
        >>> schema = LabelSchema.of({"breed": ("siamese", "tabby"), "indoors": BINARY})
        >>> schema.sizes
        {'breed': 2, 'indoors': 2}
        >>> schema.indices({"breed": "Tabby"})
        (1, -1)
    """

    labels: tuple[Label, ...] = ()
    combinations: tuple[tuple[int, ...], ...] = ()

    @classmethod
    def of(
        cls,
        labels: Mapping[str, int | Sequence[str]],
        combinations: Sequence[Sequence[str]] | None = None,
    ) -> Self:
        """A schema of {name: values}, or {name: number of values} for the values "0", "1", ...

        Args:
            combinations: values of every label each. Default: all combinations, or the first
                MAX_COMBINATIONS.

        Raises:
            InvalidInput: if a name cannot be a label's, or there are no or equal values.
        """
        check_names(labels)
        schema = cls(tuple(Label.of(name, given) for name, given in labels.items()))
        if combinations is None:
            sizes = schema.sizes.values()
            first = islice(product(*map(range, sizes)), MAX_COMBINATIONS if labels else 0)
            return schema._replace(combinations=tuple(first))
        values = (dict(zip(labels, each, strict=True)) for each in combinations)
        return schema._replace(combinations=tuple(map(schema.indices, values)))

    @classmethod
    def of_images(cls, labels: Sequence[Label], indices: np.ndarray) -> Self:
        """The schema of n images with these labels, int [n, L]."""
        if not labels:
            return cls()
        complete = indices[(indices != MISSING).all(axis=1)]
        first = dict.fromkeys(map(tuple, complete.tolist()))
        return cls(tuple(labels), tuple(first)[:MAX_COMBINATIONS])

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """The schema that `to_json` and JSON made `fields` of.

        Raises:
            ValueError: if the fields, their types or an index are impossible.
        """
        if fields.keys() != {"labels", "combinations"}:
            raise ValueError(
                "the labels must have the fields labels, combinations; got "
                f"{printable(', '.join(fields))}"
            )
        labels = tuple(map(Label.from_json, fields["labels"]))
        check_names([label.name for label in labels])
        sizes = [len(label.values) for label in labels]
        for indices in fields["combinations"]:
            if len(indices) != len(sizes) or not all(
                type(index) is int and 0 <= index < size
                for index, size in zip(indices, sizes, strict=True)
            ):
                raise ValueError(
                    f"a combination must have an index of each of {len(sizes)} labels, got "
                    f"{printable(indices, 60)}"
                )
        return cls(labels, tuple(map(tuple, fields["combinations"])))

    def to_json(self) -> dict[str, list]:
        """The fields for JSON."""
        return {
            "labels": [{"name": name, "values": list(values)} for name, values in self.labels],
            "combinations": [list(indices) for indices in self.combinations],
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the labels."""
        return tuple(label.name for label in self.labels)

    @property
    def sizes(self) -> dict[str, int]:
        """Length of each label's one-hot vector, {name: K}."""
        return {label.name: len(label.values) for label in self.labels}

    def label(self, name: str) -> Label:
        """The label with this name, in upper or lower case.

        Raises:
            InvalidInput: if there is none; names the near ones.
        """
        wanted = identifier(name).lower()
        for label in self.labels:
            if label.name.lower() == wanted:
                return label
        raise unknown("label", name, self.names or ("none",))

    def choice(self, values: Mapping[str, str]) -> dict[str, int]:
        """Indices of the named labels' values, {name: index}, from {name: value}.

        Raises:
            InvalidInput: if a label or a value is unknown.
        """
        chosen = {self.label(name): value for name, value in values.items()}
        return {label.name: label.index_of(value) for label, value in chosen.items()}

    def indices(self, values: Mapping[str, str]) -> tuple[int, ...]:
        """Indices [L] of an image's labels, `MISSING` for those that are not named.

        Raises:
            InvalidInput: if a label or a value is unknown.
        """
        chosen = self.choice(values)
        return tuple(chosen.get(name, MISSING) for name in self.names)

    def values(self, indices: Sequence[int]) -> dict[str, str]:
        """{name: value} of an image's labels without the missing ones."""
        return {
            label.name: label.values[index]
            for label, index in zip(self.labels, indices, strict=True)
            if index != MISSING
        }

    def captions(self, indices: Sequence[int]) -> list[str]:
        """Captions of an image's labels without the missing ones."""
        return [
            label.caption(index)
            for label, index in zip(self.labels, indices, strict=True)
            if index != MISSING
        ]

    def one_hots(self, indices: np.ndarray) -> dict[str, np.ndarray]:
        """Encode labels, int [..., L], as {name: float32 [..., K]}; zeros where one is missing."""
        import numpy as np

        return {
            name: (indices[..., column, None] == np.arange(size)).astype("float32")
            for column, (name, size) in enumerate(self.sizes.items())
        }

    def translated(
        self, indices: np.ndarray, other: LabelSchema, is_strict: bool = True
    ) -> np.ndarray:
        """Indices of the same labels and values in another schema, int [n, L of the other].

        Args:
            is_strict: whether to raise an error; else what the other schema lacks, and a label that
                it has more, is missing.

        Raises:
            InvalidInput: if the other lacks a value of these images, or this a label of the other.
        """
        import numpy as np

        columns = []
        known = {label.name.lower() for label in self.labels}
        for label in other.labels:
            if not is_strict and label.name.lower() not in known:
                columns.append(np.full(len(indices), MISSING))
                continue
            own = self.label(label.name)
            used = indices[:, self.names.index(own.name)]
            index_of = {value: index for index, value in enumerate(label.values)}
            lacking = {own.values[index] for index in set(used.tolist()) - {MISSING}} - set(
                index_of
            )
            if lacking and is_strict:
                raise unknown(f"{label.name} value", sorted(lacking)[0], label.values)
            table = [index_of.get(value, MISSING) for value in own.values]
            columns.append(np.array([*table, MISSING])[used])
        return np.stack(columns, axis=1) if columns else np.empty((len(indices), 0), np.int64)

    def matching(self, choice: Mapping[str, int]) -> list[tuple[int, ...]]:
        """Combinations in the data with these indices of labels, {name: index}."""
        wanted = [(self.names.index(name), index) for name, index in choice.items()]
        return [each for each in self.combinations if all(each[at] == i for at, i in wanted)]

    def combination_index(self, indices: Sequence[int]) -> int:
        """Index of a combination in `combinations`.

        Raises:
            InvalidInput: if no image has it; lists the combinations that differ in one label.
        """
        wanted = tuple(indices)
        if wanted in self.combinations:
            return self.combinations.index(wanted)
        near = [
            format_values(self.values(other))
            for other in self.combinations
            if sum(a != b for a, b in zip(other, wanted, strict=True)) <= 1
        ]
        raise InvalidInput(
            f"no image has {format_values(self.values(wanted))}; near combinations: "
            f"{'; '.join(near[:20]) or 'none'}"
        )
