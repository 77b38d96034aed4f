"""`kerasgan runs film`: the sample sheets of a run, in the order of their steps."""

import numpy as np
import pytest
from PIL import Image

from kerasgan.labels import LabelSchema
from kerasgan.runs import directory, film, sheets
from kerasgan.utils.errors import InvalidInput
from tests.conftest import tiny_config


@pytest.fixture
def run():
    made = directory.create(tiny_config("gan"), LabelSchema(), "0123", "report", "kerasgan")
    made.samples.mkdir()
    return made


def write_sheets(run, grays, size=(66, 132)):
    """Write gray sheets, {step: gray}."""
    for step, gray in grays.items():
        Image.new("L", size, gray).save(sheets.file(run.samples, step))


def grays_of(file):
    """The gray value in the middle of each frame."""
    with Image.open(file) as animation:
        assert animation.info["loop"] == 0
        frames = []
        for index in range(animation.n_frames):
            animation.seek(index)
            frames.append(np.asarray(animation.convert("L")))
    return [int(frame[frame.shape[0] // 2, frame.shape[1] // 2]) for frame in frames]


def test_the_sheets_follow_one_another_in_the_order_of_their_steps(kerasgan, run, tmp_path):
    write_sheets(run, {1_000_000: 200, 20: 50, 300: 100})
    done = kerasgan("runs", "film", "1")
    file = f"{run.path.name}.gif"
    assert done.output == f"wrote {file}: 3 sheets\n"
    assert grays_of(file) == [50, 100, 200]
    with Image.open(file) as animation:
        assert (animation.size, animation.info["duration"]) == ((66, 152), 200)
        # The step is written above the sheet.
        assert np.asarray(animation.convert("L"))[:20].min() < 100


def test_a_film_is_bounded(run, tmp_path):
    write_sheets(run, {step: step % 256 for step in range(1, 251)}, size=(8, 8))
    write_sheets(run, {1: 1}, size=(1280, 320))
    assert film.write(run, tmp_path / "film.gif") == film.MOST_FRAMES
    grays = grays_of("film.gif")
    assert (grays[0], grays[-1], len(grays)) == (1, 250, 100)
    assert grays == sorted(grays)
    with Image.open("film.gif") as animation:
        assert animation.size == (640, 160 + 20)


def test_what_is_no_film_is_refused_and_leaves_nothing(kerasgan, run, tmp_path):
    before = sorted(tmp_path.iterdir())
    refused = kerasgan("runs", "film", "1")
    assert (refused.exit_code, "has no sample sheet" in refused.output) == (2, True)
    write_sheets(run, {1: 0})
    refused = kerasgan("runs", "film", "1", "--out", "film.png")
    assert (refused.exit_code, "--out must end in .gif" in refused.output) == (2, True)
    sheets.file(run.samples, 2).write_text("no image")
    with pytest.raises(InvalidInput, match=r"step-000002.png cannot be read: it "):
        film.write(run, tmp_path / "film.gif")
    assert sorted(tmp_path.iterdir()) == before
