"""The state of runs, read from their files without importing TensorFlow or NumPy."""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kerasgan.metrics import accuracies
from kerasgan.runs import directory, home, locks, records
from kerasgan.runs.directory import Run
from kerasgan.runs.records import MetricsFile
from kerasgan.utils import files, printing
from kerasgan.utils.errors import InvalidInput

TRAINING = "training"
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
    curves = MetricsFile(run.metrics_file).read()
    last = {name: curve.values[-1] for name, curve in curves.items() if curve.values}
    step = _newest_step(run)
    now = _state(run, step)
    if now == TRAINING:
        step = max(step, int(last.get("step", 0)))
    return RunStatus(
        run.path,
        files.folder_size(run.path),
        now,
        run=run,
        step=step,
        losses={name: last[name] for name in _LOSSES if name in last},
        accuracy=_accuracy(run, last),
    )


def state(run: Run) -> str:
    """The `state` of a run in `RunStatus`, without reading its metrics.csv.

    Raises:
        InvalidInput: if one of its files is damaged.
    """
    return _state(run, _newest_step(run))


def _state(run: Run, step: int) -> str:
    if locks.is_locked(run.path):
        return TRAINING
    # A run that was resumed after a failure has a later checkpoint.
    if any(event.ended_run and event.step >= step for event in records.events(run)):
        return "failed"
    return "finished" if step >= run.config.steps else "stopped"


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


def _accuracy(run: Run, last: dict[str, float]) -> dict[str, float]:
    measured = {name: number["value"] for name, number in records.evaluation(run).items()}
    return accuracies(measured or last)


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
