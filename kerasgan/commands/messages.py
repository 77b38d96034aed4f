"""Output of the commands: results on standard output, messages on standard error.

All text passes `kerasgan.utils.printing`, and Rich gets it as `Text`, whose markup is literal.
"""

import json
import logging
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import click

from kerasgan.utils.printing import LONGEST_LINE, printable, printable_lines

_STYLES = {logging.WARNING: "yellow", logging.ERROR: "red"}
# Rows stay whole in files and pipes.
_UNLIMITED = 10**6


def set_up(level: int) -> None:
    """Show kerasgan's log from this level on, and warnings of other packages."""
    handler = _Handler()
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("kerasgan").setLevel(level)


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        # Imported here because tqdm takes as long to import as the command itself.
        from kerasgan.utils import progress

        with progress.hidden():
            text = self.format(record)
            # A record of kerasgan is one line, whatever the names in it.
            is_ours = record.name.split(".")[0] == "kerasgan"
            notify(
                printable(text, LONGEST_LINE) if is_ours else text, _STYLES.get(record.levelno, "")
            )


def notify(text: str, style: str = "") -> None:
    """Write a message to standard error, in a Rich style on a terminal."""
    from rich.text import Text

    _console(stderr=True).print(Text(printable_lines(text), style), soft_wrap=True)


def echo(text: object, err: bool = False) -> None:
    """Write a result to standard output, or a problem with it to standard error."""
    click.echo(printable_lines(text), err=err)


def document(value: object) -> None:
    """Write one JSON document to standard output, with null for numbers that are not finite."""
    click.echo(json.dumps(_finite(value), indent=2, allow_nan=False))


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def open_output(path: Path) -> None:
    """Open a file or folder with the system's viewer, or write a message that there is none."""
    # A path that begins with a hyphen would be taken for an option.
    if click.launch(str(path.absolute())):
        notify(f"cannot open {path}: no viewer was found", _STYLES[logging.WARNING])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table to standard output; cells that a terminal is too narrow for are folded."""
    from rich.table import Table
    from rich.text import Text

    console = _console()
    if not console.is_terminal:
        console.width = _UNLIMITED
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in head:
        shown.add_column(Text(printable(name)), overflow="fold")
    for row in rows:
        shown.add_row(*(Text(printable(cell, None)) for cell in row))
    with console.capture() as captured:
        console.print(shown)
    # Rich pads the last column, too.
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def color_system() -> Literal["auto"] | None:
    """Rich's setting for the colours of this terminal, none with https://no-color.org."""
    return None if os.environ.get("NO_COLOR") else "auto"


def _console(stderr: bool = False):
    # Imported here because commands that print no message do not need it.
    from rich.console import Console

    return Console(stderr=stderr, color_system=color_system(), highlight=False)
