"""The state of runs, read from their files without importing TensorFlow or NumPy."""

import csv
import json
import math
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kerasgan.metrics import accuracies
from kerasgan.runs import directory, home, locks
from kerasgan.runs.directory import Run
from kerasgan.utils import files, printing
from kerasgan.utils.errors import InvalidInput

_LOSSES = ("d_loss", "g_loss")
HEAD = ("run", "model", "step", *_LOSSES, "accuracy", "size", "state")


@dataclass(frozen=True)
class RunStatus:
    """The state of a run.

    path: the run directory.
    size: total bytes of its files.
    state: "training" while a process holds the lock; "finished" after the last step; "failed" at a
        loss that was not finite or with --stop-on-failure; "stopped" in any other case before the
        last step; "damaged".
    problem: the damaged file and the error; the fields below are then empty.
    run: the run as config.json describes it.
    step: step of the newest checkpoint; of a run in training, of the last row of metrics.csv if
        that is later.
    losses: the last d_loss and g_loss, {name: value}; empty before the first row.
    accuracy: rate at which a classifier of real images recognises the requested labels,
        {label: rate}, from evaluation.json, else the last one of `--evaluate-every`. Empty
        without either, because the discriminator's accuracy does not measure the generator.
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
        """The name of the folder, or of the bundled run."""
        return self.run.name if self.run and self.run.is_shipped else self.path.name


def of_home() -> list[RunStatus]:
    """The states of all runs in `home.runs()`, damaged ones included, the newest last."""
    return [of_folder(folder) for folder in home.runs()]


def of_folder(folder: Path) -> RunStatus:
    """The state of the run in a folder, which may be damaged."""
    try:
        return of_run(directory.read(folder))
    except (InvalidInput, OSError) as error:
        return RunStatus(folder, files.folder_size(folder), "damaged", str(error))


def of_run(run: Run) -> RunStatus:
    """The state of a run.

    Raises:
        InvalidInput: if one of its files is damaged.
    """
    last = _last_values(run.metrics_file)
    step = _newest_step(run)
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
        files.folder_size(run.path),
        state,
        run=run,
        step=step,
        losses={name: last[name] for name in _LOSSES if name in last},
        accuracy=_accuracy(run, last),
    )


def _newest_step(run: Run) -> int:
    """Step of the newest checkpoint that is an archive, whose content is not read; 0 if none.

    Raises:
        InvalidInput: if none of several is one.
    """
    found = run.checkpoint_files
    for step, path in reversed(found.items()):
        if zipfile.is_zipfile(path):
            return step
    if found:
        raise InvalidInput(f"none of the checkpoints in {run.checkpoints} is whole")
    return 0


def _last_values(file: Path) -> dict[str, float]:
    """The last value of each column of a metrics.csv that is not NaN."""
    if not file.exists():
        return {}
    last = {}
    with files.named_if_damaged(file), file.open(newline="") as lines:
        # A line without an end is being written, or its process was killed while writing it.
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
        # A run that was resumed after a failure has a later checkpoint.
        return any(sign.get("ended_run") and sign["step"] >= step for sign in signs)


def _accuracy(run: Run, last: dict[str, float]) -> dict[str, float]:
    measured = last
    file = run.path / directory.EVALUATION_FILE
    if file.exists():
        with files.named_if_damaged(file):
            numbers = json.loads(file.read_text())["numbers"]
            measured = {name: float(number["value"]) for name, number in numbers.items()}
    return accuracies(measured)


def record(status: RunStatus) -> dict[str, Any]:
    """The state of a run as JSON types, by the names in HEAD; null where it is damaged.

    `steps` is the planned number of steps, `size` in bytes.
    """
    config = status.run and status.run.config
    return {
        "run": status.name,
        "model": config and config.MODEL,
        "step": status.step if config else None,
        "steps": config and config.steps,
        **{name: status.losses.get(name) for name in _LOSSES},
        "accuracy": status.accuracy,
        "size": status.size,
        "state": status.state,
        "problem": status.problem or None,
    }


def row(status: RunStatus) -> list[str]:
    """The table cells of a run, below HEAD."""
    if status.run is None:
        known = [""] * 5
    else:
        config = status.run.config
        losses = {name: f"{loss:.3f}" for name, loss in status.losses.items()}
        known = [
            config.MODEL,
            f"{status.step:,} / {config.steps:,}",
            *(losses.get(name, "") for name in _LOSSES),
            " ".join(f"{name} {rate:.1%}" for name, rate in status.accuracy.items()),
        ]
    state = ": ".join(filter(None, (status.state, status.problem)))
    return [status.name, *known, printing.mebibytes(status.size), state]
