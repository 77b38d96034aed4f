from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kerasgan.inference import folders
from kerasgan.utils.errors import InvalidInput


@pytest.fixture
def make(tmp_path):
    def make(*names):
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (10, 8), "red").save(tmp_path / name)

    return make


def named(*inputs, out="out"):
    found = folders.targets([Path(name) for name in inputs], Path(out))
    return {str(picture): str(target) for picture, target in found.items()}


def test_stems_and_folders_are_kept(make):
    make("faces/0.jpg", "faces/deep/er/1.png", "2.webp")
    assert named("faces", "2.webp") == {
        "faces/0.jpg": "out/0.png",
        "faces/deep/er/1.png": "out/deep/er/1.png",
        "2.webp": "out/2.png",
    }


def test_of_several_folders_each_keeps_its_name(make):
    make("one/0.png", "other/0.png")
    assert named("one", "other") == {
        "one/0.png": "out/one/0.png",
        "other/0.png": "out/other/0.png",
    }


def test_pictures_that_differ_in_their_endings_keep_them(make):
    make("faces/0.jpg", "faces/0.png", "faces/1.png")
    assert set(named("faces").values()) == {"out/0.jpg.png", "out/0.png.png", "out/1.png"}


@pytest.mark.parametrize(
    ("inputs", "out", "message"),
    [
        (["one/0.png", "other/0.png"], "out", "one/0.png and other/0.png would both be written"),
        (["one"], "one", "--out one would write over one/0.png"),
        (["empty"], "out", "empty has no known layout; looked for images"),
    ],
)
def test_nothing_is_lost(make, tmp_path, inputs, out, message):
    make("one/0.png", "other/0.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInput, match=message):
        named(*inputs, out=out)


def steps(picture):
    yield 255 - picture
    if picture.shape[0] > 50:
        raise InvalidInput("has too many pixels")
    yield picture // 2


def test_what_cannot_be_translated_is_told_and_the_rest_is_written(make, tmp_path):
    make("faces/0.png")
    (tmp_path / "faces" / "1.png").write_bytes(b"no picture")
    Image.new("L", (100, 100), 200).save(tmp_path / "faces" / "2.png")
    files = folders.targets([Path("faces")], Path("out"))
    problems = folders.translate(files, steps, is_triptych=True)
    assert problems == {
        Path("faces/1.png"): "is not an image",
        Path("faces/2.png"): "has too many pixels",
    }
    assert [path.name for path in Path("out").iterdir()] == ["0.png"]
    with Image.open("out/0.png") as picture:
        assert picture.size == (30, 8)
        colours = [picture.getpixel((x, 4)) for x in (5, 15, 25)]
    assert colours == [(255, 0, 0), (0, 255, 255), (127, 0, 0)]


def test_only_the_translation_is_written_unless_asked_for(make):
    make("0.png")
    files = folders.targets([Path("0.png")], Path("out"))
    assert folders.translate(files, steps, is_triptych=False) == {}
    with Image.open("out/0.png") as picture:
        np.testing.assert_array_equal(picture, np.full((8, 10, 3), (0, 255, 255)))
