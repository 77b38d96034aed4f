"""Callbacks that log, evaluate and detect failures every few steps of `fit`."""

import csv
import io
import json
import logging
import time
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kerasgan.metrics import is_better
from kerasgan.reporting import plots
from kerasgan.runs import checkpoints
from kerasgan.runs.directory import Run
from kerasgan.tasks.base import Monitor
from kerasgan.training.failure_sign import FailureSign
from kerasgan.training.failure_signs import detect_failures
from kerasgan.utils import files
from kerasgan.utils.errors import TrainingFailed
from kerasgan.utils.printing import shortened

log = logging.getLogger(__name__)

_MAX_NAMED = 5


class EveryNSteps(keras.callbacks.Callback):
    """Base class: call `execute` every `every` steps and at the last step of the run.

    Args:
        run: the run in training.
        initial_step: step of the run at which this `fit` starts.
        every: steps between calls.
    """

    def __init__(self, run: Run, initial_step: int, every: int):
        super().__init__()
        self.run = run
        self.step = self.last_executed = initial_step
        self.every = every

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.step += 1
        if self.is_due(self.step):
            self.execute()
            self.last_executed = self.step

    def is_due(self, step: int) -> bool:
        """Whether to execute at a step; other callbacks may ask before this one reaches it."""
        return step % self.every == 0 or step == self.run.config.steps

    def execute(self) -> None:
        raise NotImplementedError

    def is_kept(self, step: int) -> bool:
        """Whether a record of this step is kept when a run is resumed from the current step."""
        # An extended run has a record at its former last step, between two regular ones. The
        # model's running means still include these steps, and the next record will.
        return step <= self.step and step % self.every == 0


class MetricsLog(EveryNSteps):
    """Append the means since the last row to metrics.csv; drop later rows on resuming.

    Attributes:
        history: content of metrics.csv, {column: [rows]}.
        evaluation: values of the evaluation columns for the next row, NaN unless set.

    Args:
        evaluation_names: columns besides those that the model records.
    """

    def __init__(
        self, run: Run, initial_step: int, every: int, evaluation_names: Sequence[str] = ()
    ):
        super().__init__(run, initial_step, every)
        self.evaluation_names = evaluation_names
        self.evaluation: dict[str, float] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        self._columns = ["step", "seconds", *self.model.record(), *self.evaluation_names]
        header = {name: name for name in self._columns}
        with files.named_if_damaged(self.run.metrics_file):
            # A last row that was cut is later than the checkpoint, so it is dropped too.
            rows = [row for row in self._read_rows() if self.is_kept(int(row["step"]))]
            self._start = time.monotonic() - (float(rows[-1]["seconds"]) if rows else 0.0)
            text = self._as_csv([header, *rows])
            self._warn_of_gaps({int(row["step"]) for row in rows})
        files.write(self.run.metrics_file, text)
        self.history = plots.read_metrics(self.run.metrics_file)

    def _warn_of_gaps(self, found: set[int]) -> None:
        """Warn of rows that are older than the checkpoint and lost, as by a power failure."""
        lost = [step for step in range(self.every, self.step + 1, self.every) if step not in found]
        if lost:
            steps = shortened([*map(str, lost)], _MAX_NAMED)
            log.warning("%s lacks the rows of steps %s", self.run.metrics_file, steps)

    def _read_rows(self) -> list[dict[str, Any]]:
        if not self.run.metrics_file.exists():
            return []
        with self.run.metrics_file.open(newline="") as file:
            return list(csv.DictReader(file))

    def _as_csv(self, rows: list[dict[str, Any]]) -> str:
        text = io.StringIO()
        csv.DictWriter(text, self._columns, lineterminator="\n").writerows(rows)
        return text.getvalue()

    def execute(self) -> None:
        check_finite(self.model, self.run)
        seconds = f"{time.monotonic() - self._start:.1f}"
        evaluation = {**dict.fromkeys(self.evaluation_names, np.nan), **self.evaluation}
        self.evaluation = {}
        row = {"step": self.step, "seconds": seconds, **self.model.record(), **evaluation}
        with self.run.metrics_file.open("a") as file:
            file.write(self._as_csv([row]))
        self.history = {
            name: np.append(values, float(row[name])) for name, values in self.history.items()
        }
        if self.step % self.every == 0:
            self.model.reset_record()


