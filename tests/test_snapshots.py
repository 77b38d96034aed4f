"""When sample sheets and checkpoints are written."""

import time
from dataclasses import replace

import pytest
from PIL import Image

from kerasgan.runs import checkpoints, directory, sheets
from kerasgan.training import snapshots, workers
from tests.conftest import tiny_config
from tests.stubs import ALL_PAIRS


@pytest.fixture
def run():
    config = tiny_config("acgan", steps=140, sample_every=50, checkpoint_every=60, ema=0.9)
    return directory.create(config, ALL_PAIRS, "0123", config.default_preset(), "kerasgan")


def fit(callbacks, steps):
    """Call the callbacks as `fit` does, in their order."""
    for callback in callbacks:
        callback.on_train_begin()
    for batch in range(steps):
        for name in ("on_train_batch_begin", "on_train_batch_end"):
            for callback in callbacks:
                getattr(callback, name)(batch)


@pytest.mark.parametrize(
    ("initial_step", "expected"), [(0, [1, 10, 30, 50, 100, 140]), (10, [30, 50, 100, 140])]
)
def test_the_first_sheets_are_early_and_resuming_changes_no_step(run, initial_step, expected):
    sheet = snapshots.SampleSheet(run, initial_step, 50, lambda: Image.new("RGB", (1, 1)))
    fit([sheet], steps=140 - initial_step)
    written = sorted(int(path.stem[5:]) for path in run.samples.iterdir())
    assert written == expected


def test_sheets_of_a_run_of_epochs_are_named_after_them(run):
    run = replace(run, config=run.config.with_options(epochs=4, steps=140))
    sheet = snapshots.SampleSheet(run, 0, 50, lambda: Image.new("RGB", (1, 1)))
    fit([sheet], steps=140)
    epochs = {1: 1, 10: 1, 30: 1, 35: 1, 50: 2, 70: 2, 100: 3, 105: 3, 140: 4}
    names = {step: f"step-{step:06d}-epoch-{epoch}.png" for step, epoch in epochs.items()}
    assert {step: file.name for step, file in sheets.by_step(run.samples).items()} == names


@pytest.fixture
def minutes(monkeypatch, run):
    """A clock by which a step takes a minute, and a list of the checkpoints saved."""
    events = []
    monkeypatch.setattr(snapshots, "check_finite", lambda model, run: None)
    monkeypatch.setattr(checkpoints, "save", lambda run, model, step: events.append(("save", step)))

    class Clock(snapshots.EveryNSteps):
        now = 0.0

        def on_train_batch_end(self, batch, logs=None):
            Clock.now += 60.0

    monkeypatch.setattr(time, "monotonic", lambda: Clock.now)
    return Clock(run, 0, 1), events


@pytest.mark.parametrize(
    ("limit", "expected"), [(25, [26, 52, 60, 86, 112, 120, 140]), (0, [60, 120, 140])]
)
def test_checkpoints_are_written_after_some_minutes_and_at_regular_steps(
    run, minutes, limit, expected
):
    clock, events = minutes
    fit([clock, snapshots.Checkpoint(with_limit(run, limit), 0, 60)], steps=140)
    assert events == [("save", step) for step in expected]


def with_limit(run, minutes):
    return replace(run, config=run.config.with_options(checkpoint_minutes=minutes))


def test_a_checkpoint_is_due_when_it_is_on_any_machine(run, minutes, monkeypatch):
    clock, events = minutes
    overdue_elsewhere = iter([False, True, False, False])
    monkeypatch.setattr(workers, "any_of", lambda _, here: here or next(overdue_elsewhere))
    fit([clock, snapshots.Checkpoint(with_limit(run, 25), 0, 60)], steps=4)
    assert events == [("save", 2)]
