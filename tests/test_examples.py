"""The documents' worked example: a model that another package adds."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from kerasgan import registry
from kerasgan.inference import loading
from kerasgan.models import sampling
from kerasgan.reporting import plots
from kerasgan.runs import directory
from kerasgan.utils.errors import InvalidInput

EXAMPLE = Path(__file__).parent.parent / "docs" / "examples" / "hinge_gan"
OPTIONS = "--steps 2 --log-every 1 --image-size 16 --width 0.1 --batch-size 16 --num-avatars 24"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put models and the folder of their modules on the path, as an installation would."""

    def put(models, modules):
        folder = tmp_path / "outside-0.1.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text("Name: outside\nVersion: 0.1\n")
        lines = [f"{name} = {path}" for name, path in models.items()]
        (folder / "entry_points.txt").write_text("\n".join(["[kerasgan.models]", *lines]))
        path = [str(tmp_path), str(modules)]
        for entry in path:
            monkeypatch.syspath_prepend(entry)
        registry._paths.cache_clear()
        return {**os.environ, "PYTHONPATH": os.pathsep.join([*path, *sys.path])}

    yield put
    registry._paths.cache_clear()


def example_models():
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    return project["entry-points"]["kerasgan.models"]


def test_a_model_of_another_package_trains_logs_and_draws(install, tmp_path):
    installed = install(example_models(), EXAMPLE)
    words = ["train", "hinge-gan", *OPTIONS.split(), "--out", str(tmp_path / "run")]
    subprocess.run([sys.executable, "-m", "kerasgan", *words], env=installed, check=True)
    run = directory.read(tmp_path / "run")
    metrics = plots.read_metrics(run.metrics_file)
    np.testing.assert_allclose(metrics["d_loss"], metrics["d_real"] + metrics["d_fake"], rtol=1e-6)
    # The first scores are about 0, which is within the margin of 1 on both sides.
    np.testing.assert_allclose(metrics["d_loss"][0], 2.0, atol=0.1)
    sampler = sampling.Sampler(loading.load(run).sampling_generator, run.schema, run.config.sigma)
    assert sampler.generate(np.empty((3, 0), int), seed=0).shape == (3, 16, 16, 3)


def test_without_the_package_its_run_is_refused_by_the_names_of_the_others(tmp_path):
    with pytest.raises(InvalidInput, match="unknown model 'hinge-gan'; allowed: gan, cgan, acgan"):
        registry.config_class("hinge-gan")


def test_a_package_that_cannot_be_imported_breaks_no_other_model(install, kerasgan, tmp_path):
    install({"broken": "no_such_package:Config"}, tmp_path)
    assert kerasgan("train", "acgan", "--help").exit_code == 0
    refused = kerasgan("train", "broken")
    assert refused.exit_code == 2
    assert "model broken needs no_such_package:Config, which cannot be imported" in refused.output
