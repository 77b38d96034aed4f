"""Faces that are counted while a model trains."""

import numpy as np
import pytest

from kerasgan import registry, tasks
from kerasgan.datasets.labelled import LabelledImages, Split
from kerasgan.evaluation.metrics import face_count
from kerasgan.labels import LabelSchema
from kerasgan.runs import directory
from kerasgan.training import trainer
from kerasgan.utils.errors import InvalidInput
from tests.conftest import tiny_config

SCHEMA = LabelSchema.of({"hair": ("red", "blue")})


@pytest.fixture
def run(tmp_path):
    (tmp_path / "faces.xml").touch()
    config = tiny_config("acgan", count_faces="faces.xml", sample_every=70, log_every=50)
    return directory.create(config, SCHEMA, "0", "report", "kerasgan")


def test_the_same_images_are_counted_at_whole_rows(run, tmp_path, monkeypatch):
    counted = []

    def count(images, cascade):
        assert cascade == tmp_path / "faces.xml"
        counted.append(images)
        return np.array([len(counted), 3])

    monkeypatch.setattr(face_count, "count_faces", count)
    pixels, labels = np.zeros((9, 16, 16, 3), np.uint8), np.zeros((9, 1), int)
    images = LabelledImages.of("0", pixels, SCHEMA, labels)
    (monitor,) = tasks.of(run.config).monitors(run, Split(images, images))
    assert (monitor.every, monitor.names) == (100, ("faces_in_25",))
    model = registry.build_model(run.config, SCHEMA)
    assert [monitor.measure(model)["faces_in_25"] for _ in range(2)] == [2.0, 2.5]
    np.testing.assert_array_equal(*counted)
    assert counted[0].shape == (250, 16, 16, 3)


def test_a_cascade_that_cannot_be_loaded_is_refused_before_training(tmp_path):
    pytest.importorskip("cv2", reason="needs the extra 'faces'")
    config = tiny_config("gan", count_faces="nowhere.xml")
    assert config.count_faces == str(tmp_path / "nowhere.xml")
    with pytest.raises(InvalidInput, match=r"the cascade must be a file, got .*nowhere.xml"):
        trainer.start(config, "report", "kerasgan", tmp_path / "run")
    assert not (tmp_path / "run").exists()
