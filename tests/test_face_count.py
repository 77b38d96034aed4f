import io
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from kerasgan.evaluation import intervals
from kerasgan.evaluation.metrics import face_count
from kerasgan.utils.errors import InvalidInput


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (30, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def cascade(tmp_path):
    path = tmp_path / "cascade.xml"
    path.write_text("no cascade")
    return path


def test_a_grid_is_what_the_course_saved_whatever_the_users_defaults(images):
    figure, axes = plt.subplots(5, 5)
    for axis, image in zip(axes.flat, images, strict=False):
        axis.imshow(image)
        axis.axis("off")
    file = io.BytesIO()
    figure.savefig(file)
    plt.close(figure)
    with plt.rc_context(
        {"figure.dpi": 50, "figure.facecolor": "red", "image.interpolation": "nearest"}
    ):
        grid = face_count.Grid(*images.shape[1:3])
        grid.draw(images[5:])
        found = grid.draw(images[:25])
    assert found.shape == (480, 640, 3)
    np.testing.assert_array_equal(found, np.asarray(Image.open(file).convert("RGB")))


def test_faces_are_counted_in_full_grids_with_the_settings_of_the_course(
    images, cascade, monkeypatch
):
    cv2 = pytest.importorskip("cv2", reason="needs the extra 'faces'")
    calls = []

    class Detector:
        def __init__(self, file):
            assert file == str(cascade)

        def empty(self):
            return False

        def detectMultiScale(self, gray, **settings):  # noqa: N802
            calls.append((gray, settings))
            return [(0, 0, 24, 24)] * len(calls)

    monkeypatch.setattr(cv2, "CascadeClassifier", Detector)
    full = images[:25], images[5:], images[:25]
    counts = face_count.count_faces(np.concatenate([*full, images[:24]]), cascade)
    assert counts.tolist() == [1, 2, 3]
    grid = face_count.Grid(*images.shape[1:3])
    for (gray, settings), drawn in zip(calls, map(grid.draw, full), strict=True):
        assert settings == {"scaleFactor": 1.1, "minNeighbors": 5, "minSize": (24, 24)}
        luma = np.rint(drawn @ [0.299, 0.587, 0.114]).astype(int)
        counts = np.bincount(luma.ravel(), minlength=256)
        darkest = counts[luma.min()]
        equalised = 255 * (counts.cumsum() - darkest) / (luma.size - darkest)
        # OpenCV rounds luma in its own way, and one level of it is up to two of the equalised.
        np.testing.assert_allclose(gray, equalised[luma], atol=3)
    assert face_count.count_faces(images[:24], cascade).shape == (0,)
    calls.clear()
    two = np.concatenate([images, images[:20]])
    assert face_count.mean_count(two, cascade) == intervals.mean(np.array([1, 2]))
    with pytest.raises(InvalidInput, match="needs at least 50 images, got 49"):
        face_count.mean_count(two[:49], cascade)


@pytest.mark.parametrize("version", ["none", "five"])
def test_without_opencv_4_the_extra_is_named(images, cascade, monkeypatch, version):
    # OpenCV 5 can be imported, but has no cascades.
    monkeypatch.setitem(sys.modules, "cv2", None if version == "none" else io)
    with pytest.raises(
        InvalidInput, match=r"OpenCV 4, the extra 'faces': pip install -e '.\[faces\]'"
    ):
        face_count.count_faces(images, cascade)


@pytest.mark.parametrize("content", ["no cascade", "<?xml version='1.0'?><opencv_storage/>"])
def test_what_is_no_cascade_is_refused(images, cascade, content):
    pytest.importorskip("cv2", reason="needs the extra 'faces'")
    cascade.write_text(content)
    with pytest.raises(
        InvalidInput, match=r"cascade must be one that OpenCV can load, got .*cascade.xml"
    ):
        face_count.count_faces(images, cascade)
    with pytest.raises(InvalidInput, match=r"the cascade must be a file, got .*nowhere.xml"):
        face_count.count_faces(images, cascade.with_name("nowhere.xml"))


def test_the_detector_finds_real_faces_and_none_in_noise():
    """A user's own copies of the course's faces and cascade, named by environment variables."""
    pytest.importorskip("cv2", reason="needs the extra 'faces'")
    folder, cascade = map(os.environ.get, ("KERASGAN_TEST_FACES", "KERASGAN_TEST_CASCADE"))
    if not (folder and cascade):
        pytest.skip("KERASGAN_TEST_FACES and KERASGAN_TEST_CASCADE name no faces and no cascade")
    paths = sorted((Path(folder) / "images").iterdir())
    chosen = np.random.default_rng(0).choice(paths, 100, replace=False)
    faces = np.stack([np.asarray(Image.open(path).convert("RGB")) for path in chosen])
    counts = face_count.count_faces(faces, Path(cascade))
    assert counts.shape == (4,)
    assert ((counts >= 24) & (counts <= 26)).all()
    noise = np.random.default_rng(0).integers(0, 256, faces.shape, dtype=np.uint8)
    assert face_count.count_faces(noise, Path(cascade)).tolist() == [0] * 4
