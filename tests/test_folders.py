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


def output_names(*inputs, out="out"):
    files = folders.output_files([Path(name) for name in inputs], Path(out))
    return {str(file): str(output) for file, output in files.items()}


def test_stems_and_folders_are_kept(make):
    make("faces/0.jpg", "faces/deep/er/1.png", "2.webp")
    assert output_names("faces", "2.webp") == {
        "faces/0.jpg": "out/0.png",
        "faces/deep/er/1.png": "out/deep/er/1.png",
        "2.webp": "out/2.png",
    }


def test_of_several_folders_each_keeps_its_name(make):
    make("one/0.png", "other/0.png")
    assert output_names("one", "other") == {
        "one/0.png": "out/one/0.png",
        "other/0.png": "out/other/0.png",
    }


def test_images_that_differ_only_in_their_suffix_keep_it(make):
    make("faces/0.jpg", "faces/0.png", "faces/1.png")
    assert set(output_names("faces").values()) == {"out/0.jpg.png", "out/0.png.png", "out/1.png"}


@pytest.mark.parametrize(
    ("inputs", "out", "message"),
    [
        (["one/0.png", "other/0.png"], "out", "one/0.png and other/0.png would both be written"),
        (
            ["one"],
            "one",
            "without input images, got one, where one/0.png would be",
        ),
        (["empty"], "out", "empty has no known layout; looked for images"),
    ],
)
def test_nothing_is_lost(make, tmp_path, inputs, out, message):
    make("one/0.png", "other/0.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInput, match=message):
        output_names(*inputs, out=out)


def round_trip(image):
    yield 255 - image
    if image.shape[0] > 50:
        raise InvalidInput("has too many pixels")
    yield image // 2


def test_files_that_cannot_be_translated_are_reported_and_the_others_written(make, tmp_path):
    make("faces/0.png")
    (tmp_path / "faces" / "1.png").write_bytes(b"no image")
    Image.new("L", (100, 100), 200).save(tmp_path / "faces" / "2.png")
    files = folders.output_files([Path("faces")], Path("out"))
    problems = folders.translate_files(files, round_trip, is_triptych=True)
    assert problems == {
        Path("faces/1.png"): "is not an image",
        Path("faces/2.png"): "has too many pixels",
    }
    assert [path.name for path in Path("out").iterdir()] == ["0.png"]
    with Image.open("out/0.png") as image:
        assert image.size == (30, 8)
        colours = [image.getpixel((x, 4)) for x in (5, 15, 25)]
    assert colours == [(255, 0, 0), (0, 255, 255), (127, 0, 0)]


def test_without_triptych_only_the_translation_is_written(make):
    make("0.png")
    files = folders.output_files([Path("0.png")], Path("out"))
    assert folders.translate_files(files, round_trip, is_triptych=False) == {}
    with Image.open("out/0.png") as image:
        np.testing.assert_array_equal(image, np.full((8, 10, 3), (0, 255, 255)))
