"""Read the records of a run: metrics.csv, health.jsonl and evaluation.json, also while they grow.

A line without an end is being written, or its process was killed while writing it; it is left out.
Neither TensorFlow nor NumPy is imported.
"""

import csv
import io
import json
import math
from array import array
from itertools import compress, islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from kerasgan.runs.directory import EVALUATION_FILE, Run
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput

# That are parsed at a time, to save memory.
_ROWS = 5000


class Curve(NamedTuple):
    """The finite values of a column, and their steps, float64 [n] each."""

    steps: array
    values: array


class MetricsFile:
    """A metrics.csv that grows: only its new rows are read each time.

    Args:
        path: the file, which may not exist yet.
    """

    def __init__(self, path: Path):
        self._path = path
        self._restart()

    def read(self) -> dict[str, Curve]:
        """The columns so far, {name: Curve}; empty without a file.

        Raises:
            InvalidInput: if the file is damaged.
        """
        if not _is_file(self._path):
            self._restart()
            return self._curves
        with files.named_if_damaged(self._path), self._path.open("rb") as file:
            try:
                self._append(self._new_lines(file))
            except Exception:
                self._restart()
                raise
        return self._curves

    def _restart(self) -> None:
        self._curves: dict[str, Curve] = {}
        self._size, self._last_line = 0, b""

    def _new_lines(self, file: BinaryIO) -> bytes:
        """The lines since the last time; all lines if the file was replaced meanwhile."""
        file.seek(self._size - len(self._last_line))
        content = file.read()
        if not content.startswith(self._last_line):
            self._restart()
            file.seek(0)
            content = file.read()
        lines = content[len(self._last_line) : content.rfind(b"\n") + 1]
        if lines:
            self._size += len(lines)
            self._last_line = lines[lines.rfind(b"\n", 0, -1) + 1 :]
        return lines

    def _append(self, lines: bytes) -> None:
        reader = csv.reader(io.StringIO(lines.decode(), newline=""))
        if lines and not self._curves:
            self._curves = {name: Curve(array("d"), array("d")) for name in next(reader)}
        while rows := list(islice(reader, _ROWS)):
            columns = [array("d", map(float, cells)) for cells in zip(*rows, strict=True)]
            table = dict(zip(self._curves, columns, strict=True))
            for name, values in table.items():
                is_finite = [*map(math.isfinite, values)]
                self._curves[name].steps.extend(compress(table["step"], is_finite))
                self._curves[name].values.extend(compress(values, is_finite))


class Event(NamedTuple):
    """A sign of failure that appeared, as `training.callbacks.append_event` writes it."""

    step: int
    sign: str
    message: str
    advice: str
    ended_run: bool


def events(run: Run) -> list[Event]:
    """The signs of failure in health.jsonl.

    Raises:
        InvalidInput: if the file is damaged.
    """
    if not _is_file(run.health_file):
        return []
    with files.named_if_damaged(run.health_file):
        lines = run.health_file.read_text().splitlines(keepends=True)
        return [_event(json.loads(line)) for line in lines if line.endswith("\n")]


def _event(line: dict[str, Any]) -> Event:
    sign, message, advice = (str(line[name]) for name in ("sign", "message", "advice"))
    return Event(int(line["step"]), sign, message, advice, bool(line["ended_run"]))


def evaluation(run: Run) -> dict[str, dict[str, Any]]:
    """The numbers of evaluation.json, see `evaluation.result.Evaluation`; empty without the file.

    Raises:
        InvalidInput: if the file is damaged.
    """
    file = run.path / EVALUATION_FILE
    if not _is_file(file):
        return {}
    with files.named_if_damaged(file):
        numbers = json.loads(file.read_text())["numbers"]
        return {
            name: {**number, "value": float(number["value"])} for name, number in numbers.items()
        }


def _is_file(path: Path) -> bool:
    """Whether there is a file.

    Raises:
        InvalidInput: if there is something else of this name.
    """
    if path.exists() and not path.is_file():
        raise InvalidInput(f"{path} must be a file")
    return path.exists()
