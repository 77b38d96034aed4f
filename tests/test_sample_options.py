"""`kerasgan sample` with a grid's shape, other formats, and the system's viewer."""

import click
import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def sample(kerasgan, painted):
    return lambda *words: kerasgan("sample", "--run", painted.path, *words)


def test_a_grid_has_its_columns_and_rows(sample):
    assert sample("--grid", "5x2", "--out", "wide.png").exit_code == 0
    assert sample("-n", 10, "--grid", "2x5", "--out", "high.png").exit_code == 0
    with Image.open("wide.png") as wide, Image.open("high.png") as high:
        assert (wide.size, high.size) == ((5 * 66, 2 * 66), (2 * 66, 5 * 66))
        wide, high = np.asarray(wide), np.asarray(high)
    # The fourth image is in the first row of one, in the second of the other.
    np.testing.assert_array_equal(wide[:66, 3 * 66 : 4 * 66], high[66 : 2 * 66, 66:])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--grid", "3x2", "-n", 5), "-n must be the 6 images of --grid 3x2, got 5"),
        (("--grid", "3x2", "--separate"), "--grid excludes --separate, --text and --interpolate"),
        (("--grid", "3x2", "--interpolate"), "--grid excludes --separate"),
        (("--grid", "3x2", "--rows", "hair"), "--rows and --columns exclude -n, --grid"),
        (("--grid", "200x100"), "20,000 images; one file holds 10,000 images"),
        (("--grid", "0x2"), "must be COLUMNSxROWS such as 8x4, got '0x2'"),
        (("--grid", "3"), "must be COLUMNSxROWS such as 8x4, got '3'"),
        (("--format", "gif"), "'gif' is not one of 'png', 'jpg', 'webp'"),
        (
            ("--format", "jpg", "--out", "a.png"),
            "must end in .jpg or .jpeg with --format jpg",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(sample, tmp_path, words, message):
    done = sample(*words)
    assert done.exit_code == 2
    assert message in done.output
    assert list(tmp_path.iterdir()) == []


def formats(folder):
    """{suffix: Pillow's name of the format} of the images in a folder."""
    found = {}
    for path in folder.glob("*.*"):
        with Image.open(path) as image:
            found[path.suffix] = image.format
    return found


def test_files_have_the_chosen_format(sample, tmp_path):
    assert sample("-n", 2, "--separate", "--format", "jpg", "--out", "new").exit_code == 0
    (tmp_path / "list.txt").write_text("1,hair=red,eyes=blue\n")
    assert sample("--text", "list.txt", "--format", "webp", "--out", "listed").exit_code == 0
    assert sample("--format", "webp").output.endswith("wrote sheet-seed0.webp\n")
    assert sample("--format", "jpg", "--out", "a.jpeg").exit_code == 0
    assert formats(tmp_path / "new") == {".jpg": "JPEG"}
    assert formats(tmp_path / "listed") == {".webp": "WEBP"}
    (tmp_path / "list.txt").unlink()
    assert formats(tmp_path) == {".webp": "WEBP", ".jpeg": "JPEG"}


@pytest.mark.parametrize("words", [("--out", "a.png"), ("--separate", "--out", "new")])
def test_the_result_is_opened_with_the_system_s_viewer(sample, tmp_path, monkeypatch, words):
    opened = []
    monkeypatch.setattr(click, "launch", lambda path: opened.append(path) or 0)
    assert sample("-n", 1, *words, "--open").exit_code == 0
    assert opened == [str(tmp_path / words[-1])]


def test_a_result_without_a_viewer_is_written_all_the_same(sample, tmp_path, monkeypatch):
    monkeypatch.setattr(click, "launch", lambda path: 1)
    done = sample("--out", "a.png", "--open")
    assert done.exit_code == 0
    assert "wrote a.png\ncannot open a.png: no viewer was found\n" in done.output
    assert (tmp_path / "a.png").exists()
