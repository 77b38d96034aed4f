"""Tags: what a label says of an image, in our own spelling."""

import re
from collections.abc import Iterable
from typing import Any

_COLOURS = {
    f"{kind}{ending}": kind
    for kind in ("hair", "eyes", "eye")
    for ending in ("", "_color", "_colour")
}
COLOUR = re.compile(r"(?<!\S)(\S+)\s+(hair|eyes)(?!\S)", re.IGNORECASE)
_COUNT = re.compile(r":\d+$")


def spelled(text: str) -> str:
    """A tag as we write it: lower case, blanks for underscores, no needless blanks."""
    return " ".join(encodable(text).lower().replace("_", " ").split())


def encodable(text: str) -> str:
    """The text without the halves of characters that JSON can hold and no file takes."""
    return text.encode(errors="replace").decode()


def split_tags(text: str) -> tuple[str, ...]:
    """The tags of a text: `a:3<tab>b:1`, `a;b`, or `red hair blue eyes` in plain words."""
    if "\t" in text or _COUNT.search(text.strip()):
        words = [_COUNT.sub("", part.strip()) for part in text.split("\t")]
    elif ";" in text:
        words = text.split(";")
    else:
        words = [found[0] for found in COLOUR.finditer(text)] + COLOUR.split(text)[::3]
    return unique(words)


def of_cell(column: str, value: Any) -> tuple[str, ...]:
    """The tags that a table's cell, or a feature of a data set, gives its image.

    A colour column's `blue` is "blue hair" or "blue eyes", a true value is the column's name, a
    number joins that name, and text is a list of tags, separated by semicolons.
    """
    if isinstance(value, (list, tuple)):
        return unique(
            word
            for item in value
            if not isinstance(item, (list, tuple))
            for word in of_cell(column, item)
        )
    if value is None or isinstance(value, dict):
        return ()
    if isinstance(value, bool):
        return unique([column] if value else [])
    text = str(value)
    if kind := _COLOURS.get(column.strip().lower()):
        kind = "eyes" if kind == "eye" else kind
        colours = (spelled(part).removesuffix(kind).strip() for part in text.split(";"))
        return unique(f"{colour} {kind}" for colour in colours if colour)
    if column != "tags" and re.fullmatch(r"[-+]?[\d.]+", text.strip()):
        return unique([f"{column} {text}"])
    return split_tags(text)


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """The words as tags, each once, without empty ones."""
    return tuple(dict.fromkeys(filter(None, map(spelled, words))))
