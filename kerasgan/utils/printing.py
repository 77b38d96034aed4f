"""Text from files and their names, made safe for a terminal."""

import re
from collections.abc import Sequence

LONGEST_NAME = 255
LONGEST_LINE = 4000
# Control characters of C0 and C1, marks that change the writing direction, line separators, and
# surrogates, which no encoding can write.
_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: object, longest: int | None = LONGEST_NAME) -> str:
    """A text on one line, with control characters escaped as in Python: `\\x1b`.

    Args:
        longest: number of characters to keep, half from the start and half from the end; None
            keeps all.
    """
    text = str(text)
    if longest is not None and len(text) > longest:
        half = longest // 2
        text = f"{text[:half]}...({len(text):,} characters)...{text[-half:]}"
    return _CONTROLS.sub(_escaped, text)


def shortened(names: Sequence[str], most: int, separator: str = ", ") -> str:
    """The first names, `most` of them, and the number of the others."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return separator.join(names[:most]) + more


def printable_lines(text: object) -> str:
    """A text as from `printable`, but with its lines and tabs; each part is at most 4,000 long."""
    return "\n".join(
        "\t".join(printable(part, LONGEST_LINE) for part in line.split("\t"))
        for line in str(text).split("\n")
    )


def mebibytes(count: int) -> str:
    """A number of bytes as text: 12.3 MiB."""
    return f"{count / 2**20:,.1f} MiB"


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode-escape", "surrogatepass").decode("ascii")
