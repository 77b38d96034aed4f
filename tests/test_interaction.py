"""What a training shows at the terminal, and the signals that end it."""

import os
import signal
import subprocess
import sys
import time
import types

import numpy as np
import pytest

from kerasgan import registry
from kerasgan.labels import LabelSchema
from kerasgan.runs import directory
from kerasgan.training import interaction, opening, workers
from kerasgan.utils import processes
from tests.stubs import ALL_PAIRS

ACGAN = registry.config_class("acgan")


@pytest.fixture(autouse=True)
def info_level(caplog):
    caplog.set_level("INFO", logger="kerasgan")


def estimate(monkeypatch, seconds, initial_step=0, **changes):
    """Simulate six steps, of which the first takes 100 times as long."""
    config = ACGAN(**changes)
    run = directory.create(config, ALL_PAIRS, "0123", "report", "kerasgan")
    callback = interaction.DurationEstimate(run, initial_step)
    callback.set_model(types.SimpleNamespace(step=0))
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    for batch in range(6):
        callback.on_train_batch_begin(batch)
        now += seconds * (100 if batch == 0 else 1)
        callback.on_train_batch_end(batch)


def test_after_four_steps_the_hours_of_a_long_run_are_warned_of_once(monkeypatch, caplog):
    estimate(monkeypatch, seconds=0.5)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        "at 0.5 s per step, the remaining 29,996 steps take about 4.2 hours; "
        "--preset quick takes minutes"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seconds": 0.1}, "at 0.1 s per step, the remaining 29,996 steps take about 50 minutes"),
        ({"seconds": 0.5, "steps": 1300}, "the remaining 1,296 steps take about 11 minutes"),
        ({"seconds": 1, "initial_step": 29_000}, "the remaining 996 steps take about 17 minutes"),
    ],
)
def test_the_minutes_of_a_shorter_run_are_no_warning(monkeypatch, caplog, changes, words):
    estimate(monkeypatch, **changes)
    (record,) = caplog.records
    assert record.levelname == "INFO"
    assert record.getMessage().endswith(words)


def test_no_preset_is_suggested_for_a_resumed_run(monkeypatch, caplog):
    estimate(monkeypatch, seconds=1, initial_step=20_000)
    assert "the remaining 9,996 steps take about 2.8 hours" in caplog.text
    assert "--preset" not in caplog.text


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0.005, "18 seconds"),
        (0.5, "30 minutes"),
        (4.25, "4.2 hours"),
        (26.4, "26 hours"),
        (200 * 24, "200 days"),
    ],
)
def test_durations_have_the_unit_that_a_reader_expects(hours, words):
    assert interaction.duration(hours) == words


def progress_bar(config, initial_step, **history):
    """A bar that has begun, of a run in which these values were measured."""
    run = directory.create(config, ALL_PAIRS, "0123", "report", "kerasgan")
    history = {name: np.array(values) for name, values in history.items()}
    metrics = types.SimpleNamespace(evaluation_names=tuple(history)[1:], history=history)
    bar = interaction.ProgressBar(run, initial_step, metrics)
    bar.set_model(types.SimpleNamespace(record=lambda: {"d_loss": 1.0, "g_loss": 2.0}))
    bar.on_train_begin()
    return bar


def test_the_bar_has_the_epoch():
    bar = progress_bar(ACGAN(epochs=3).with_options(epochs=3, steps=12), initial_step=3)
    titles = []
    for batch in range(9):
        bar._last_update = -9.0
        bar.on_train_batch_end(batch)
        titles.append(bar._bar.desc.removesuffix(": "))
    bar.on_train_end()
    assert titles == [f"acgan, epoch {epoch} of 3" for epoch in [1] + 4 * [2] + 4 * [3]]


