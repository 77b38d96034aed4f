"""Tables of labels: CSV, TSV or JSONL with a column that names the image."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from kerasgan.datasets.layouts.base import AnnotatedImage, Row
from kerasgan.datasets.layouts.columns import annotate
from kerasgan.datasets.layouts.label_file import LabelFileLayout, Labels, Lines
from kerasgan.datasets.layouts.tags import encodable, normalize
from kerasgan.labels import BINARY

# Columns that name the image, the preferred one first.
_NAME_COLUMNS = (
    "file_name", "filename", "file", "path", "image", "image_id", "img", "name", "id", "index",
)  # fmt: skip
Records = list[tuple[int, dict[str, Any]]]


class Table(LabelFileLayout):
    """A header and a line per image, or a JSON object per line."""

    name = "table"
    description = "a CSV, TSV or JSONL file whose header has file_name"
    usual_names = ("metadata.csv", "metadata.jsonl")

    def recognizes(self, lines: Lines) -> bool:
        return has_name_column(lines)

    def parse(self, lines: Lines) -> Labels:
        return labels_of_records(*(_objects(lines) if _is_jsonl(lines) else _rows(lines)))


def has_name_column(lines: Lines) -> bool:
    """Whether the lines are JSON objects, or begin with a header that has an image column."""
    header = _header(lines)
    return _is_jsonl(lines) or (len(header) > 1 and _name_column(header) is not None)


def labels_of_records(records: Records, problems: list[str]) -> Labels:
    """Turn records into rows.

    Args:
        records: line numbers and {column: value}.
        problems: messages for the lines without a record.
    """
    columns = dict.fromkeys(name for _, record in records for name in record)
    name_column = _name_column(columns)
    named, problems = [], list(problems)
    for number, record in records:
        given = record.get(name_column) if name_column else None
        name = encodable(str(given or "")).strip()
        if name:
            cells = {column: cell for column, cell in record.items() if column != name_column}
            named.append((number, name, cells))
        else:
            problems.append(f"line {number}: names no image")
    annotations = annotate([cells for *_, cells in named])
    rows = [
        Row(number, name, *annotation)
        for (number, name, _), annotation in zip(named, annotations, strict=True)
    ]
    return Labels(rows, problems)


def write_table(images: Sequence[AnnotatedImage], file: TextIO) -> None:
    """Write images' names, labels and tags as a CSV file that `Table` reads back unchanged."""
    labels = dict.fromkeys(name for image in images for name in image.values)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("file_name", *labels, "tags"))
    for image in images:
        known = {normalize(name) for name, values in image.values.items() if values == BINARY[1:]}
        known |= {f"{value} {name}" for name, values in image.values.items() for value in values}
        # The last semicolon distinguishes a list of one tag from plain words.
        other = "".join(f"{tag};" for tag in image.tags if tag not in known)
        cells = (";".join(image.values.get(name, ())) for name in labels)
        writer.writerow((image.name, *cells, other))


def _is_jsonl(lines: Lines) -> bool:
    return lines[0][1].lstrip().startswith("{")


def _header(lines: Lines) -> list[str]:
    return _cells(lines[0][1], _delimiter(lines)) or []


def _delimiter(lines: Lines) -> str:
    return max(",;\t", key=lines[0][1].count)


def _cells(line: str, delimiter: str) -> list[str] | None:
    # Each line is parsed alone, so that an unclosed quote spoils no other.
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, strict=True))]
    except (csv.Error, StopIteration):
        return None


def _name_column(header: Iterable[str]) -> str | None:
    known = {column.strip().lower(): column for column in reversed(list(header))}
    return next((known[name] for name in _NAME_COLUMNS if name in known), None)


def _rows(lines: Lines) -> tuple[Records, list[str]]:
    header, delimiter = _header(lines), _delimiter(lines)
    twice = [name for name, count in Counter(header).items() if count > 1]
    records = []
    problems = [f"line {lines[0][0]}: {name!r} occurs twice, the first is read" for name in twice]
    for number, line in lines[1:]:
        cells = _cells(line, delimiter)
        if cells is None:
            problems.append(f"line {number}: {line[:60]!r} has an unclosed or misplaced quote")
            continue
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()
        if len(cells) != len(header):
            problems.append(f"line {number}: {len(cells)} cells, but the header has {len(header)}")
        else:
            # The first of a column that occurs twice.
            pairs = [*zip(header, cells, strict=True)]
            records.append((number, dict(pairs) | dict(reversed(pairs))))
    return records, problems


def _objects(lines: Lines) -> tuple[Records, list[str]]:
    records, problems = [], []
    for number, line in lines:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            problems.append(f"line {number}: {error}")
            continue
        if isinstance(record, dict):
            records.append((number, record))
        else:
            problems.append(f"line {number}: {line[:60]!r} is not a JSON object")
    return records, problems
