"""Tables of labels: CSV, TSV or JSONL with a column that names the image."""

import csv
import json
from collections.abc import Collection, Iterable
from typing import Any, TextIO

from kerasgan.datasets.layouts.base import Row
from kerasgan.datasets.layouts.label_file import LabelFileLayout, Labels, Lines
from kerasgan.datasets.layouts.tags import encodable, normalize, tags_of_cell, unique
from kerasgan.labels import colours

# Columns that name the image, the preferred one first.
_NAME_COLUMNS = (
    "file_name", "filename", "file", "path", "image", "image_id", "img", "name", "id", "index",
)  # fmt: skip
_TRUE, _FALSE = ("1", "true"), ("0", "-1", "false", "")
Records = list[tuple[int, dict[str, Any]]]


class Table(LabelFileLayout):
    """A header and a line per image, or a JSON object per line."""

    name = "table"
    description = "a CSV, TSV or JSONL file whose header has file_name"
    usual_names = ("metadata.csv", "metadata.jsonl")

    def recognizes(self, lines: Lines) -> bool:
        return has_name_column(lines)

    def parse(self, lines: Lines, columns: Collection[str] = ()) -> Labels:
        records, problems = _objects(lines) if _is_jsonl(lines) else _rows(lines)
        return labels_of_records(records, problems, columns)


def has_name_column(lines: Lines) -> bool:
    """Whether the lines are JSON objects, or begin with a header that has an image column."""
    header = _header(lines)
    return _is_jsonl(lines) or (len(header) > 1 and _name_column(header) is not None)


def labels_of_records(records: Records, problems: list[str], columns: Collection[str]) -> Labels:
    """Turn the columns of each record into tags.

    Args:
        records: line numbers and {column: value}.
        problems: messages for the lines without a record.
        columns: columns that become tags; empty: all.
    """
    found = list(dict.fromkeys(name for _, record in records for name in record))
    name_column = _name_column(found)
    found = [column for column in found if column != name_column]
    wanted = {normalize(name) for name in columns}
    chosen = [column for column in found if not wanted or normalize(column) in wanted]
    # 1 and 0 mean yes and no only in a column that has nothing else.
    flags = set(chosen) - {"tags"}
    for _, record in records:
        flags -= {name for name in flags if _flag(record.get(name)) not in _TRUE + _FALSE}
    rows, problems = [], list(problems)
    for number, record in records:
        name = encodable(str(record.get(name_column) or "")).strip()
        if not name:
            problems.append(f"line {number}: names no image")
            continue
        tags = []
        for column in chosen:
            value = record.get(column)
            tags += tags_of_cell(column, _flag(value) in _TRUE if column in flags else value)
        rows.append(Row(number, name, unique(tags)))
    return Labels(rows, problems, tuple(found))


def write_table(images: Iterable[tuple[str, Iterable[str]]], file: TextIO) -> None:
    """Write images' names and tags as a CSV file that `Table` reads back unchanged."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("file_name", "hair", "eyes", "tags"))
    for name, tags in images:
        hair, eyes = colours(tags)
        colour_tags = [f"{colour} hair" for colour in hair] + [f"{colour} eyes" for colour in eyes]
        # The last semicolon distinguishes a list of one tag from plain words.
        other = "".join(f"{tag};" for tag in tags if tag not in colour_tags)
        writer.writerow((name, ";".join(hair), ";".join(eyes), other))


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
    records, problems = [], []
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
            records.append((number, dict(zip(header, cells, strict=True))))
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


def _flag(value: Any) -> str:
    return "" if value is None else str(value).strip().lower()
