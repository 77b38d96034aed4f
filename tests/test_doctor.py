"""`kerasgan doctor` and `kerasgan cache`: what this installation has, lacks and stores."""

from importlib import metadata

import numpy as np
import pytest
from filelock import FileLock

from kerasgan.commands import doctor
from kerasgan.utils import requirements
from tests.test_cache import prepare

REQUIRES = [
    "pytest>=1",
    'no-such-package>=2; python_version < "3"',
    'pytest>=1000; extra == "new"',
    'no-such-package<5,>=3; extra == "new"',
    'pytest>=2; extra == "whole"',
]


@pytest.fixture
def installed(monkeypatch):
    """kerasgan with other requirements."""
    monkeypatch.setattr(metadata, "requires", lambda name: REQUIRES)
    monkeypatch.setattr(requirements, "extras", lambda: ["new", "whole"])


@pytest.fixture
def nothing_installed(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", missing)
    monkeypatch.setattr(metadata, "metadata", missing)


@pytest.mark.usefixtures("installed")
def test_requirements_that_are_not_met_are_named_by_extra():
    assert requirements.unmet() == requirements.unmet("whole") == []
    assert requirements.unmet("new") == [
        ("pytest>=1000", f"is needed, {metadata.version('pytest')} is installed"),
        ("no-such-package<5,>=3", "is missing"),
    ]


@pytest.mark.usefixtures("installed")
def test_a_missing_extra_has_a_remedy_and_is_no_error(kerasgan):
    done = kerasgan("doctor")
    assert done.exit_code == 0, done.output
    lines = {line.partition("  ")[0]: line for line in done.output.splitlines()}
    assert "no-such-package<5,>=3 is missing" in lines["extra new"]
    assert lines["extra new"].endswith("pip install 'kerasgan[new]'")
    assert lines["extra whole"].endswith("complete")
    assert "Keras 3" in lines["TensorFlow"]
    assert "--precision auto is " in lines["precision"]
    assert " MiB" in lines["cache"]


def test_a_missing_package_is_an_error(kerasgan, monkeypatch):
    monkeypatch.setattr(metadata, "requires", lambda name: ["no-such-package>=3"])
    done = kerasgan("doctor")
    assert done.exit_code == 1
    (line,) = (line for line in done.output.splitlines() if line.startswith("packages"))
    assert "no-such-package>=3 is missing" in line
    assert line.endswith("pip install 'no-such-package>=3'")


@pytest.mark.usefixtures("nothing_installed")
def test_a_checkout_that_was_not_installed_is_named(kerasgan):
    done = kerasgan("doctor")
    assert done.exit_code == 1
    (line,) = (line for line in done.output.splitlines() if line.startswith("packages"))
    assert "kerasgan is not installed" in line
    assert line.endswith("pip install -e .")
    assert "extra " not in done.output


def test_a_check_that_fails_hides_no_other(kerasgan, monkeypatch):
    def broken():
        raise ImportError("libcudnn.so.9 cannot be opened")

    monkeypatch.setitem(doctor._CHECKS, "TensorFlow", broken)
    done = kerasgan("doctor")
    assert done.exit_code == 1
    assert "ImportError: libcudnn.so.9 cannot be opened" in done.output
    assert "\ncache  " in done.output


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("KERASGAN_CACHE", str(tmp_path / "prepared"))
    return tmp_path / "prepared"


def test_the_cache_is_measured_and_cleared(kerasgan, folder):
    assert kerasgan("cache").output == f"{folder}: 0.0 MiB\n"
    prepared = prepare("faces")
    (lock,) = folder.glob("*.lock")
    lock.with_suffix(".unfinished").mkdir()
    (folder / "big").write_bytes(bytes(2**20))
    (folder / "classifier-v1-faces-0.weights.h5").write_bytes(bytes(2**20))
    assert kerasgan("cache").output == f"{folder}: 2.0 MiB\n"
    done = kerasgan("cache", "clear")
    assert done.exit_code == 0, done.output
    # A training reads on, and a file that is not kerasgan's stays.
    assert prepared.images[np.arange(2)].shape == (2, 16, 16, 3)
    assert [path.name for path in folder.iterdir() if path.suffix != ".lock"] == ["big"]
    assert done.output == f"{folder}: 1.0 MiB\n"


def test_images_that_are_being_prepared_are_kept(kerasgan, folder):
    prepare("faces")
    prepare("others")
    (lock,) = folder.glob("faces*.lock")
    with FileLock(lock):
        done = kerasgan("cache", "clear")
    assert done.exit_code == 0
    assert "kept" in done.output
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [lock.stem]
