"""Tables as plain text."""

from collections.abc import Sequence

from kerasgan.utils.printing import printable


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of equally many cells in columns that begin below one another."""
    rows = [[printable(cell, None) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
