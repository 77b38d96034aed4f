"""What a run keeps of its steps: plots, sample sheets and checkpoints."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from kerasgan.reporting import plots
from kerasgan.runs import checkpoints
from kerasgan.runs.directory import Run
from kerasgan.training.callbacks import EveryNSteps, refuse_not_finite
from kerasgan.utils import images


class Plots(EveryNSteps):
    """Redraw losses.png, and evaluation.png if there is something, from metrics.csv."""

    def act(self) -> None:
        metrics = plots.read_metrics(self.run.metrics_file)
        if metrics["step"].size:
            plots.save_losses(metrics, self.run.path / "losses.png", self.run.path.name)
            plots.save_evaluations(metrics, self.run.path / "evaluation.png", self.run.path.name)


class SampleSheet(EveryNSteps):
    """Write samples/step-*.png: the same noise, or the same images to translate, every time.

    Sheets of the steps `FIRST` come beside the regular ones.

    Args:
        draw: -> sheet.
    """

    FIRST = (1, 10, 30, 100)

    def __init__(self, run: Run, done: int, every: int, draw: Callable[[], Image.Image]):
        super().__init__(run, done, every)
        self.draw = draw

    def is_due(self, step: int) -> bool:
        return step in self.FIRST or super().is_due(step)

    def act(self) -> None:
        images.save(self.draw(), self.file)

    @property
    def file(self) -> Path:
        """Where the sheet of this step goes."""
        return self.run.samples / f"step-{self.step:06d}.png"


class Checkpoint(EveryNSteps):
    """Write a checkpoint, also where the run is stopped; never of a model that went astray.

    Args:
        minutes: most minutes between checkpoints, up to the end of a step; 0: any number.
    """

    def __init__(self, run: Run, done: int, every: int, minutes: float = 0.0):
        super().__init__(run, done, every)
        self.seconds = 60 * minutes
        self._is_late = False

    def on_train_begin(self, logs: Any = None) -> None:
        self._saved = time.monotonic()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        # Read once a step, so that `is_due` has one answer for all who ask.
        self._is_late = 0 < self.seconds <= time.monotonic() - self._saved

    def is_due(self, step: int) -> bool:
        return self._is_late or super().is_due(step)

    def act(self) -> None:
        refuse_not_finite(self.model, self.run)
        checkpoints.save(self.run, self.model, self.step)
        self._saved = time.monotonic()

    def on_train_end(self, logs: Any = None) -> None:
        if self.acted != self.step:
            self.act()
