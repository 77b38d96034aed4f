import dataclasses

import numpy as np
import pytest
from PIL import Image

from kerasgan.attributes import EYES, HAIR
from kerasgan.datasets import cache, faces
from kerasgan.errors import Refused


@pytest.fixture
def folder(tmp_path):
    """Twelve 20x12 pictures with a left half of one colour and a right half of another."""
    random = np.random.default_rng(0)
    folder = tmp_path / "faces"
    (folder / "images").mkdir(parents=True)
    for number in range(12):
        halves = random.integers(0, 256, (2, 3), dtype=np.uint8)
        Image.fromarray(np.repeat(halves, 10, axis=0)[None].repeat(12, axis=0)).save(
            folder / "images" / f"{number}.png"
        )
    tags = [f"{number},{HAIR[number % 3]} hair {EYES[number % 2]} eyes\n" for number in range(12)]
    (folder / "tags.csv").write_text("".join(tags))
    return folder


def load(tiny, folder, **changes):
    return faces.load(dataclasses.replace(tiny, data=str(folder), **changes))


def test_the_shipped_sample_has_48_faces(tiny):
    split = faces.load(tiny)
    assert len(split.training.rows) + len(split.held_out.rows) == 48


def test_a_folder_is_read_with_its_vocabulary_in_the_reports_order(tiny, folder):
    training, held_out = load(tiny, folder, val_fraction=0.0)
    assert training.vocabulary[:2] == (HAIR[:3], EYES[:2])
    pairs = [(HAIR[number % 3], EYES[number % 2]) for number in range(12)]
    assert training.vocabulary.pairs == tuple(pairs[:6])
    assert training.pair.tolist() == list(range(6)) * 2
    assert training.hair.tolist() == [0, 1, 2] * 4
    assert training.eyes.tolist() == [0, 1] * 6
    assert len(held_out.rows) == 0
    left, right = training.pictures(np.array([0]))[0][8, [2, 13]]
    with Image.open(folder / "images" / "0.png") as picture:
        assert (tuple(left), tuple(right)) == (picture.getpixel((4, 6)), picture.getpixel((15, 6)))


def test_held_out_pictures_are_others_and_stay_the_same(tiny, folder):
    training, held_out = load(tiny, folder, val_fraction=0.4)
    assert set(training.rows) | set(held_out.rows) == set(range(12))
    assert len(training.rows) + len(held_out.rows) == 12
    (folder / "tags.csv").write_text((folder / "tags.csv").read_text().split("\n", 1)[1])
    (without_first, _) = load(tiny, folder, val_fraction=0.4)
    assert {row - 1 for row in training.rows if row} == set(without_first.rows)


def test_copies_and_mirror_images_are_held_out_together(tiny, folder):
    with Image.open(folder / "images" / "0.png") as picture:
        picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "images" / "1.png")
        picture.save(folder / "images" / "2.png")
    fraction = cache.prepared(
        "mirrored",
        _read,
        [(folder / "images" / f"{number}.png", "red", "red") for number in range(4)],
        16,
        "Reading",
    ).fraction
    assert fraction[0] == fraction[1] == fraction[2] != fraction[3]


def _read(labelled):
    return faces.read_picture(labelled, 16)


def test_avatars_beyond_the_training_ones_are_held_out(tiny):
    training, held_out = faces.load(
        dataclasses.replace(tiny, data="avatars", avatars=20, val_fraction=0.25)
    )
    assert training.rows.tolist() == list(range(20))
    assert held_out.rows.tolist() == list(range(20, 25))
    pixels, hair, eyes = faces.draw_avatar(22, 16)
    np.testing.assert_array_equal(held_out.pictures(np.array(2)), pixels)
    assert held_out.vocabulary.hair[held_out.hair[2]] == hair
    assert held_out.vocabulary.eyes[held_out.eyes[2]] == eyes


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ("0,mauve hair red eyes\n", "row 1: unknown hair colour 'mauve'; allowed: orange"),
        ("0,red hair\n", "COLOUR hair COLOUR eyes"),
        ("0\n", "row 1"),
        ("", "is empty"),
        (
            "0,red hair red eyes\n77,red hair red eyes\n",
            "names 1 pictures that are not in .*77.jpg",
        ),
    ],
)
def test_unusable_tags_are_named(tiny, folder, tags, message):
    (folder / "tags.csv").write_text(tags)
    with pytest.raises(Refused, match=message):
        load(tiny, folder)


def test_an_unreadable_picture_is_named_and_leaves_no_cache(tiny, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("KERASGAN_CACHE", str(tmp_path / "cache"))
    (folder / "images" / "5.png").write_bytes(b"no picture")
    with pytest.raises(Refused, match=r"cannot read the picture .*5\.png"):
        load(tiny, folder)
    assert list((tmp_path / "cache").iterdir()) == []


def test_unknown_data_is_refused(tiny, tmp_path):
    with pytest.raises(Refused, match=r"unknown data .*allowed: avatars, or a folder"):
        load(tiny, tmp_path / "nowhere")
