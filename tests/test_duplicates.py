import io

import numpy as np
from PIL import Image, ImageOps

from kerasgan.datasets import duplicates
from kerasgan.datasets.avatars.portrait import draw
from kerasgan.datasets.avatars.traits import face


def numbers(images):
    return duplicates.group(np.stack([duplicates.signature(image) for image in images]))


def compressed(image, quality):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def test_different_faces_are_different():
    assert len(set(numbers([draw(face(0, index), 32) for index in range(300)]))) == 300


def test_copies_mirror_images_and_compressed_or_scaled_ones_are_the_same():
    faces = [draw(face(1, index), 64) for index in range(40)]
    expected = np.arange(40)
    for changed in (
        [ImageOps.mirror(image) for image in faces],
        [compressed(ImageOps.mirror(image), 60) for image in faces],
        [image.resize((48, 48)) for image in faces],
        [image.copy() for image in faces],
    ):
        found = numbers(faces + changed)
        _, first = np.unique(found, return_index=True)
        assert sorted(first) == list(expected)
        np.testing.assert_array_equal(found[:40], found[40:])


def test_many_equal_images_are_one_group_and_none_is_no_group():
    assert set(numbers([Image.new("RGB", (8, 8), "red")] * 500)) == {0}
    assert duplicates.group(np.zeros((0, 8, 8, 3), np.uint8)).shape == (0,)
