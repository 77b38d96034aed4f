"""Callbacks for the user at the terminal: duration, progress and signals."""

import logging
import signal
import time
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasgan.configs import Config
from kerasgan.datasets.checks import advice
from kerasgan.runs.directory import Run
from kerasgan.utils import processes, progress

log = logging.getLogger(__name__)


def warn_of_duration(config: Config) -> None:
    """Warn before a run that is known to take more than an hour on a CPU."""
    if config.cpu_hours > 1 and not tf.config.list_physical_devices("GPU"):
        log.warning(
            "%s steps of %s take about %s on two CPU cores with AVX512, and longer on older ones%s",
            f"{config.steps:,}", config.MODEL, _in_words(config.cpu_hours), _alternative(config),
        )  # fmt: skip


def advise(config: Config, count: int) -> None:
    """Log what helps where the images are few and the config does nothing about it."""
    if count < advice.SOME and not config.augment:
        log.info("%s", advice.on_images(count))


def _in_words(hours: float) -> str:
    return f"{hours:.1f} hours" if hours < 10 else f"{hours:,.0f} hours"


def _alternative(config: Config) -> str:
    quick = config.PRESETS.get("quick")
    return "; --preset quick takes minutes" if quick and config.steps > quick["steps"] else ""


class DurationEstimate(keras.callbacks.Callback):
    """Log the remaining time of a run after 20 steps if it is more than an hour.

    It measures steps 11 to 20, which include neither tracing nor the first sample sheets.
    """

    FIRST, LAST = 11, 20

    def __init__(self, run: Run, initial_step: int):
        super().__init__()
        self.config = run.config
        self.initial_step = initial_step

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if batch + 1 == self.FIRST:
            self._start = self._time()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if batch + 1 == self.LAST:
            self._report((self._time() - self._start) / (self.LAST - self.FIRST + 1))

    def _time(self) -> float:
        # Reading a variable waits for the steps that are queued on a GPU.
        np.asarray(self.model.step)
        return time.monotonic()

    def _report(self, seconds: float) -> None:
        remaining = self.config.steps - self.initial_step - self.LAST
        if (hours := seconds * remaining / 3600) > 1:
            alternative = "" if self.initial_step else _alternative(self.config)
            log.info(
                "at %.3g s per step, the remaining %s steps take about %s%s",
                seconds, f"{remaining:,}", _in_words(hours), alternative,
            )  # fmt: skip


class ProgressBar(keras.callbacks.Callback):
    """Show the step, the remaining time and, once per second, the losses."""

    def __init__(self, run: Run, initial_step: int):
        super().__init__()
        self.run = run
        self.initial_step = initial_step

    def on_train_begin(self, logs: Any = None) -> None:
        config = self.run.config
        self._bar = progress.bar(
            total=config.steps, initial=self.initial_step, desc=config.MODEL, unit="step"
        )
        self._last_update = 0.0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if time.monotonic() - self._last_update > 1.0:
            means = {name: f"{mean:.3f}" for name, mean in self.model.record().items()}
            losses = {name: means[name] for name in ("d_loss", "g_loss")}
            self._bar.set_postfix(losses, refresh=False)
            self._last_update = time.monotonic()
        self._bar.update()

    def on_train_end(self, logs: Any = None) -> None:
        self._bar.close()


class StopOnSignal(keras.callbacks.Callback):
    """Stop after the current step on one of `processes.STOP_SIGNALS`; a second ends the process.

    Attributes:
        received: number of the signal, or None.
    """

    def __init__(self):
        super().__init__()
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
        if self.received is not None:
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        self._restore()
