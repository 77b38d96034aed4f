"""What a person sees and does while `fit` runs."""

import signal
import time
from typing import Any

import keras

from kerasgan import progress
from kerasgan.runs import Run


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
