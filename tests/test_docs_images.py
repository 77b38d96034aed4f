"""The documents show the images that `python -m docs.images` writes."""

import re

import pytest
from PIL import Image

from docs import images
from kerasgan import registry, tasks
from kerasgan.inference import loading
from kerasgan.runs.directory import Run
from tests.conftest import tiny_config
from tests.test_documents import DOCUMENTS

CELL = 66


@pytest.mark.parametrize(
    ("model", "columns", "has_labels"),
    [
        ("gan", 11, False),
        pytest.param("acgan", 11, True, marks=pytest.mark.slow),
        pytest.param("cyclegan", 6, True, marks=pytest.mark.slow),
        pytest.param("cut", 2, True, marks=pytest.mark.slow),
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


@pytest.mark.slow
def test_the_labels_of_an_animation_change_while_the_noise_stays(monkeypatch, tmp_path, trained):
    monkeypatch.setattr(images, "IMAGES", tmp_path)
    monkeypatch.setattr(images, "_FRAMES", 2)
    stops = [trained.schema.label(name).values[:2] for name in ("hair", "eyes")]
    monkeypatch.setattr(images, "_STOPS", tuple(zip(*stops, strict=True)))
    frames = list(images.walk(trained, loading.load(trained)))
    assert len(frames) == 4
    assert len({frame.tobytes() for frame in frames}) == 3
    assert frames[1].tobytes() == frames[3].tobytes()
    images.save_animation(frames, "walk.webp")
    with Image.open(tmp_path / "walk.webp") as animation:
        assert animation.n_frames == 4


def test_every_image_of_the_documents_has_a_text():
    for path in DOCUMENTS:
        assert "![](" not in path.read_text(), path
        for tag in re.findall(r"<img [^>]*>", path.read_text()):
            assert re.search(r' alt="[^"]+"', tag), tag


def test_the_documents_show_the_images_that_the_command_writes():
    text = "".join(path.read_text() for path in DOCUMENTS)
    shown = set(re.findall(r"images/([\w-]+\.(?:png|webp))", text))
    others = {"acgan-losses.png", "pretrained.png", "reproduce-sigma.png"}
    others |= {"metric-values.png", "scaling.png", "walk.webp", "watch.webp"}
    others |= {f"demo-{name}.png" for name in ("generate", "phone", "translate")}
    written = {f"{model}.png" for model in registry.names()} | others
    files = {path.name: path.stat().st_size for path in images.IMAGES.iterdir()}
    assert shown == files.keys() <= written
    assert sum(files.values()) < 2.1e6
    assert files["walk.webp"] < 400e3
