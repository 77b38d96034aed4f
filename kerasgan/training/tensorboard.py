"""Metrics and sample sheets in TensorBoard's event files.

TensorFlow's own `tf.summary.scalar` needs the package tensorboard; these files need it to be viewed
only.
"""

import io
import math
import time
from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf
from PIL import Image

from kerasgan.datasets import decoding
from kerasgan.runs.directory import Run
from kerasgan.training.callbacks import EveryNSteps, MetricsLog
from kerasgan.training.snapshots import SampleSheet
from kerasgan.utils import files

_EVENTS = "events.out.tfevents"
# What TensorBoard asks of the first record of a file.
_HEAD = tf.compat.v1.Event(file_version="brain.Event:2")
_Value = tf.compat.v1.Summary.Value


class EventLog:
    """An event file of the steps after `done`; from older files of the folder, later ones go."""

    def __init__(self, folder: Path, done: int):
        folder.mkdir(exist_ok=True)
        files.remove_stale(folder)
        for file in folder.glob(f"{_EVENTS}.*"):
            kept = [event for event in events(file) if event.step <= done]
            with files.replacing(file) as temporary:
                _write(tf.io.TFRecordWriter(str(temporary)), kept)
        # TensorBoard reads the files in the order of their names.
        self._writer = tf.io.TFRecordWriter(str(folder / f"{_EVENTS}.{time.time_ns()}"))
        # One that is open forgets later steps too.
        session = tf.compat.v1.SessionLog(status=tf.compat.v1.SessionLog.START)
        start = tf.compat.v1.Event(step=done + 1, session_log=session)
        _write(self._writer, [_HEAD, start])

    def write(self, step: int, values: list[_Value]) -> None:
        """Add values of a step, on the disk when this returns."""
        summary = tf.compat.v1.Summary(value=values)
        event = tf.compat.v1.Event(wall_time=time.time(), step=step, summary=summary)
        _write(self._writer, [event])


def _write(writer: tf.io.TFRecordWriter, written: list[tf.compat.v1.Event]) -> None:
    for event in written:
        writer.write(event.SerializeToString())
    writer.flush()


def events(file: Path) -> Iterator[tf.compat.v1.Event]:
    """Yield the events of a file, up to one that was cut."""
    try:
        for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
            yield tf.compat.v1.Event.FromString(record)
    except tf.errors.DataLossError:
        return


class Scalars(EveryNSteps):
    """Write what is known of the last row of `metrics`, which has acted before."""

    def __init__(self, run: Run, done: int, log: EventLog, metrics: MetricsLog):
        super().__init__(run, done, metrics.every)
        self.log = log
        self.metrics = metrics

    def execute(self) -> None:
        row = {name: values[-1] for name, values in self.metrics.history.items() if name != "step"}
        known = {name: value for name, value in row.items() if not math.isnan(value)}
        values = [_Value(tag=name, simple_value=value) for name, value in known.items()]
        self.log.write(self.step, values)


class Sheets(EveryNSteps):
    """Write the file of `sheet`, which has acted before."""

    def __init__(self, run: Run, done: int, log: EventLog, sheet: SampleSheet):
        super().__init__(run, done, sheet.every)
        self.log = log
        self.sheet = sheet

    def is_due(self, step: int) -> bool:
        return self.sheet.is_due(step)

    def execute(self) -> None:
        png = self.sheet.file.read_bytes()
        with Image.open(io.BytesIO(png), formats=decoding.FORMATS) as picture:
            width, height = picture.size
        image = tf.compat.v1.Summary.Image(
            width=width, height=height, colorspace=3, encoded_image_string=png
        )
        self.log.write(self.step, [_Value(tag="samples", image=image)])


def of_run(run: Run, done: int, metrics: MetricsLog, sheet: SampleSheet) -> list[EveryNSteps]:
    """What acts after `metrics` and `sheet`, if the run wants it."""
    if not run.config.tensorboard:
        return []
    log = EventLog(run.path / "tensorboard", done)
    return [Scalars(run, done, log, metrics), Sheets(run, done, log, sheet)]
