"""Tags: words that describe an image, such as "red hair", in one spelling."""

import re
from collections.abc import Iterable
from typing import Any

_COLOUR_COLUMNS = {
    f"{kind}{ending}": kind
    for kind in ("hair", "eyes", "eye")
    for ending in ("", "_color", "_colour")
}
COLOUR = re.compile(r"(?<!\S)(\S+)\s+(hair|eyes)(?!\S)", re.IGNORECASE)
_COUNT = re.compile(r":\d+$")


def normalize(text: str) -> str:
    """A tag in lower case, with single spaces between words instead of underscores."""
    return " ".join(encodable(text).lower().replace("_", " ").split())


def encodable(text: str) -> str:
    """The text with lone surrogates, which JSON can hold but no file, replaced by "?"."""
    return text.encode(errors="replace").decode()


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """The words as tags, each once, without empty ones."""
    return tuple(dict.fromkeys(filter(None, map(normalize, words))))


def split_tags(text: str) -> tuple[str, ...]:
    """The tags in a text: `a:3<tab>b:1`, `a;b`, or plain words such as `red hair blue eyes`."""
    if "\t" in text or _COUNT.search(text.strip()):
        words = [_COUNT.sub("", part.strip()) for part in text.split("\t")]
    elif ";" in text:
        words = text.split(";")
    else:
        words = [found[0] for found in COLOUR.finditer(text)] + COLOUR.split(text)[::3]
    return unique(words)


def tags_of_cell(column: str, value: Any) -> tuple[str, ...]:
    """The tags of a table's cell or a dataset's feature.

    In a colour column, `blue` becomes "blue hair" or "blue eyes". A true value becomes the column's
    name, and a number the name and the number. Other text is a list of tags, separated by
    semicolons.
    """
    if isinstance(value, (list, tuple)):
        return unique(
            tag
            for item in value
            if not isinstance(item, (list, tuple))
            for tag in tags_of_cell(column, item)
        )
    if value is None or isinstance(value, dict):
        return ()
    if isinstance(value, bool):
        return unique([column] if value else [])
    text = str(value)
    if kind := _COLOUR_COLUMNS.get(column.strip().lower()):
        kind = "eyes" if kind == "eye" else kind
        colours = (normalize(part).removesuffix(kind).strip() for part in text.split(";"))
        return unique(f"{colour} {kind}" for colour in colours if colour)
    if column != "tags" and re.fullmatch(r"[-+]?[\d.]+", text.strip()):
        return unique([f"{column} {text}"])
    return split_tags(text)
