"""Label files: the forms that people have, and what each line says of an image."""

import csv
import json
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from kerasgan.datasets.layouts.tags import encodable, of_cell, spelled, split_tags, unique
from kerasgan.labels import colours

# Columns that name the image, the surest first.
_NAMES = (
    "file_name", "filename", "file", "path", "image", "image_id", "img", "name", "id", "index",
)  # fmt: skip
_TAG_LINE = re.compile(r"[^,]{1,100},")
_SPEAKS_OF_COLOURS = re.compile(r"\s(hair|eyes)\b", re.IGNORECASE)
_TRUE, _FALSE = ("1", "true"), ("0", "-1", "false", "")


class Row(NamedTuple):
    """What a line says: the image's name and its tags, in lower case."""

    line: int
    name: str
    tags: tuple[str, ...]


class Labels(NamedTuple):
    """form: "tags", "table" or "celeba"; problems: a message for every line that has no row.

    columns: the names of a table's columns that can give tags.
    """

    form: str
    rows: list[Row]
    problems: list[str]
    columns: tuple[str, ...] = ()


def read(file: Path, columns: Collection[str] = ()) -> Labels | None:
    """What the file says, or None if it has no form of ours. See `parse`."""
    return parse(file.read_bytes(), columns)


def parse(content: bytes, columns: Collection[str] = ()) -> Labels | None:
    """What a label file says, or None if it has none of these forms.

    - tags: `2,blonde hair pink eyes`, or tabs between tags that may have counts;
    - table: a header with a column that names the image, or an object per line (JSONL);
    - celeba: a line with the count, a line of attributes, then a name and 1 or -1 for each.

    Encodings are UTF-8, UTF-16 with its mark, and Windows-1252; blank lines are skipped. No content
    raises: what cannot be read is among the problems.

    Args:
        columns: those of a table that give tags; all without it.
    """
    lines = [(n, line) for n, line in enumerate(_lines(_decode(content)), 1) if line.strip()]
    if not lines:
        return None
    first = lines[0][1]
    if first.lstrip().startswith("{"):
        return _table("table", *_objects(lines), columns)
    if re.fullmatch(r"\s*\d{1,9}\s*", first) and len(lines) > 1:
        return _celeba(lines, columns)
    header = _cells(first, delimiter := _delimiter(first)) or []
    if len(header) > 1 and _name_column(header) is not None:
        return _table("table", *_records(lines, header, delimiter), columns)
    sample = [line for _, line in lines[:1000]]
    is_listing = 2 * sum(map(bool, map(_TAG_LINE.match, sample))) >= len(sample)
    return _tag_lines(lines) if is_listing and any(map(_SPEAKS_OF_COLOURS.search, sample)) else None


def write_table(rows: Iterable[tuple[str, Iterable[str]]], file: TextIO) -> None:
    """Write images' names and tags as a table that `parse` reads back equal."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("file_name", "hair", "eyes", "tags"))
    for name, tags in rows:
        hair, eyes = colours(tags)
        other = [tag for tag in tags if tag not in _of_colours(hair, eyes)]
        # The last semicolon tells a list of one tag from plain words.
        writer.writerow((name, ";".join(hair), ";".join(eyes), "".join(f"{tag};" for tag in other)))


def _of_colours(hair: Iterable[str], eyes: Iterable[str]) -> list[str]:
    return [f"{colour} hair" for colour in hair] + [f"{colour} eyes" for colour in eyes]


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _lines(text: str) -> list[str]:
    # str.splitlines also splits at characters that are part of a name.
    return re.split(r"\r\n|\n|\r", text)


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _cells(line: str, delimiter: str) -> list[str] | None:
    # Line by line, so that an unclosed quote spoils its own line alone.
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, strict=True))]
    except (csv.Error, StopIteration):
        return None


def _name_column(header: Iterable[str]) -> str | None:
    known = {column.strip().lower(): column for column in reversed(list(header))}
    return next((known[name] for name in _NAMES if name in known), None)


def _tag_lines(lines: list[tuple[int, str]]) -> Labels:
    rows, problems = [], []
    for number, line in lines:
        name, comma, text = line.partition(",")
        name = name.strip().strip('"').strip()
        if not comma or not name:
            problems.append(f"line {number}: {line[:60]!r} is not of the form 'NAME,TAGS'")
        else:
            rows.append(Row(number, name, split_tags(text.strip().strip('"'))))
    return Labels("tags", rows, problems)


def _records(lines: list[tuple[int, str]], header: list[str], delimiter: str):
    records, problems = [], []
    for number, line in lines[1:]:
        cells = _cells(line, delimiter)
        if cells is None:
            problems.append(f"line {number}: {line[:60]!r} has an unclosed or misplaced quote")
            continue
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()
        if len(cells) != len(header):
            problems.append(f"line {number}: {len(cells)} cells, and the header has {len(header)}")
        else:
            records.append((number, dict(zip(header, cells, strict=True))))
    return records, problems


def _objects(lines: list[tuple[int, str]]):
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
            problems.append(f"line {number}: {line[:60]!r} is no object")
    return records, problems


def _celeba(lines: list[tuple[int, str]], columns: Collection[str]) -> Labels:
    (_, count), (_, names), *lines = lines
    names = names.split()
    records, problems = [], []
    if int(count) != len(lines):
        problems.append(f"line 1: announces {int(count)} lines, and {len(lines)} follow")
    for number, line in lines:
        name, *values = line.split()
        if len(values) != len(names) or set(values) - {"1", "-1"}:
            problems.append(
                f"line {number}: {line[:40]!r} has not 1 or -1 for each of {len(names)} attributes"
            )
        else:
            records.append((number, {"file_name": name, **dict(zip(names, values, strict=True))}))
    return _table("celeba", records, problems, columns)


def _table(
    form: str, records: list[tuple[int, dict]], problems: list[str], wanted: Collection[str]
) -> Labels:
    columns = list(dict.fromkeys(name for _, record in records for name in record))
    name_column = _name_column(columns)
    columns = [column for column in columns if column != name_column]
    wanted = {spelled(name) for name in wanted}
    chosen = [column for column in columns if not wanted or spelled(column) in wanted]
    # 1 and 0 say yes and no only in a column that has nothing else.
    flags = set(chosen) - {"tags"}
    for _, record in records:
        flags -= {name for name in flags if _flag(record.get(name)) not in _TRUE + _FALSE}
    rows = []
    for number, record in records:
        name = encodable(str(record.get(name_column) or "")).strip()
        if not name:
            problems.append(f"line {number}: names no image")
            continue
        tags = []
        for column in chosen:
            value = record.get(column)
            tags += of_cell(column, _flag(value) in _TRUE if column in flags else value)
        rows.append(Row(number, name, unique(tags)))
    return Labels(form, rows, problems, tuple(columns))


def _flag(value: Any) -> str:
    return "" if value is None else str(value).strip().lower()
