"""Event files, read back as TensorBoard would."""

from pathlib import Path

import numpy as np
from PIL import Image

from kerasgan.reporting.plots import known, read_metrics
from kerasgan.training import tensorboard
from tests.conftest import tiny_options


def read(folder):
    """{tag: [(step, value)]} of all event files, and the sample sheets by their steps."""
    found, sheets = {}, []
    for file in sorted(folder.iterdir()):
        for event in tensorboard.events(file):
            for value in event.summary.value:
                if value.tag == "samples":
                    sheets.append((event.step, value.image))
                else:
                    found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found, sheets


def test_events_are_the_rows_and_sheets_also_of_a_run_that_lost_its_last_steps(kerasgan):
    # Images without colours are measured without a classifier, which would have to be trained.
    kerasgan("data", "render", "faces", "--count", 20, "--image-size", 16)
    changes = {"data": "faces/images", "val_fraction": 0.5, "best_metric": "sliced_wasserstein"}
    words = tiny_options("gan", steps=5, evaluate_every=4, **changes)
    done = kerasgan("train", "gan", *words, "--tensorboard", "--out", "run")
    assert done.exit_code == 0, done.output
    run = Path("run")
    # As killed while it wrote step 5.
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
    newest, file = sheets[-1][1], run / "samples" / "step-000005.png"
    assert newest.encoded_image_string == file.read_bytes()
    with Image.open(file) as picture:
        assert picture.size == (newest.width, newest.height)


def test_later_steps_and_what_was_cut_are_forgotten(tmp_path):
    def written(log, steps):
        for step in steps:
            value = tensorboard.tf.compat.v1.Summary.Value(tag="d_loss", simple_value=step / 2)
            log.write(step, [value])

    written(tensorboard.EventLog(tmp_path, done=0), [2, 4, 6])
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-3])
    written(tensorboard.EventLog(tmp_path, done=3), [4, 6])
    assert read(tmp_path)[0] == {"d_loss": [(2, 1.0), (4, 2.0), (6, 3.0)]}