def check_finite(model: keras.Model, run: Run) -> None:
    """Raise `TrainingFailed` if a loss or gradient was not finite at any step so far."""
    if failed_step := int(np.asarray(model.failed_step)):
        row = {"step": failed_step, **model.record()}
        sign = detect_failures({name: np.array([value]) for name, value in row.items()}, {})[0]
        append_event(run, failed_step, sign, ended_run=True)
        *_, last = (None, *run.checkpoint_files.values())
        raise TrainingFailed(
            f"{sign.message}; {sign.advice(run.config)}; the last good checkpoint is "
            f"{last or 'none: it was before the first'}"
        )


def append_event(run: Run, step: int, sign: FailureSign, ended_run: bool) -> None:
    """Append a line about a sign of failure to health.jsonl."""
    line = {
        "step": step,
        "sign": sign.name,
        "value": sign.value,
        "message": sign.message,
        "advice": sign.advice(run.config),
        "ended_run": ended_run,
    }
    with run.health_file.open("a") as file:
        file.write(json.dumps(line) + "\n")


class FailureDetector(EveryNSteps):
    """Report each sign of failure once when it appears, in the log and in health.jsonl.

    Later lines of health.jsonl are dropped on resuming.

    Attributes:
        failure: the fatal sign that stopped the run, with `stop_on_failure`; else None.

    Args:
        metrics: executes before this callback.
    """

    def __init__(self, run: Run, initial_step: int, every: int, metrics: MetricsLog):
        super().__init__(run, initial_step, every)
        self.metrics = metrics
        self.failure: FailureSign | None = None
        self._factors = run.config.loss_factors(run.schema.names)

    def on_train_begin(self, logs: Any = None) -> None:
        self._present = {sign.name for sign in self._detect()}
        if self.run.health_file.exists():
            with files.named_if_damaged(self.run.health_file):
                lines = self.run.health_file.read_text().splitlines(keepends=True)
                # A line that was cut is later than the checkpoint.
                kept = [line for line in lines if line.endswith("\n")]
                kept = [line for line in kept if self.is_kept(json.loads(line)["step"])]
            files.write(self.run.health_file, "".join(kept))

    def execute(self) -> None:
        signs = self._detect()
        for sign in signs:
            if sign.name not in self._present:
                self._report(sign)
        self._present = {sign.name for sign in signs}

    def _detect(self) -> list[FailureSign]:
        return detect_failures(self.metrics.history, self._factors)

    def _report(self, sign: FailureSign) -> None:
        ends_run = sign.fatal and self.run.config.stop_on_failure
        append_event(self.run, self.step, sign, ends_run)
        log.warning("step %d: %s; %s", self.step, sign.message, sign.advice(self.run.config))
        if ends_run and self.failure is None:
            self.failure = sign
            self.model.stop_training = True


class Evaluation(EveryNSteps):
    """Measure the model, and save the best checkpoint if the best-metric is measured.

    Args:
        monitor: see `Task.monitors`.
        metrics: executes after this callback and logs the values.
    """

    def __init__(self, run: Run, initial_step: int, monitor: Monitor, metrics: MetricsLog):
        super().__init__(run, initial_step, monitor.every)
        self.monitor = monitor
        self.metrics = metrics

    def is_due(self, step: int) -> bool:
        # Not at the last step: a run that is extended drops that row, and the best with it.
        return step % self.every == 0

    def execute(self) -> None:
        check_finite(self.model, self.run)
        values = self.monitor.measure(self.model)
        self.metrics.evaluation |= values
        metric = self.run.config.best_metric
        if metric not in values:
            return
        _, earlier = plots.known(self.metrics.history, metric)
        if all(is_better(metric, values[metric], value) for value in earlier):
            checkpoints.save(self.run, self.model, self.step, checkpoints.BEST)
