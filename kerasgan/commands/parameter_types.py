"""Types of the values of options."""

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import rich_click as click

from kerasgan.utils import sizes
from kerasgan.utils.errors import InvalidInput, hint


class FilePath(click.Path):
    """A path. An empty one, as a shell makes of an unset variable, is not the current folder."""

    def __init__(self, **settings: Any):
        super().__init__(path_type=Path, **settings)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if not os.fspath(value).strip():
            self.fail("must not be empty", param, ctx)
        return cast(Path, super().convert(value, param, ctx))


class FiniteNumber(click.FloatRange):
    """A number in a range, and not NaN."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"must be a number, got {value}", param, ctx)
        return number


class Choice(click.Choice):
    """A choice whose error suggests the nearest allowed value."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        near = hint(str(value), [str(choice) for choice in self.choices])
        return super().get_invalid_choice_message(value, ctx) + near


class NumberOrWord(click.ParamType):
    """A number, or one of some words.

    Args:
        words: the words.
        number: float or int.
    """

    name = "number"

    def __init__(self, words: Sequence[str], number: type[float] | type[int] = float):
        self._words = words
        self._number = number

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "|".join([{float: "FLOAT", int: "INTEGER"}[self._number], *self._words])

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | str:
        if value in self._words:
            return value
        try:
            return self._number(value)
        except ValueError:
            kind = {float: "number", int: "whole number"}[self._number]
            self.fail(f"must be a {kind} or {', '.join(self._words)}, got {value!r}", param, ctx)


class GridType(click.ParamType):
    """COLUMNSxROWS of a grid, as (columns, rows) of at least one each."""

    name = "columnsxrows"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        found = re.fullmatch(r"([1-9]\d{0,8})x([1-9]\d{0,8})", str(value), re.ASCII)
        if not found:
            self.fail(f"must be COLUMNSxROWS such as 8x4, got {value!r}", param, ctx)
        return int(found[1]), int(found[2])


class SizeType(click.ParamType):
    """The size of images, a side of squares or HEIGHTxWIDTH."""

    name = "size"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> sizes.Size:
        try:
            return sizes.parse(str(value))
        except InvalidInput as error:
            self.fail(str(error), param, ctx)
