"""Read the record that `kerasgan sample` writes into a PNG file, which may come from anywhere."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

from kerasgan.configs.checking import check_types
from kerasgan.datasets import decoding
from kerasgan.inference.generated import KEYWORD, KINDS, ImageFile, Source
from kerasgan.utils.errors import InvalidInput, unknown

# In characters.
_LONGEST = 2**20
_UNUSED = {"kerasgan", "command"}


def read(file: Path) -> tuple[Source, ImageFile]:
    """The record of a file that `kerasgan sample` wrote.

    Raises:
        InvalidInput: if the file cannot be read or has no record, or the record is damaged.
    """
    try:
        with decoding.opened(file) as image:
            text = image.info.get(KEYWORD)
    except InvalidInput as error:
        raise InvalidInput(f"{file} cannot be read: it {error}") from error
    if not isinstance(text, str):
        raise InvalidInput(
            f"{file} has no record of its images; allowed: a PNG file by `kerasgan sample`"
        )
    if len(text) > _LONGEST:
        raise InvalidInput(
            f"the record in {file} must have at most {_LONGEST:,} characters, got {len(text):,}"
        )
    try:
        return _parsed(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the record in {file} cannot be used: {error}") from error


def _parsed(record: Any) -> tuple[Source, ImageFile]:
    if not isinstance(record, dict):
        raise ValueError("it must be a JSON object")
    kind = KINDS.get(name) if isinstance(name := record.get("kind"), str) else None
    if kind is None:
        raise unknown("kind", str(name), KINDS)
    own = {field.name for field in fields(kind)}
    if wrong := {"kind", *_UNUSED, *Source._fields, *own} ^ record.keys():
        raise ValueError(f"missing or unknown fields: {', '.join(sorted(wrong))}")
    kinds = get_type_hints(Source) | get_type_hints(kind)
    values = {name: record[name] for name in (*Source._fields, *own)}
    check_types(kinds, values)
    source = Source(**{name: values.pop(name) for name in Source._fields})
    own_values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    return source, kind(**own_values)
