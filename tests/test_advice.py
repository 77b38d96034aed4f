"""Advice by the number of images."""

import pytest
from PIL import Image

from kerasgan.datasets.checks import advice
from kerasgan.training import interaction
from tests.conftest import tiny_config


@pytest.mark.parametrize(
    ("count", "begins", "names"),
    [
        (999, "999 different images are few", ["--augment shift,cutout", "kerasgan evaluate"]),
        (1_000, "1,000 different images are enough with --augment", ["probability ada"]),
        (5_000, "5,000 different images are enough without --augment", []),
    ],
)
def test_advice_on_the_number_of_images(count, begins, names):
    sentence = advice.on_images(count)
    assert sentence.startswith(begins)
    assert all(name in sentence for name in names)


def test_rare_values_are_named():
    counts = {"hair": {"blue": 100, "red": 99, "gray": 0}, "eyes": {"green": 1}}
    assert "have hair=red (99), eyes=green (1): generated" in advice.on_values(counts)
    assert advice.on_values({"hair": {"blue": 100}}) is None
    many = advice.on_values({"id": {str(number): 1 for number in range(8)}})
    assert "id=4 (1) and 3 more" in many


def test_the_check_advises(kerasgan, tmp_path):
    for name, colour in (("red", (250, 0, 0)), ("blue", (0, 0, 250))):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(4):
            shade = Image.new("RGB", (20, 20), tuple(max(0, c - 40 * number) for c in colour))
            shade.save(tmp_path / "images" / name / f"{number}.png")
    checked = kerasgan("data", "check", "images").output
    assert "advice: 8 different images are few" in checked
    assert "advice: fewer than 100 images have class=blue (4), class=red (4)" in checked


def test_the_start_of_training_advises_where_nothing_is_augmented(caplog):
    caplog.set_level("INFO", "kerasgan")
    interaction.advise(tiny_config("gan"), 8)
    assert "8 different images are few" in caplog.text
    caplog.clear()
    interaction.advise(tiny_config("gan", augment=("shift",)), 8)
    interaction.advise(tiny_config("gan"), advice.SOME)
    assert not caplog.text
