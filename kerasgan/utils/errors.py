"""The ways in which a command ends other than well, and the near names for a wrong one."""

from collections.abc import Collection
from difflib import get_close_matches


class Refused(Exception):
    """Bad input, found before any work began: exit code 2."""


class Failed(Exception):
    """Work that began and could not be finished: exit code 1."""


class Stopped(Exception):
    """Work that a signal ended in good order: exit code 128 + the signal's number."""

    def __init__(self, message: str, signal_number: int):
        super().__init__(message)
        self.signal_number = signal_number


def unknown(kind: str, name: str, allowed: Collection[str]) -> Refused:
    """Return the refusal of a name: what it is no name of, the nearest one, and all of them."""
    return Refused(f"unknown {kind} {name!r}{hint(name, allowed)}; allowed: {', '.join(allowed)}")


def hint(name: str, allowed: Collection[str]) -> str:
    """Return " (did you mean ...?)" with the nearest of the allowed names, or nothing.

    The nearest is that which resembles the name; else that which begins as the name does, nearly.
    """
    beginnings = {other[: len(name)]: other for other in allowed}
    near = get_close_matches(name, allowed, 1) or [
        beginnings[beginning] for beginning in get_close_matches(name, beginnings, 1)
    ]
    return f" (did you mean {near[0]}?)" if near else ""
