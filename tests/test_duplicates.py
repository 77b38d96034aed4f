import io

import numpy as np
from PIL import Image, ImageOps

from kerasgan.datasets import duplicates
from kerasgan.datasets.avatars.portrait import draw
from kerasgan.datasets.avatars.traits import face


def numbers(pictures):
    return duplicates.group(np.stack([duplicates.signature(picture) for picture in pictures]))


def compressed(picture, quality):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file)


def test_different_faces_are_different():
    assert len(set(numbers([draw(face(0, index), 32) for index in range(300)]))) == 300


def test_copies_mirror_images_and_compressed_or_scaled_ones_are_the_same():
    faces = [draw(face(1, index), 64) for index in range(40)]
    expected = np.arange(40)
    for changed in (
        [ImageOps.mirror(picture) for picture in faces],
        [compressed(ImageOps.mirror(picture), 60) for picture in faces],
        [picture.resize((48, 48)) for picture in faces],
        [picture.copy() for picture in faces],
    ):
        found = numbers(faces + changed)
        _, first = np.unique(found, return_index=True)
        assert sorted(first) == list(expected)
        np.testing.assert_array_equal(found[:40], found[40:])


def test_many_equal_pictures_are_one_group_and_none_is_no_group():
    assert set(numbers([Image.new("RGB", (8, 8), "red")] * 500)) == {0}
    assert duplicates.group(np.zeros((0, 8, 8, 3), np.uint8)).shape == (0,)
