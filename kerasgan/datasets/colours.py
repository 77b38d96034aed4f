"""Reader of tags that name hair and eye colours, such as "aqua hair".

The labels `hair` and `eyes` are those of the anime-face course, in its order of values. Avatars
have them, and so have images whose tags name a colour.
"""

import re
from collections.abc import Sequence

HAIR = (
    "orange", "white", "aqua", "gray", "green", "red",
    "purple", "pink", "blue", "black", "brown", "blonde",
)  # fmt: skip
EYES = (
    "gray", "black", "orange", "pink", "yellow", "aqua",
    "purple", "green", "brown", "red", "blue",
)  # fmt: skip
# {label: its values}.
COLOURS = {"hair": HAIR, "eyes": EYES}
TAG = "aqua hair red eyes"
COUNTED_TAGS = "aqua hair:12<tab>red eyes:3"

# Other spellings of colours in data sets.
_SPELLINGS = {"blond": "blonde", "grey": "gray"}
# A word and the thing of that colour.
COLOUR_TAG = re.compile(r"(?<!\S)(\S+)\s+(hair|eyes)(?!\S)", re.IGNORECASE)
_MENTION = re.compile(r"\s(hair|eyes)\b", re.IGNORECASE)
_DESCRIPTION = re.compile(r"\s*(\S+)\s+hair\s+(\S+)\s+eyes\s*", re.IGNORECASE)


def read(tags: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The colours in an image's tags, {label: colours in order of appearance}.

    Other tags, such as "long hair", are skipped, and labels without a colour have no entry.
    """
    found = {name: _colours_of(tags, f" {name}", known) for name, known in COLOURS.items()}
    return {name: colours for name, colours in found.items() if colours}


def _colours_of(tags: Sequence[str], ending: str, known: Sequence[str]) -> tuple[str, ...]:
    names = (tag.removesuffix(ending) for tag in tags if tag.endswith(ending))
    names = (_SPELLINGS.get(name, name) for name in names)
    return tuple(dict.fromkeys(name for name in names if name in known))


def mentions(text: str) -> bool:
    """Whether a text has the word hair or eyes after another one."""
    return bool(_MENTION.search(text))


def is_unknown(tag: str) -> bool:
    """Whether a tag is about hair or eyes and names no known colour, such as "long hair"."""
    return bool(COLOUR_TAG.fullmatch(tag)) and not read([tag])


def parse(text: str) -> dict[str, str]:
    """The colours of a description such as "aqua hair red eyes", {label: colour}, unchecked.

    Raises:
        ValueError: if `text` has another form.
    """
    match = _DESCRIPTION.fullmatch(text)
    if match is None:
        raise ValueError(f"a description must be 'COLOUR hair COLOUR eyes', got {text!r}")
    return dict(zip(COLOURS, map(str.lower, match.groups()), strict=True))


def describe(hair: str, eyes: str) -> str:
    """A description that `parse` reads."""
    return f"{hair} hair {eyes} eyes"
