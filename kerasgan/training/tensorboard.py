"""Metrics and sample sheets for TensorBoard."""

import math
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import tensorflow as tf

from kerasgan.runs import sheets
from kerasgan.runs.directory import Run
from kerasgan.training.callbacks import EveryNSteps, MetricsLog
from kerasgan.training.snapshots import SampleSheet
from kerasgan.utils.errors import InvalidInput


def check(is_wanted: bool) -> None:
    """Raise InvalidInput if TensorBoard is wanted and not installed."""
    if is_wanted and find_spec("tensorboard") is None:
        raise InvalidInput(
            "--tensorboard needs the package tensorboard: pip install 'kerasgan[tensorboard]'"
        )


class TensorBoardLog(EveryNSteps):
    """Write the rows of `metrics` and the images of `sheet` to the folder tensorboard/ of the run.

    A resumed run writes all of them again, from metrics.csv and samples/, so that no event of a
    step that was lost remains.

    Args:
        metrics, sheet: callbacks that run before this one.
    """

    def __init__(self, run: Run, initial_step: int, metrics: MetricsLog, sheet: SampleSheet):
        super().__init__(run, initial_step, metrics.every)
        self.metrics = metrics
        self.sheet = sheet

    def on_train_begin(self, logs: Any = None) -> None:
        folder = self.run.path / "tensorboard"
        for file in folder.glob("events.out.tfevents.*"):
            file.unlink()
        self._writer = tf.summary.create_file_writer(str(folder))
        for row in range(len(self.metrics.history["step"])):
            self._write_row(row)
        for step, file in sheets.by_step(self.run.samples).items():
            if step <= self.step:
                self._write_sheet(step, file)
        self._writer.flush()

    def is_due(self, step: int) -> bool:
        return self.metrics.is_due(step) or self.sheet.is_due(step)

    def execute(self) -> None:
        if self.metrics.is_due(self.step):
            self._write_row(-1)
        if self.sheet.is_due(self.step):
            self._write_sheet(self.step, self.sheet.file)
        self._writer.flush()

    def on_train_end(self, logs: Any = None) -> None:
        self._writer.close()

    def _write_row(self, row: int) -> None:
        values = {name: float(column[row]) for name, column in self.metrics.history.items()}
        step = int(values.pop("step"))
        with self._writer.as_default(step):
            for name, value in values.items():
                if not math.isnan(value):
                    tf.summary.scalar(name, value)

    def _write_sheet(self, step: int, file: Path) -> None:
        with self._writer.as_default(step):
            tf.summary.image("samples", tf.io.decode_png(file.read_bytes(), channels=3)[None])