@pytest.mark.parametrize(
    ("history", "quality"),
    [
        ({}, ""),
        ({"step": [1, 2], "score_auc": [0.5, 0.6]}, ""),
        ({"step": [1, 2], "accuracy": [np.nan, np.nan]}, ""),
        ({"step": [1, 2, 3], "accuracy": [0.25, 0.5, np.nan]}, ", accuracy=0.5"),
    ],
)
def test_the_bar_has_images_per_second_losses_and_the_last_quality(monkeypatch, history, quality):
    config = ACGAN(batch_size=10, d_steps=2, best_metric="accuracy")
    bar = progress_bar(config, 0, **history)
    state = {**bar._bar.format_dict, "rate": 3.0}
    monkeypatch.setattr(type(bar._bar), "format_dict", state)
    assert bar._state() == f"60 images/s, d_loss=1.000, g_loss=2.000{quality}"
    bar.on_train_end()


def test_a_training_opens_with_data_model_and_plan(caplog):
    config = registry.config_class("wgan")(
        data="tfds:faces", image_size=32, steps=1000, critic_steps=5, batch_size=16
    )
    run = directory.create(config, LabelSchema.of({"breed": 12}), "0123", "baseline", "kerasgan")
    model = registry.build_model(config, run.conditions)
    parts = [types.SimpleNamespace(size=size, epoch_size=size) for size in (20_000, 5_000)]
    opening.report(run, model, parts, 100)
    parameters = model.generator.count_params() + model.discriminator.count_params()
    assert [record.getMessage() for record in caplog.records] == [
        "data: 20,000 images of tfds:faces, 5,000 held out; labels: breed (12 values)",
        f"model: wgan at 32 pixels on the CPU, with {parameters:,} parameters and 35.5 million "
        "multiply-adds, forward for one image",
        f"plan: 1,000 steps of 16 images, 4 epochs, from step 100 on, to {run.path}",
    ]


@pytest.fixture
def handlers():
    """Give the signals back their handlers."""
    before = {number: signal.getsignal(number) for number in processes.STOP_SIGNALS}
    yield before
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", processes.STOP_SIGNALS)
def test_each_signal_stops_after_the_step_and_the_second_as_before(handlers, number):
    second = []
    signal.signal(number, lambda *_: second.append(number))
    stop = interaction.StopOnSignal("none")
    stop.set_model(types.SimpleNamespace(stop_training=False))
    stop.on_train_begin()
    os.kill(os.getpid(), number)
    stop.on_train_batch_end(0)
    assert (stop.received, stop.model.stop_training, second) == (number, True, [])
    os.kill(os.getpid(), number)
    assert second == [number]


def test_a_signal_to_another_worker_stops_this_one_too(monkeypatch):
    monkeypatch.setattr(workers, "any_of", lambda strategy, here: True)
    stop = interaction.StopOnSignal("multi-worker")
    stop.set_model(types.SimpleNamespace(stop_training=False))
    stop.on_train_batch_end(0)
    assert (stop.received, stop.model.stop_training) == (signal.SIGTERM, True)


def test_a_signal_that_is_ignored_stays_ignored(handlers):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    stop = interaction.StopOnSignal("none")
    stop.on_train_begin()
    os.kill(os.getpid(), signal.SIGHUP)
    assert stop.received is None


_AT_TERMINAL = """
import signal, sys, time
from kerasgan.utils import processes
received = []

def receive(number, _):
    processes.leave_closed_terminal()
    received.append(number)

processes.handle(signal.SIGHUP, receive)
print("ready", flush=True)
while not received:
    time.sleep(0.01)
print("a checkpoint", flush=True)
print("a bar", file=sys.stderr, flush=True)
open(sys.argv[1], "w").write("saved")
"""


def test_after_its_terminal_was_closed_a_process_goes_on_to_its_end(tmp_path):
    ours, theirs = os.openpty()
    command = ["setsid", "-c", sys.executable, "-c", _AT_TERMINAL, str(tmp_path / "file")]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    while b"ready" not in said:
        said += os.read(ours, 1000)
    os.close(ours)
    assert process.wait(timeout=60) == 0
    assert (tmp_path / "file").read_text() == "saved"
