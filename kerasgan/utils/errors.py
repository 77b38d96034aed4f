"""The errors that end a command, and suggestions for misspelt names."""

from collections.abc import Collection
from difflib import get_close_matches


class InvalidInput(ValueError):
    """Input that cannot be used, found before any work began: exit code 2."""


class TrainingFailed(Exception):
    """Work that began and could not be finished: exit code 1."""


class Interrupted(Exception):
    """Work that a signal ended after a checkpoint: exit code 128 + the signal's number."""

    def __init__(self, message: str, signal_number: int):
        super().__init__(message)
        self.signal_number = signal_number


def unknown(kind: str, name: str, allowed: Collection[str]) -> InvalidInput:
    """An error that names the unknown value, the nearest allowed one, and all allowed ones."""
    return InvalidInput(
        f"unknown {kind} {name!r}{hint(name, allowed)}; allowed: {', '.join(allowed)}"
    )


def hint(name: str, allowed: Collection[str]) -> str:
    """ " (did you mean ...?)" with the nearest of the allowed names, or nothing.

    The nearest is that which resembles the name; else that which begins as the name does, nearly.
    """
    beginnings = {other[: len(name)]: other for other in allowed}
    near = get_close_matches(name, allowed, 1) or [
        beginnings[beginning] for beginning in get_close_matches(name, beginnings, 1)
    ]
    return f" (did you mean {near[0]}?)" if near else ""
