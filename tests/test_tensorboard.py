"""Event files, read back by TensorBoard."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerasgan.labels import LabelSchema
from kerasgan.reporting.plots import known, read_metrics
from kerasgan.runs import directory
from kerasgan.training import tensorboard
from kerasgan.training.callbacks import MetricsLog
from kerasgan.training.snapshots import SampleSheet
from tests.conftest import tiny_config, tiny_options


def read(folder):
    """{tag: [(step, value)]} of all event files, and the sample sheets by their steps."""
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = accumulator.EventAccumulator(str(folder), {accumulator.TENSORS: 0}).Reload()
    found = {
        tag: [(event.step, tf.make_ndarray(event.tensor_proto)) for event in events.Tensors(tag)]
        for tag in events.Tags()[accumulator.TENSORS]
    }
    # The strings of an image: its width, its height, its file.
    sheets = found.pop("samples", [])
    decoded = [(step, tf.io.decode_png(strings[2]).numpy()) for step, strings in sheets]
    return {tag: [(step, float(value)) for step, value in found[tag]] for tag in found}, decoded


@pytest.mark.slow
def test_events_are_the_rows_and_sheets_also_of_a_run_that_lost_its_last_steps(kerasgan):
    pytest.importorskip("tensorboard")
    # Images without colours are measured without a classifier, which would have to be trained.
    kerasgan("data", "render", "faces", "--count", 20, "--image-size", 16)
    changes = {"data": "faces/images", "val_fraction": 0.5, "best_metric": "sliced_wasserstein"}
    words = tiny_options("gan", steps=5, evaluate_every=4, **changes)
    done = kerasgan("train", "gan", *words, "--tensorboard", "--out", "run")
    assert done.exit_code == 0, done.output
    run = Path("run")
    # As if killed while it wrote step 5.
    (run / "checkpoints" / "step-000005.npz").unlink()
    (file,) = (run / "tensorboard").iterdir()
    file.write_bytes(file.read_bytes()[:-9])
    assert kerasgan("resume", "run").exit_code == 0

    found, sheets = read(run / "tensorboard")
    metrics = read_metrics(run / "metrics.csv")
    assert list(metrics["step"]) == [2, 4, 5]
    assert found.keys() == metrics.keys() - {"step"}
    for name, events in found.items():
        np.testing.assert_allclose(np.transpose(events), known(metrics, name), rtol=1e-6)
    assert [step for step, _ in sheets] == [1, 3, 5]
    with Image.open(run / "samples" / "step-000005.png") as image:
        np.testing.assert_array_equal(sheets[-1][1], np.asarray(image))


def test_later_steps_and_truncated_events_are_removed():
    pytest.importorskip("tensorboard")
    config = tiny_config("gan", log_every=2, sample_every=2, steps=9)
    run = directory.create(config, LabelSchema(), "0123", "report", "kerasgan")

    def trained(done, steps):
        metrics = MetricsLog(run, done, 2)
        metrics.set_model(SimpleNamespace(record=lambda: {"d_loss": 0.5}, failed_step=0))
        metrics.model.reset_record = lambda: None
        sheet = SampleSheet(run, done, 2, lambda: Image.new("RGB", (4, 4), (steps, 0, 0)))
        log = tensorboard.TensorBoardLog(run, done, metrics, sheet)
        callbacks = (metrics, sheet, log)
        for callback in callbacks:
            callback.on_train_begin()
        for step in range(done, steps):
            for callback in callbacks:
                callback.on_train_batch_end(step)

    trained(0, 6)
    (file,) = (run.path / "tensorboard").iterdir()
    file.write_bytes(file.read_bytes()[:-3])
    trained(3, 4)
    found, sheets = read(run.path / "tensorboard")
    assert found["d_loss"] == [(2, 0.5), (4, 0.5)]
    assert [(step, pixels[0, 0, 0]) for step, pixels in sheets] == [(1, 6), (2, 6), (4, 4)]


def test_a_run_without_the_package_is_refused_before_it_starts(kerasgan, monkeypatch, tmp_path):
    monkeypatch.setattr(tensorboard, "find_spec", lambda name: None)
    done = kerasgan("train", "gan", *tiny_options("gan"), "--tensorboard")
    assert done.exit_code == 2
    assert "pip install 'kerasgan[tensorboard]'" in done.output
    assert not (tmp_path / "runs").exists()
