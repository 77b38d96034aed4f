"""The documents show the images that `python -m docs.images` writes."""

import re

import pytest

from docs import images
from kerasgan import registry, tasks
from kerasgan.runs.directory import Run
from tests.conftest import tiny_config
from tests.test_documents import DOCUMENTS

CELL = 66


@pytest.mark.parametrize(
    ("model", "columns", "has_labels"),
    [
        ("gan", 11, False),
        ("acgan", 11, True),
        ("cyclegan", 6, True),
        ("cut", 2, True),
        ("stargan", 11, True),
    ],
)
def test_a_sheet_has_five_rows(tmp_path, model, columns, has_labels):
    config = tiny_config(model, data="avatars", num_avatars=200)
    training, _ = tasks.of(config).load()
    run = Run(tmp_path, config, training.schema, training.key)
    sheet = images.sheet(run, registry.build_model(config, training.schema))
    assert (sheet.width // CELL, sheet.height // CELL) == (columns, 5)
    assert (sheet.size != (columns * CELL, 5 * CELL)) == has_labels


def test_the_documents_show_the_images_that_the_command_writes():
    text = "".join(path.read_text() for path in DOCUMENTS)
    shown = set(re.findall(r"images/([\w-]+\.png)", text))
    others = {"acgan-losses.png", "pretrained.png", "reproduce-sigma.png"}
    written = {f"{model}.png" for model in registry.names()} | others
    files = {path.name: path.stat().st_size for path in images.IMAGES.iterdir()}
    assert shown == files.keys() <= written
    assert sum(files.values()) < 1.5e6
