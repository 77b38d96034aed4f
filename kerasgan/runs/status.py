"""What has become of runs, as their files tell: at once, without TensorFlow or NumPy."""

import csv
import json
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from kerasgan.metrics import accuracies
from kerasgan.runs import directory, locks
from kerasgan.runs.directory import Run
from kerasgan.utils import files, tables
from kerasgan.utils.errors import InvalidInput

_LOSSES = ("d_loss", "g_loss")
HEAD = ("run", "model", "step", *_LOSSES, "accuracy", "size", "state")


@dataclass(frozen=True)
class RunStatus:
    """A run and what has become of it.

    path: its folder.
    size: the bytes of its files.
    state: "training" by some process; "finished"; "failed", at a loss that was not finite or as
        --stop-on-failure asks; "stopped" by whatever else before its last step; or "damaged".
    problem: which file is damaged and how; then the fields below are empty.
    run: what its config.json says.
    step: of the newest checkpoint; while the run is training, of the last row of metrics.csv
        where that is later.
    losses: the last d_loss and g_loss, {name: value}; empty before the first row.
    accuracy: how often a classifier of real images reads what was asked for, {"hair": share},
        of evaluation.json where there is one, else the last that `--evaluate-every` measured.
        Empty where neither was measured: what the discriminator thinks says nothing of the
        generator.
    """

    path: Path
    size: int
    state: str
    problem: str = ""
    run: Run | None = None
    step: int = 0
    losses: dict[str, float] = field(default_factory=dict)
    accuracy: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The folder's name, or a shipped run's own, which no other run has."""
        return self.run.name if self.run and self.run.is_shipped else self.path.name


def of_home() -> list[RunStatus]:
    """All runs of `runs.folders()`, damaged ones too, in that order: the newest is last."""
    return [of_folder(folder) for folder in directory.folders()]


def of_folder(folder: Path) -> RunStatus:
    """What has become of the run in a folder, or what is damaged of it."""
    try:
        return of_run(directory.read(folder))
    except (InvalidInput, OSError) as error:
        return RunStatus(folder, _size(folder), "damaged", str(error))


def of_run(run: Run) -> RunStatus:
    """What has become of a run.

    Raises:
        InvalidInput: if one of its files is damaged.
    """
    last = _last_values(run.metrics_file)
    step = max(run.saved, default=0)
    if locks.is_locked(run.path):
        state = "training"
        with files.named_if_damaged(run.metrics_file):
            step = max(step, int(last.get("step", 0)))
    elif _has_failed(run, step):
        state = "failed"
    else:
        state = "finished" if step >= run.config.steps else "stopped"
    return RunStatus(
        run.path,
        _size(run.path),
        state,
        run=run,
        step=step,
        losses={name: last[name] for name in _LOSSES if name in last},
        accuracy=_accuracy(run, last),
    )


def _last_values(file: Path) -> dict[str, float]:
    """The last value that is no NaN of each column of a metrics.csv."""
    if not file.exists():
        return {}
    last = {}
    with files.named_if_damaged(file), file.open(newline="") as lines:
        # What has no end is being written, or was cut when its process was killed.
        names, *rows = csv.reader(line for line in lines if line.endswith("\n"))
        for name, cells in zip(names, zip(*rows, strict=True), strict=bool(rows)):
            values = (float(cell) for cell in reversed(cells))
            last[name] = next((value for value in values if not math.isnan(value)), None)
    return {name: value for name, value in last.items() if value is not None}


def _has_failed(run: Run, step: int) -> bool:
    if not run.health_file.exists():
        return False
    with files.named_if_damaged(run.health_file):
        lines = run.health_file.read_text().splitlines(keepends=True)
        signs = [json.loads(line) for line in lines if line.endswith("\n")]
        # A run that went on after its failure has come further.
        return any(sign.get("ended_run") and sign["step"] >= step for sign in signs)


def _accuracy(run: Run, last: dict[str, float]) -> dict[str, float]:
    measured = last
    file = run.path / directory.EVALUATION_FILE
    if file.exists():
        with files.named_if_damaged(file):
            numbers = json.loads(file.read_text())["numbers"]
            measured = {name: float(number["value"]) for name, number in numbers.items()}
    return accuracies(measured)


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        # Temporary files of a run that is training come and go.
        with suppress(OSError):
            total += path.lstat().st_size if path.is_file() else 0
    return total


def as_text(overviews: Sequence[RunStatus]) -> str:
    """A table, a line for each run."""
    return tables.aligned([HEAD, *map(row, overviews)])


def row(overview: RunStatus) -> list[str]:
    """The cells below HEAD, as a person reads them."""
    if overview.run is None:
        known = [""] * 5
    else:
        config = overview.run.config
        losses = {name: f"{loss:.3f}" for name, loss in overview.losses.items()}
        known = [
            config.MODEL,
            f"{overview.step:,} / {config.steps:,}",
            *(losses.get(name, "") for name in _LOSSES),
            " ".join(f"{name} {share:.1%}" for name, share in overview.accuracy.items()),
        ]
    state = ": ".join(filter(None, (overview.state, overview.problem)))
    return [overview.name, *known, size(overview.size), state]


def size(count: int) -> str:
    """A number of bytes as a person reads it: 12.3 MiB."""
    return f"{count / 2**20:,.1f} MiB"
