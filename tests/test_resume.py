"""Stop and resume, with real processes and signals."""

import os
import signal
import time

import pytest

from tests.conftest import tiny_options
from tests.processes import KILLED, arrays, finish, rows, start

# Checkpoints every second step, rows every fourth: running means span checkpoints.
EXACT = (
    *tiny_options("gan", steps=8, log_every=4, ema=0.9, generator_dropout=0.5, augment="shift"),
    *("--augment-probability", "ada", "--deterministic"),
)


def test_a_killed_and_extended_run_ends_with_the_bytes_of_an_uninterrupted_one(kerasgan, tmp_path):
    """The killed run is of another process, and has checkpoints at steps that the clock chose."""
    straight, broken = tmp_path / "straight", tmp_path / "broken"
    short = ("train", "gan", *EXACT, "--steps", 6, "--checkpoint-minutes", 1e-9, "--out", broken)
    finish(start(4, *short, code=KILLED), exit_code=-signal.SIGKILL)
    left = sorted(path.name for path in (broken / "checkpoints").iterdir())
    assert left[-1] == "step-000003.npz"
    assert left[0].startswith(".tmp-")
    assert kerasgan("resume", broken).exit_code == 0
    assert rows(broken)[-1]["step"] == "6"
    assert kerasgan("resume", broken, "--steps", 8).exit_code == 0
    assert kerasgan("train", "gan", *EXACT, "--out", straight).exit_code == 0

    assert [row["step"] for row in rows(straight)] == ["4", "8"]
    assert rows(broken) == rows(straight)
    expected, found = arrays(straight, 8), arrays(broken, 8)
    assert found.keys() == expected.keys()
    assert [key for key in expected if expected[key].tobytes() != found[key].tobytes()] == []
    assert not list(broken.rglob(".tmp-*"))


@pytest.mark.parametrize(
    ("number", "exit_code"),
    [pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow), (signal.SIGTERM, 143)],
)
def test_a_signal_ends_a_run_with_a_checkpoint_and_the_command_to_resume(
    tmp_path, number, exit_code
):
    run = tmp_path / "run"
    options = tiny_options("gan", steps=10**6, log_every=1, checkpoint_every=10**6)
    process = start("train", "gan", *options, "--out", run)
    deadline = time.monotonic() + 120
    while not ((run / "metrics.csv").exists() and rows(run)):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.kill(process.pid, number)
    output = finish(process, exit_code)
    assert f"continue with: kerasgan resume {run}" in output
    assert "Traceback" not in output
    (checkpoint,) = (run / "checkpoints").iterdir()
    assert f"stopped at step {int(checkpoint.stem[5:])} of 1000000" in output


# Fails to read images from the third step on.
UNREADABLE = """
import sys
from kerasgan.commands import cli
from kerasgan.datasets import labelled

read, count = labelled.LabelledImages.pixels, iter(range(10**6))

def failing(self, rows):
    if next(count) > 2:
        raise OSError("no image 7")
    return read(self, rows)

labelled.LabelledImages.pixels = failing
cli(sys.argv[1:])
"""


def test_a_process_ends_after_its_images_cannot_be_read(tmp_path):
    options = tiny_options("gan", steps=10**6)
    output = finish(start("train", "gan", *options, "--out", "run", code=UNREADABLE), exit_code=1)
    assert "cannot read the images: OSError: no image 7; continue with: kerasgan resume" in output
