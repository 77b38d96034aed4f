"""Callbacks that write plots, sample sheets and checkpoints."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from kerasgan.reporting import plots
from kerasgan.runs import checkpoints, sheets
from kerasgan.runs.directory import Run
from kerasgan.training import workers
from kerasgan.training.callbacks import EveryNSteps, check_finite
from kerasgan.utils import images


class Plots(EveryNSteps):
    """Plot metrics.csv to losses.png and, if columns of evaluations are logged, evaluation.png."""

    def execute(self) -> None:
        metrics = plots.read_metrics(self.run.metrics_file)
        if metrics["step"].size:
            name, per_epoch = self.run.path.name, self.run.config.steps_per_epoch
            plots.save_losses(metrics, self.run.path / "losses.png", name, per_epoch)
            plots.save_evaluations(metrics, self.run.path / "evaluation.png", name, per_epoch)


class SampleSheet(EveryNSteps):
    """Write samples/step-*.png from the same noise or the same input images every time.

    Executes at the steps `FIRST` and after the epochs `FIRST_EPOCHS` too, to show the beginning of
    training.

    Args:
        draw: () -> sheet.
    """

    FIRST, FIRST_EPOCHS = (1, 10, 30, 100), (1, 2, 3)

    def __init__(self, run: Run, initial_step: int, every: int, draw: Callable[[], Image.Image]):
        super().__init__(run, initial_step, every)
        self.draw = draw

    def is_due(self, step: int) -> bool:
        of_epochs = (epoch * self.run.config.steps_per_epoch for epoch in self.FIRST_EPOCHS)
        return step in self.FIRST or step in of_epochs or super().is_due(step)

    def execute(self) -> None:
        images.save(self.draw(), self.file)

    @property
    def file(self) -> Path:
        """Path of the sheet for the current step."""
        return sheets.file(self.run.samples, self.step, self.run.config.epoch_of(self.step))


class Checkpoint(EveryNSteps):
    """Write a checkpoint at the latest after the config's `checkpoint_minutes`, if not 0.

    Also written when training stops, but never after a loss that is not finite.
    """

    def __init__(self, run: Run, initial_step: int, every: int):
        super().__init__(run, initial_step, every)
        self.seconds = 60 * run.config.checkpoint_minutes
        self._is_overdue = False

    def on_train_begin(self, logs: Any = None) -> None:
        self._last_time = time.monotonic()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        # The clock is read once per step, so that `is_due` gives all callbacks the same answer, and
        # clocks of several machines differ.
        is_overdue = self.seconds <= time.monotonic() - self._last_time
        strategy = self.run.config.strategy
        self._is_overdue = self.seconds > 0 and workers.any_of(strategy, is_overdue)

    def is_due(self, step: int) -> bool:
        return self._is_overdue or super().is_due(step)

    def execute(self) -> None:
        check_finite(self.model, self.run)
        checkpoints.save(self.run, self.model, self.step)
        self._last_time = time.monotonic()

    def on_train_end(self, logs: Any = None) -> None:
        if self.last_executed != self.step:
            self.execute()
