"""Errors that end a command, and suggestions for misspelt names."""

from collections.abc import Collection
from difflib import get_close_matches

from kerasgan.utils.printing import shortened

_MAX_NAMED = 40


class InvalidInput(ValueError):
    """Invalid input, found before any work began: exit code 2."""


class TrainingFailed(Exception):
    """Training that failed after it had begun: exit code 1."""


class Interrupted(Exception):
    """Training that a signal ended after a checkpoint: exit code 128 + the signal number."""

    def __init__(self, message: str, signal_number: int):
        super().__init__(message)
        self.signal_number = signal_number


def of_system(error: OSError) -> str:
    """An error of the operating system, with the file that it is about."""
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def unknown(kind: str, name: str, allowed: Collection[str]) -> InvalidInput:
    """An error with the unknown value, the nearest allowed one and the allowed ones, 40 at most."""
    named = shortened(list(allowed), _MAX_NAMED)
    return InvalidInput(f"unknown {kind} {name!r}{hint(name, allowed)}; allowed: {named}")


def hint(name: str, allowed: Collection[str]) -> str:
    """ " (did you mean ...?)" with the nearest allowed name, or an empty string.

    The nearest name is the most similar one, else one whose beginning is similar to the name.
    """
    beginnings = {other[: len(name)]: other for other in allowed}
    near = get_close_matches(name, allowed, 1) or [
        beginnings[beginning] for beginning in get_close_matches(name, beginnings, 1)
    ]
    return f" (did you mean {near[0]}?)" if near else ""
