"""Keras's callbacks beside a model whose losses and metrics stay on the device."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras


class LazyLogs(Mapping, dict):  # pyright: ignore[reportGeneralTypeIssues]
    """A step's logs, {name: mean of the epoch so far}, read from the device on first use.

    Keras's TensorBoard writes the logs of a step only if they are a dict.

    Args:
        model: an `AdversarialModel`.
    """

    def __init__(self, model: keras.Model):
        self._model = model
        self._values: dict[str, float] | None = None

    def __getitem__(self, name: str) -> float:
        values = self._values
        if values is None:
            values = self._values = self._model.record()
        return values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._model.record_names)

    def __len__(self) -> int:
        return len(self._model.record_names)


class SlowProgbarLogger(keras.callbacks.ProgbarLogger):
    """Keras's progress bar, which reads the logs ten times a second at most."""

    def on_train_begin(self, logs: Any = None) -> None:
        super().on_train_begin(logs)
        self._last_time = 0.0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if time.monotonic() - self._last_time > 0.1:
            super().on_train_batch_end(batch, logs)
            self._last_time = time.monotonic()


class LazyCallbackList(keras.callbacks.CallbackList):
    """Callbacks that get `LazyLogs` after each step, so that none waits that reads no logs.

    After the last step the averaged generator is complete.
    """

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        lazy = LazyLogs(self.model)
        for callback in self.callbacks:
            callback.on_train_batch_end(batch, logs=lazy)

    def on_train_end(self, logs: Any = None) -> None:
        # `predict` traces the model, and could not do this.
        self.model.complete_average()
        super().on_train_end(logs)


def callback_list(
    model: keras.Model,
    callbacks: Sequence[keras.callbacks.Callback] | keras.callbacks.Callback,
    verbose: str | int,
    epochs: int,
    steps: int,
) -> keras.callbacks.CallbackList:
    """The callbacks of `fit`, with a history and, if `verbose`, a progress bar."""
    own = [callbacks] if isinstance(callbacks, keras.callbacks.Callback) else list(callbacks or ())
    verbose = 1 if verbose == "auto" else verbose
    return LazyCallbackList(
        [*own, SlowProgbarLogger()] if verbose else own,
        add_history=True,
        add_progbar=False,
        verbose=verbose,
        epochs=epochs,
        steps=steps,
        model=model,
    )
