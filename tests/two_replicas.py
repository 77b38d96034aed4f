"""Two steps of a model under a strategy: what test_distribution compares.

As a script, one of several workers: `python -m tests.two_replicas FOLDER MODEL ...` saves the
results of the models, all of them unless named, into the folder.
"""

import os
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from kerasgan.configs import CONFIGS
from kerasgan.configs.base import BatchNormConfig
from kerasgan.datasets import pipeline
from kerasgan.models import MODELS
from kerasgan.runs import checkpoints
from kerasgan.training import trainer, workers
from tests.conftest import tiny_config

ROOT = Path(__file__).parent.parent
# With seed 0, one of StarGAN's ReLUs stands so near its edge that rounding decides.
SEEDS = {"stargan": 3}


def config_of(name, strategy):
    options = {"ema": 0.5, "seed": SEEDS.get(name, 0), "strategy": strategy}
    if issubclass(CONFIGS[name], BatchNormConfig):
        options["sync_batch_norm"] = True
    if name == "cyclegan":
        options |= {"batch_size": 2, "pool_size": 3}
    if name == "r3gan":
        # Of fewer images, or a part of them, each replica forms other groups than one device.
        options |= {"batch_size": 16, "penalty_share": 1.0}
    return tiny_config(name, **options)


def descents(model):
    players = ("discriminator_optimizer", "generator_optimizer")
    return {player: keras.optimizers.SGD(1e-3, name="descent") for player in players}


def trained(config):
    """The variables and the record after two steps without dropout, {name: array}."""
    keras.utils.set_random_seed(config.seed)
    data = pipeline.load(config).training
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODELS[config.MODEL], "optimizers", descents)
        model = trainer.build(config, data)
    for network in (model.discriminator, model.generator):
        for layer in network.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.0
    strategy = workers.strategy(config.strategy)
    batches = pipeline.batches(model.sample_batch, config, data)
    shared = iter(strategy.experimental_distribute_dataset(batches))
    for _ in range(2):
        strategy.run(model.train_step, args=(next(shared),))
    named = checkpoints.named_variables(model)
    # Sums count every replica, as their weights do; distances are those within a replica's part.
    variables = {
        key: np.asarray(named[key]) for key in named if not key.endswith(("/sums", "/weights"))
    }
    record = {key: value for key, value in model.record().items() if "distance" not in key}
    return {**variables, **record}


if __name__ == "__main__":
    folder, *names = sys.argv[1:]
    for name in names or CONFIGS:
        results = trained(config_of(name, "multi-worker"))
        np.savez(Path(folder) / f"{name}-{os.getpid()}.npz", **results)
