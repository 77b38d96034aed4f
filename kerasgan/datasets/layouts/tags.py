"""Tags: words that describe an image, in one spelling."""

import re
from collections.abc import Iterable

from kerasgan.datasets.colours import COLOUR_TAG

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
    """The tags in a text: `a:3<tab>b:1`, `a;b`, or plain words."""
    if "\t" in text or _COUNT.search(text.strip()):
        words = [_COUNT.sub("", part.strip()) for part in text.split("\t")]
    elif ";" in text:
        words = text.split(";")
    else:
        words = [found[0] for found in COLOUR_TAG.finditer(text)] + COLOUR_TAG.split(text)[::3]
    return unique(words)
