"""Figures of the course reports, of runs whose networks have hand-made weights."""

import base64
import io
import re

import numpy as np
from PIL import Image

from kerasgan.experiments import figures
from kerasgan.experiments.comparison import RunResults
from tests.stubs import FEW, FEW_PAIRS, made, painted, recoloured, seen


def results(run, *settings):
    return [RunResults(setting, run, {}, {}) for setting in settings]


def shown(part):
    """The image of a part of a page."""
    png = base64.b64decode(re.search(r"base64,([^\"]+)", part)[1])
    return Image.open(io.BytesIO(png))


def test_each_setting_has_a_row_of_the_requested_labels(tmp_path):
    labels = [{"hair": "red", "eyes": "blue"}, {"hair": "green", "eyes": "red"}]
    compared = results(painted(), "max", "mean")
    (part,) = figures.requested(compared, tmp_path, labels)
    assert (tmp_path / "requested.png").is_file()
    pixels = np.asarray(shown(part))
    left, top = pixels.shape[1] - 2 * 66, pixels.shape[0] - 2 * 66
    for row in range(2):
        for column, values in enumerate(labels):
            cell = pixels[top + 66 * row :, left + 66 * column :][:64, :64]
            assert (seen(cell[:32]), seen(cell[32:])) == (values["hair"], values["eyes"])


def test_a_label_that_the_data_lacks_leaves_the_figure_out(tmp_path):
    compared = results(painted(), "max")
    assert figures.requested(compared, tmp_path, [{"hair": "gold", "eyes": "red"}]) == []
    assert not list(tmp_path.glob("*.png"))


def test_all_combinations_have_a_number_and_a_key(tmp_path):
    compared = results(made("cgan", FEW_PAIRS), "gan", "cgan")
    sheet, key = figures.combinations(compared, tmp_path, "cgan")
    assert shown(sheet).width > len(FEW) * 64
    assert [f"{number}: {' '.join(pair)}" in key for number, pair in enumerate(FEW)] == [True, True]


def test_photos_go_through_every_setting_in_both_directions(tmp_path):
    photos = []
    for name in ("kiwi", "gate"):
        photos.append(tmp_path / f"{name}.png")
        Image.new("RGB", (90, 70), "green").save(photos[-1])
    parts = figures.translations(results(recoloured(), "10", "5"), tmp_path, photos)
    for part, direction, colour in zip(parts, ("a to b", "b to a"), ("red", "blue"), strict=True):
        assert f"photos, {direction}" in part
        pixels = np.asarray(shown(part))[-3 * 258 :, -2 * 258 :]
        for column in range(2):
            cells = [pixels[258 * row :, 258 * column :][60:190, 10:240] for row in range(3)]
            assert [seen(cell) for cell in cells] == ["green", colour, colour]
