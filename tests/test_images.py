import numpy as np
import pytest
from PIL import Image

from kerasgan.utils import images


def test_every_pixel_value_survives_the_way_there_and_back():
    values = np.arange(256, dtype="float32")
    scaled = images.to_float(values)
    assert (scaled[0], scaled[-1]) == (-1, 1)
    np.testing.assert_array_equal(images.to_uint8(scaled), np.arange(256))


def test_values_outside_the_range_are_cut():
    np.testing.assert_array_equal(images.to_uint8(np.float32([-3, 3])), [0, 255])


def test_a_grid_shows_its_images_in_order_and_enlarged():
    faces = [np.full((32, 32, 3), 40 * index, np.uint8) for index in range(5)]
    grid = images.grid(faces, columns=3)
    assert grid.size == (3 * 66, 2 * 66)
    assert grid.getpixel((66 + 30, 66 + 30)) == (160, 160, 160)
    assert grid.getpixel((2 * 66 + 30, 66 + 30)) == (255, 255, 255)


def test_labels_stand_beside_the_images():
    faces = [np.zeros((64, 64, 3), np.uint8)] * 4
    grid = images.grid(faces, 2, row_labels=("red", "blonde"), column_labels=("gray", "blue"))
    left, top = grid.width - 2 * 66, grid.height - 2 * 66
    assert left > 0 < top
    margin = np.asarray(grid.convert("L"))[:, :left]
    assert margin[top : top + 66].min() < 128 > margin[top + 66 :].min()


def test_a_long_caption_is_cut_at_its_column():
    cells = [np.full((64, 64, 3), 255, np.uint8)] * 2
    sheet = np.asarray(images.grid(cells, 2, (), ("a very long caption of a column", "")))
    top = sheet[: sheet.shape[0] - 66]
    assert (top[:, :66] < 128).any()
    assert (top[:, 67:] == 255).all()


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_image_is_written_in_the_format_of_its_name(tmp_path, name):
    images.save(Image.new("RGB", (4, 3)), tmp_path / name)
    with Image.open(tmp_path / name) as image:
        assert image.size == (4, 3)


def test_an_animation_has_a_frame_per_image(tmp_path):
    images.save_row([np.full((4, 4, 3), 80 * i, np.uint8) for i in range(3)], tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as image:
        assert image.n_frames == 3
