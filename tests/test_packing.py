"""A packed run generates the same images as its run, and is small."""

import numpy as np
import pytest

from kerasgan.inference import loading, packing
from kerasgan.models import sampling
from kerasgan.runs import directory
from kerasgan.utils.errors import InvalidInput


@pytest.fixture
def packed(trained, tmp_path):
    packing.pack(trained, tmp_path / "packed")
    return directory.read(tmp_path / "packed")


def generated(run):
    generator = loading.load(run).sampling_generator
    sampler = sampling.Sampler(generator, run.schema, run.config.sigma)
    return sampler.generate(np.array(run.schema.combinations[:3]), 7)


def test_a_packed_run_generates_the_same_images(trained, packed):
    # Half precision rounds weights to a thousandth.
    np.testing.assert_allclose(
        generated(packed).astype(int), generated(trained).astype(int), atol=1
    )
    assert packed.config == trained.config
    size, whole = (
        sum(file.stat().st_size for file in run.checkpoints.iterdir()) for run in (packed, trained)
    )
    assert size < whole / 10


def test_a_packed_run_cannot_be_trained_further(kerasgan, packed):
    done = kerasgan("resume", packed.path, "--steps", 9)
    assert done.exit_code == 2
    assert "step-000002.npz does not fit the model; missing" in done.output


def test_a_folder_that_holds_something_is_left_alone(trained, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput, match="is not empty"):
        packing.pack(trained, tmp_path)
