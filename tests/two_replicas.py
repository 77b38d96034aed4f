"""Two training steps of a model with a strategy, for test_workers.

As a script, `python -m tests.two_replicas FOLDER [MODEL ...]` is one of several workers and saves
the results of the models, by default of all, in the folder.
"""

import os
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from kerasgan import registry, tasks
from kerasgan.configs.groups import BatchNormOptions
from kerasgan.models.variables import named_variables
from kerasgan.training import trainer, workers
from tests.conftest import tiny_config

ROOT = Path(__file__).parent.parent
# With seed 0, an input of one of StarGAN's ReLUs is so near zero that rounding decides its sign.
SEEDS = {"stargan": 3}


def config_of(name, strategy):
    options = {"ema": 0.5, "seed": SEEDS.get(name, 0), "strategy": strategy}
    if issubclass(registry.config_class(name), BatchNormOptions):
        options["sync_batch_norm"] = True
    if name in ("cyclegan", "cut"):
        options["batch_size"] = 2
    if name == "cyclegan":
        options["pool_size"] = 3
    if name == "r3gan":
        # With fewer images, or penalties on a share, replicas form other groups than one device.
        options |= {"batch_size": 16, "penalty_share": 1.0}
    return tiny_config(name, **options)


def sgd_optimizers(model):
    players = ("discriminator_optimizer", "generator_optimizer")
    return {player: keras.optimizers.SGD(1e-3, name="sgd") for player in players}


def trained(config):
    """Variables and record after two steps without dropout, {name: array}."""
    keras.utils.set_random_seed(config.seed)
    data = tasks.of(config).load().training
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry.model_class(config), "optimizers", sgd_optimizers)
        model = trainer.build(config, data)
    for network in (model.discriminator, model.generator):
        for layer in network.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.0
    strategy = workers.strategy(config.strategy)
    batches = tasks.of(config).batches(data, model)
    distributed = iter(strategy.experimental_distribute_dataset(batches))
    for _ in range(2):
        strategy.run(model.train_step, args=(next(distributed),))
    named = named_variables(model)
    # Sums and their weights count every replica; distances are within a replica's part.
    variables = {
        key: np.asarray(named[key]) for key in named if not key.endswith(("/sums", "/weights"))
    }
    record = {key: value for key, value in model.record().items() if "distance" not in key}
    return {**variables, **record}


if __name__ == "__main__":
    folder, *names = sys.argv[1:]
    for name in names or registry.names():
        results = trained(config_of(name, "multi-worker"))
        np.savez(Path(folder) / f"{name}-{os.getpid()}.npz", **results)
