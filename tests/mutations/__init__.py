"""Faults put into a copy of the code, to see whether the tests find them."""

from tests.mutations.command import main

__all__ = ["main"]
