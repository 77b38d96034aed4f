"""Columns of tables and features of data sets, read as labels and tags."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kerasgan.datasets import colours
from kerasgan.datasets.layouts.base import NO_VALUES, Values
from kerasgan.datasets.layouts.tags import encodable, split_tags, unique
from kerasgan.labels import BINARY, identifier

# The column whose words are tags and not values of a label.
_TAGS = "tags"
_YES, _NO = ("1", "true", "yes"), ("0", "-1", "false", "no")
# Whole numbers in a column with empty cells, as pandas writes them.
_WHOLE = re.compile(r"[-+]?\d+\.0")


class Annotation(NamedTuple):
    """The tags and values of an image.

    tags: of the column `tags`, and the names of the binary columns that are true.
    values: of the other columns.
    """

    tags: tuple[str, ...] = ()
    values: Values = NO_VALUES


def annotate(records: Sequence[Mapping[str, Any]]) -> list[Annotation]:
    """Read the cells of each record, {column: value}.

    A text is one value, or several if there are semicolons in it; a list is several. Empty cells
    and nested objects are no value. A column with nothing but yes and no, true and false, 1 and 0,
    or 1 and -1 is binary. Colours in the column `tags` are labels, where a column of their name is
    empty.
    """
    table, tag_columns = {}, []
    for column in dict.fromkeys(column for record in records for column in record):
        name = identifier(column)
        if name.lower() == _TAGS:
            tag_columns.append(column)
        else:
            # A name that cannot be a label's stays as it is, for messages.
            name = name if name and name not in table else column
            table[name] = _consistent([_cell_values(record.get(column)) for record in records])
    annotations = []
    for row, record in enumerate(records):
        tags = [tag for column in tag_columns for tag in _tags(record.get(column))]
        found = colours.read(tags)
        values = {name: cells[row] or found.get(name, ()) for name, cells in table.items()}
        true = [name for name, cell in values.items() if cell == BINARY[1:]]
        annotations.append(Annotation(unique([*true, *tags]), {**found, **values}))
    return annotations


def _cell_values(cell: Any) -> tuple[str, ...]:
    """The values in a cell as text, each once."""
    if isinstance(cell, list | tuple):
        parts = [
            value
            for item in cell
            if not isinstance(item, list | tuple)
            for value in _cell_values(item)
        ]
    elif cell is None or isinstance(cell, dict):
        parts = []
    elif isinstance(cell, bool):
        parts = [BINARY[cell]]
    else:
        parts = [" ".join(encodable(part).split()) for part in str(cell).split(";")]
    return tuple(dict.fromkeys(filter(None, parts)))


def _consistent(cells: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """A column with one spelling of whole numbers, or of yes and no."""
    values = {value for cell in cells for value in cell}
    if values and all(map(_WHOLE.fullmatch, values)):
        cells = [tuple(value.removesuffix(".0") for value in cell) for cell in cells]
        values = {value.removesuffix(".0") for value in values}
    spellings = {value.lower() for value in values}
    # A column with both -1 and 0 has three values.
    if spellings <= {*_YES, *_NO} and not {"-1", "0"} <= spellings:
        return [tuple(BINARY[value.lower() in _YES] for value in cell) for cell in cells]
    return cells


def _tags(cell: Any) -> tuple[str, ...]:
    return unique(cell) if isinstance(cell, list | tuple) else split_tags(str(cell or ""))
