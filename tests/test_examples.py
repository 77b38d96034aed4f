"""The documents' worked example: a model that another package adds."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from kerasgan import registry
from kerasgan.inference import sampling
from kerasgan.reporting import plots
from kerasgan.runs import directory
from kerasgan.utils.errors import InvalidInput

EXAMPLE = Path(__file__).parent.parent / "docs" / "examples" / "hinge_gan"
OPTIONS = "--steps 2 --log-every 1 --image-size 16 --width 0.1 --batch-size 16 --num-avatars 24"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The example and its metadata, as an installation would put them on the path."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    folder = tmp_path / "hinge_gan-0.1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    points = project["entry-points"]["kerasgan.models"].items()
    lines = [f"{name} = {path}" for name, path in points]
    (folder / "entry_points.txt").write_text("\n".join(["[kerasgan.models]", *lines]))
    path = [str(tmp_path), str(EXAMPLE)]
    for entry in path:
        monkeypatch.syspath_prepend(entry)
    registry._paths.cache_clear()
    yield {**os.environ, "PYTHONPATH": os.pathsep.join([*path, *sys.path])}
    registry._paths.cache_clear()


def test_a_model_of_another_package_trains_logs_and_draws(installed, tmp_path):
    words = ["train", "hinge-gan", *OPTIONS.split(), "--out", str(tmp_path / "run")]
    subprocess.run([sys.executable, "-m", "kerasgan", *words], env=installed, check=True)
    run = directory.read(tmp_path / "run")
    metrics = plots.read_metrics(run.metrics_file)
    np.testing.assert_allclose(metrics["d_loss"], metrics["d_real"] + metrics["d_fake"], rtol=1e-6)
    # The first scores are about 0, which is within the margin of 1 on both sides.
    np.testing.assert_allclose(metrics["d_loss"][0], 2.0, atol=0.1)
    sampler = sampling.Sampler(
        sampling.load(run).sampling_generator, run.vocabulary, run.config.sigma
    )
    assert sampler.generate([sampling.UNCONDITIONAL] * 3, seed=0).shape == (3, 16, 16, 3)


def test_without_the_package_its_run_is_refused_by_the_names_of_the_others(tmp_path):
    with pytest.raises(InvalidInput, match="unknown model 'hinge-gan'; allowed: gan, cgan, acgan"):
        registry.config_class("hinge-gan")
