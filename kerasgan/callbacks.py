"""What happens beside the updates while `fit` runs."""

import csv
import io
import signal
import time
from typing import Any

import keras

from kerasgan import checkpoints, files, images, plots, progress, sampling
from kerasgan.errors import Failed
from kerasgan.runs import Run


class Periodic(keras.callbacks.Callback):
    """Act every so many steps and at the run's last.

    Args:
        run: the run that is trained.
        done: the steps made before this `fit`.
        every: steps between acts.
    """

    def __init__(self, run: Run, done: int, every: int):
        super().__init__()
        self.run = run
        self.step = done
        self.every = every

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.step += 1
        if self.step % self.every == 0 or self.step == self.run.config.steps:
            self.act()

    def act(self) -> None:
        raise NotImplementedError


class MetricsLog(Periodic):
    """Append a row of means to metrics.csv; on resuming, drop the rows beyond the checkpoint."""

    def on_train_begin(self, logs: Any = None) -> None:
        rows = [row for row in self._read() if self._is_kept(row)]
        self._start = time.monotonic() - (float(rows[-1]["seconds"]) if rows else 0.0)
        self._columns = ["step", "seconds", *self.model.record()]
        with files.replacing(self.run.metrics_file) as temporary:
            temporary.write_text(self._text([{name: name for name in self._columns}, *rows]))

    def _read(self) -> list[dict[str, Any]]:
        if not self.run.metrics_file.exists():
            return []
        with self.run.metrics_file.open(newline="") as file:
            return list(csv.DictReader(file))

    def _is_kept(self, row: dict[str, Any]) -> bool:
        # A row between two regular ones ended a run that is now extended; its values are still in
        # the model's running means. A cut last row is beyond the checkpoint that followed it.
        step = int(row["step"])
        return step <= self.step and step % self.every == 0

    def _text(self, rows: list[dict[str, Any]]) -> str:
        text = io.StringIO()
        csv.DictWriter(text, self._columns, lineterminator="\n").writerows(rows)
        return text.getvalue()

    def act(self) -> None:
        refuse_not_finite(self.model, self.run)
        seconds = f"{time.monotonic() - self._start:.1f}"
        row = {"step": self.step, "seconds": seconds, **self.model.record()}
        with self.run.metrics_file.open("a") as file:
            file.write(self._text([row]))
        if self.step % self.every == 0:
            self.model.reset_record()


def refuse_not_finite(model: keras.Model, run: Run) -> None:
    """Raise `Failed`, saying when and what to try, once a loss or gradient was not finite."""
    if failed := int(model.failed_step):
        raise Failed(
            f"a loss or gradient was not finite at step {failed}; checkpoints from before it are "
            f"kept in {run.checkpoints}. Try a new run with a lower --learning-rate (now "
            f"{run.config.learning_rate:g})"
        )


class LossPlot(Periodic):
    """Redraw losses.png from metrics.csv."""

    def act(self) -> None:
        metrics = plots.read_metrics(self.run.metrics_file)
        if metrics["step"].size:
            plots.save_losses(metrics, self.run.path / "losses.png", self.run.path.name)


class SampleSheet(Periodic):
    """Write samples/step-*.png: every hair by every eye colour, the same noise every time."""

    def act(self) -> None:
        sampler = sampling.Sampler(self.run, self.model.sampling_generator)
        sheet = sampler.sheet(self.run.config.seed)
        images.save(sheet, self.run.samples / f"step-{self.step:06d}.png")


class Checkpoint(Periodic):
    """Write a checkpoint, also where the run is stopped; never of a model that went astray."""

    def on_train_begin(self, logs: Any = None) -> None:
        self._saved = self.step

    def act(self) -> None:
        refuse_not_finite(self.model, self.run)
        checkpoints.save(self.run, self.model, self.step)
        self._saved = self.step

    def on_train_end(self, logs: Any = None) -> None:
        if self._saved != self.step:
            self.act()


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
