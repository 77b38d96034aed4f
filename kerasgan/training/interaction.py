"""What a person sees and does while `fit` runs."""

import logging
import signal
import time
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasgan.configs import Config
from kerasgan.runs.directory import Run
from kerasgan.utils import progress

log = logging.getLogger(__name__)


def warn_of_duration(config: Config) -> None:
    """Warn before a run that takes more than an hour on a CPU, as far as that was measured."""
    if config.cpu_hours > 1 and not tf.config.list_physical_devices("GPU"):
        log.warning(
            "%s steps of %s take about %s on two CPU cores with AVX512, and longer on older ones%s",
            f"{config.steps:,}", config.MODEL, _in_words(config.cpu_hours), _way_out(config),
        )  # fmt: skip


def _in_words(hours: float) -> str:
    return f"{hours:.1f} hours" if hours < 10 else f"{hours:,.0f} hours"


def _way_out(config: Config) -> str:
    quick = config.PRESETS.get("quick")
    return "; --preset quick takes minutes" if quick and config.steps > quick["steps"] else ""


class DurationEstimate(keras.callbacks.Callback):
    """Log how long the rest of a run takes, if more than an hour.

    It is the time of ten steps that counts, in which no first sheet comes: the first steps also
    trace what the others run.
    """

    FIRST, LAST = 11, 20

    def __init__(self, run: Run, done: int):
        super().__init__()
        self.config = run.config
        self.done = done

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if batch + 1 == self.FIRST:
            self._begun = self._now()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if batch + 1 == self.LAST:
            self._report((self._now() - self._begun) / (self.LAST - self.FIRST + 1))

    def _now(self) -> float:
        # A GPU may still be computing the steps that it was given.
        np.asarray(self.model.step)
        return time.monotonic()

    def _report(self, seconds: float) -> None:
        left = self.config.steps - self.done - self.LAST
        if (hours := seconds * left / 3600) > 1:
            log.info(
                "at %.3g s per step, the remaining %s steps take about %s%s",
                seconds, f"{left:,}", _in_words(hours), "" if self.done else _way_out(self.config),
            )  # fmt: skip


class ProgressBar(keras.callbacks.Callback):
    """Tell a person the step, the time left and, once a second, the losses."""

    def __init__(self, run: Run, done: int):
        super().__init__()
        self.run = run
        self.done = done

    def on_train_begin(self, logs: Any = None) -> None:
        config = self.run.config
        self._bar = progress.bar(
            total=config.steps, initial=self.done, desc=config.MODEL, unit="step"
        )
        self._shown = 0.0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if time.monotonic() - self._shown > 1.0:
            means = {name: f"{mean:.3f}" for name, mean in self.model.record().items()}
            losses = {name: means[name] for name in ("d_loss", "g_loss")}
            self._bar.set_postfix(losses, refresh=False)
            self._shown = time.monotonic()
        self._bar.update()

    def on_train_end(self, logs: Any = None) -> None:
        self._bar.close()


class StopOnSignal(keras.callbacks.Callback):
    """Finish the step and stop on SIGINT or SIGTERM; a second signal stops at once.

    `received` is the signal's number, or None.
    """

    def __init__(self):
        super().__init__()
        self.received: int | None = None
        self._before: dict[int, Any] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._receive)

    def _receive(self, number: int, frame: Any) -> None:
        self.received = number
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.received is not None:
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        self._restore()
