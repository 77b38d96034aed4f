"""The documents' worked example: a model in one file."""

import numpy as np

from docs.examples.hinge_gan import HingeGAN, HingeGANConfig
from kerasgan.configs import CONFIGS
from kerasgan.inference import sampling
from kerasgan.models import MODELS
from kerasgan.reporting import plots
from kerasgan.runs import directory
from kerasgan.training import trainer
from tests.conftest import NOISE, TINY


def test_a_model_in_one_file_trains_logs_and_draws(monkeypatch, tmp_path):
    monkeypatch.setitem(CONFIGS, "hinge-gan", HingeGANConfig)
    monkeypatch.setitem(MODELS, "hinge-gan", HingeGAN)
    config = HingeGANConfig(**{**TINY, **NOISE, "steps": 2, "log_every": 1})
    run = trainer.start(config, "paper", "kerasgan train hinge-gan", tmp_path / "run")

    metrics = plots.read_metrics(run.metrics_file)
    np.testing.assert_allclose(metrics["d_loss"], metrics["d_real"] + metrics["d_fake"], rtol=1e-6)
    # The first scores are about 0, which is within the margin of 1 on both sides.
    np.testing.assert_allclose(metrics["d_loss"][0], 2.0, atol=0.1)
    found = directory.read(run.path)
    sampler = sampling.Sampler(found, sampling.load(found).sampling_generator)
    assert sampler.pictures([sampling.ANY] * 3, seed=0).shape == (3, 16, 16, 3)
