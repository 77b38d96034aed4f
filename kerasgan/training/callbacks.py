"""What happens beside the updates while `fit` runs."""

import csv
import io
import json
import logging
import time
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kerasgan.evaluation.monitor import Monitor
from kerasgan.metrics import is_better
from kerasgan.reporting import plots
from kerasgan.runs import checkpoints
from kerasgan.runs.directory import Run
from kerasgan.training import failure_signs
from kerasgan.utils import files
from kerasgan.utils.errors import TrainingFailed

log = logging.getLogger(__name__)


class EveryNSteps(keras.callbacks.Callback):
    """Act every so many steps and at the run's last.

    Args:
        run: the run that is trained.
        done: the steps made before this `fit`.
        every: steps between acts.
    """

    def __init__(self, run: Run, done: int, every: int):
        super().__init__()
        self.run = run
        self.step = self.acted = done
        self.every = every

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.step += 1
        if self.is_due(self.step):
            self.act()
            self.acted = self.step

    def is_due(self, step: int) -> bool:
        """Whether it acts at a step, which others may ask before it has seen that step."""
        return step % self.every == 0 or step == self.run.config.steps

    def act(self) -> None:
        raise NotImplementedError

    def is_kept(self, step: int) -> bool:
        """Whether what was written at a step stands when the run goes on from here."""
        # Between two regular steps a run ended that is now extended; the model still has its means.
        return step <= self.step and step % self.every == 0


class MetricsLog(EveryNSteps):
    """Append a row of means to metrics.csv; on resuming, drop the rows beyond the checkpoint.

    `history` is what the file holds, {column: [rows]}; `measured` goes into the next row.

    Args:
        measured: the names of what others may measure, NaN in the rows without.
    """

    def __init__(self, run: Run, done: int, every: int, measured: Sequence[str] = ()):
        super().__init__(run, done, every)
        self.names = measured
        self.measured: dict[str, float] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        self._columns = ["step", "seconds", *self.model.record(), *self.names]
        head = {name: name for name in self._columns}
        with files.named_if_damaged(self.run.metrics_file):
            # A cut last row is beyond the checkpoint that followed it.
            rows = [row for row in self._read() if self.is_kept(int(row["step"]))]
            self._start = time.monotonic() - (float(rows[-1]["seconds"]) if rows else 0.0)
            text = self._text([head, *rows])
        files.write(self.run.metrics_file, text)
        self.history = plots.read_metrics(self.run.metrics_file)

    def _read(self) -> list[dict[str, Any]]:
        if not self.run.metrics_file.exists():
            return []
        with self.run.metrics_file.open(newline="") as file:
            return list(csv.DictReader(file))

    def _text(self, rows: list[dict[str, Any]]) -> str:
        text = io.StringIO()
        csv.DictWriter(text, self._columns, lineterminator="\n").writerows(rows)
        return text.getvalue()

    def act(self) -> None:
        refuse_not_finite(self.model, self.run)
        seconds = f"{time.monotonic() - self._start:.1f}"
        measured = {**dict.fromkeys(self.names, np.nan), **self.measured}
        self.measured = {}
        row = {"step": self.step, "seconds": seconds, **self.model.record(), **measured}
        with self.run.metrics_file.open("a") as file:
            file.write(self._text([row]))
        self.history = {
            name: np.append(values, float(row[name])) for name, values in self.history.items()
        }
        if self.step % self.every == 0:
            self.model.reset_record()


def refuse_not_finite(model: keras.Model, run: Run) -> None:
    """Raise `TrainingFailed` once a loss or gradient is not finite."""
    if failed := int(np.asarray(model.failed_step)):
        row = {"step": failed, **model.record()}
        sign = failure_signs.signs({name: np.array([value]) for name, value in row.items()})[0]
        note(run, failed, sign, ended_run=True)
        raise TrainingFailed(
            f"{sign.message}; {sign.advice(run.config)}; checkpoints from before it are kept in "
            f"{run.checkpoints}"
        )


def note(run: Run, step: int, sign: failure_signs.FailureSign, ended_run: bool) -> None:
    """Append the line of a sign, seen at a step, to health.jsonl."""
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


class Health(EveryNSteps):
    """Warn of the signs of a failing run, of each when it appears; on resuming, as `MetricsLog`.

    `failure` is the fatal sign that stopped a run with `stop_on_failure`, or None.

    Args:
        metrics: has acted before this does.
    """

    def __init__(self, run: Run, done: int, every: int, metrics: MetricsLog):
        super().__init__(run, done, every)
        self.metrics = metrics
        self.failure: failure_signs.FailureSign | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        self._present = {sign.name for sign in failure_signs.signs(self.metrics.history)}
        if self.run.health_file.exists():
            with files.named_if_damaged(self.run.health_file):
                lines = self.run.health_file.read_text().splitlines(keepends=True)
                # A line that a killed process cut is beyond the checkpoint, as all after that.
                kept = [line for line in lines if line.endswith("\n")]
                kept = [line for line in kept if self.is_kept(json.loads(line)["step"])]
            files.write(self.run.health_file, "".join(kept))

    def act(self) -> None:
        signs = failure_signs.signs(self.metrics.history)
        for sign in signs:
            if sign.name not in self._present:
                self._report(sign)
        self._present = {sign.name for sign in signs}

    def _report(self, sign: failure_signs.FailureSign) -> None:
        ends_run = sign.fatal and self.run.config.stop_on_failure
        note(self.run, self.step, sign, ends_run)
        log.warning("step %d: %s; %s", self.step, sign.message, sign.advice(self.run.config))
        if ends_run and self.failure is None:
            self.failure = sign
            self.model.stop_training = True


class Evaluation(EveryNSteps):
    """Measure the model's images and keep the best checkpoint.

    Args:
        metrics: acts after this does.
    """

    def __init__(self, run: Run, done: int, every: int, monitor: Monitor, metrics: MetricsLog):
        super().__init__(run, done, every)
        self.monitor = monitor
        self.metrics = metrics

    def act(self) -> None:
        if self.step % self.every:
            return
        refuse_not_finite(self.model, self.run)
        metric = self.run.config.best_metric
        _, before = plots.known(self.metrics.history, metric)
        measured = self.metrics.measured = self.monitor.measure(self.model)
        if all(is_better(metric, measured[metric], value) for value in before):
            checkpoints.save(self.run, self.model, self.step, checkpoints.BEST)
