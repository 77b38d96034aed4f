"""What is said beside the results: on standard error, in colour where a person reads it."""

import logging
import os

import click

from kerasgan.utils.printing import LONGEST_LINE, printable, printable_lines

_COLOURS = {logging.WARNING: "yellow", logging.ERROR: "red"}


def set_up(level: int) -> None:
    """Say what kerasgan logs from this level on, and warnings of other packages."""
    handler = _Said()
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("kerasgan").setLevel(level)


class _Said(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        # Here, as tqdm takes as long to import as the command itself.
        from kerasgan.utils import progress

        with progress.aside():
            text = self.format(record)
            # What kerasgan logs is a line, whatever the names in it.
            is_ours = record.name.split(".")[0] == "kerasgan"
            say(printable(text, LONGEST_LINE) if is_ours else text, _COLOURS.get(record.levelno))


def say(text: str, colour: str | None = None) -> None:
    """Write a line to standard error, coloured on a terminal, but for https://no-color.org."""
    text = printable_lines(text)
    click.secho(text, err=True, fg=colour, color=False if os.environ.get("NO_COLOR") else None)


def tell(text: object, err: bool = False) -> None:
    """Write a result to standard output, or what is wrong with it to standard error."""
    click.echo(printable_lines(text), err=err)
