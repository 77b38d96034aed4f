"""Callbacks for the user at the terminal: duration, progress and signals."""

import logging
import math
import signal
import time
from typing import Any

import keras
import numpy as np

from kerasgan.configs import Config
from kerasgan.datasets.checks import advice
from kerasgan.reporting import plots
from kerasgan.runs.directory import Run
from kerasgan.training import workers
from kerasgan.training.callbacks import MetricsLog
from kerasgan.utils import processes, progress

log = logging.getLogger(__name__)


def advise(config: Config, count: int) -> None:
    """Log what helps where the images are few and the config does nothing about it."""
    if count < advice.SOME and not config.augment:
        log.info("%s", advice.on_images(count))


class StepTimer(keras.callbacks.Callback):
    """Measure three steps after the first, which includes tracing.

    Attributes:
        seconds: per step; None before the last of them has ended.
    """

    FIRST, LAST = 2, 4

    def __init__(self):
        super().__init__()
        self.seconds: float | None = None

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if batch + 1 == self.FIRST:
            self._start = self._time()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if batch + 1 == self.LAST:
            self.seconds = (self._time() - self._start) / (self.LAST - self.FIRST + 1)

    def _time(self) -> float:
        # Reading a variable waits for the steps that are queued on a GPU.
        np.asarray(self.model.step)
        return time.monotonic()


class DurationEstimate(StepTimer):
    """Log after the first steps of a run how long the others take, as a warning above an hour."""

    def __init__(self, run: Run, initial_step: int):
        super().__init__()
        self.config = run.config
        self.initial_step = initial_step

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        super().on_train_batch_end(batch, logs)
        if batch + 1 == self.LAST and self.seconds is not None:
            self._report(self.seconds)

    def _report(self, seconds: float) -> None:
        remaining = self.config.steps - self.initial_step - self.LAST
        hours = seconds * remaining / 3600
        level, other = (logging.WARNING, self._alternative()) if hours > 1 else (logging.INFO, "")
        log.log(
            level,
            "at %.3g s per step, the remaining %s steps take about %s%s",
            seconds, f"{remaining:,}", duration(hours), other,
        )  # fmt: skip

    def _alternative(self) -> str:
        quick = self.config.PRESETS.get("quick")
        if self.initial_step or not quick or self.config.steps <= quick["steps"]:
            return ""
        return "; --preset quick takes minutes"


def duration(hours: float) -> str:
    """A duration in words: seconds, minutes, hours, or, from four days on, days."""
    if hours < 1 / 60:
        return f"{3600 * hours:.2g} seconds"
    if hours < 1:
        return f"{60 * hours:.2g} minutes"
    if hours < 96:
        return f"{hours:.1f} hours" if hours < 10 else f"{hours:.0f} hours"
    return f"{hours / 24:,.0f} days"


class ProgressBar(keras.callbacks.Callback):
    """Show the step, the remaining time and, once per second, image rate, losses and quality.

    Args:
        metrics: its measured values are the quality.
    """

    def __init__(self, run: Run, initial_step: int, metrics: MetricsLog):
        super().__init__()
        self.run = run
        self.initial_step = initial_step
        self.metrics = metrics

    def on_train_begin(self, logs: Any = None) -> None:
        config = self.run.config
        self._bar = progress.bar(
            total=config.steps, initial=self.initial_step, desc=config.MODEL, unit="step"
        )
        self._last_update = 0.0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if time.monotonic() - self._last_update > 1.0:
            self._bar.set_description_str(self._title(), refresh=False)
            self._bar.set_postfix_str(self._state(), refresh=False)
            self._last_update = time.monotonic()
        self._bar.update()

    def _state(self) -> str:
        config, record = self.run.config, self.model.record()
        # None before the second step.
        steps_per_second = self._bar.format_dict["rate"] or math.nan
        rate = steps_per_second * config.batch_size * config.d_steps
        losses = [f"{name}={record[name]:.3f}" for name in ("d_loss", "g_loss")]
        return ", ".join([f"{rate:.3g} images/s", *losses, *self._quality()])

    def _quality(self) -> list[str]:
        """The best-metric's last value, if there is one."""
        measured = self.metrics.evaluation_names
        # Only models with a best-metric are measured.
        if not measured or (name := self.run.config.best_metric) not in measured:
            return []
        _, values = plots.known(self.metrics.history, name)
        return [f"{name}={values[-1]:.3g}"] if values.size else []

    def _title(self) -> str:
        config = self.run.config
        # The step that has just ended is not yet counted.
        epoch = config.epoch_of(self._bar.n + 1)
        return f"{config.MODEL}, epoch {epoch} of {config.epochs}" if epoch else config.MODEL

    def on_train_end(self, logs: Any = None) -> None:
        self._bar.close()


class StopOnSignal(keras.callbacks.Callback):
    """Stop after the current step on one of `processes.STOP_SIGNALS`; a second ends the process.

    All workers stop after the same step, whichever of them received a signal.

    Attributes:
        received: number of the signal, SIGTERM if it was another worker's, or None.
    """

    def __init__(self, strategy: str):
        super().__init__()
        self.strategy = strategy
        self.received: int | None = None
        self._previous_handlers: dict[int, Any] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        for number in processes.STOP_SIGNALS:
            self._previous_handlers[number] = processes.handle(number, self._receive)

    def _receive(self, number: int, frame: Any) -> None:
        self.received = number
        self._restore()
        if number == signal.SIGHUP:
            processes.leave_closed_terminal()

    def _restore(self) -> None:
        for number, handler in self._previous_handlers.items():
            signal.signal(number, handler)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if workers.any_of(self.strategy, self.received is not None):
            self.received = self.received or signal.SIGTERM
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        self._restore()
