"""Text from files and their names, as a terminal may show it."""

import re

LONGEST_NAME = 255
LONGEST_LINE = 4000
# Control characters of C0 and C1, those that change the direction of writing, separators of lines,
# and halves of surrogate pairs, which no encoding takes.
_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: object, longest: int | None = LONGEST_NAME) -> str:
    """A text on one line, its control characters escaped as Python does: `\\x1b`.

    Args:
        longest: how many characters are kept, of its beginning and its end; None for all.
    """
    text = str(text)
    if longest is not None and len(text) > longest:
        half = longest // 2
        text = f"{text[:half]}...({len(text):,} characters)...{text[-half:]}"
    return _CONTROLS.sub(_escaped, text)


def printable_lines(text: object) -> str:
    """A text as `printable` does, but with its lines and tabs, of 4,000 characters each."""
    return "\n".join(
        "\t".join(printable(part, LONGEST_LINE) for part in line.split("\t"))
        for line in str(text).split("\n")
    )


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode-escape", "surrogatepass").decode("ascii")
