"""BatchNorm statistics for averaged generator weights."""

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from kerasgan.models.base import AdversarialModel
from kerasgan.models.sampling import Sampler, random_labels
from kerasgan.runs.directory import Run
from kerasgan.training.callbacks import EveryNSteps

_BATCHES = 8
_BATCH_SIZE = 64


class BatchNormRecalibration(EveryNSteps):
    """Recalibrate the averaged generator at every step at which another callback uses it.

    Args:
        users: these callbacks; they execute after this one.
    """

    def __init__(self, run: Run, initial_step: int, users: Sequence[EveryNSteps]):
        super().__init__(run, initial_step, every=1)
        self.users = users

    def is_due(self, step: int) -> bool:
        return any(user.is_due(step) for user in self.users)

    def execute(self) -> None:
        recalibrate(self.run, self.model)

    def on_train_end(self, logs: Any = None) -> None:
        # A run that is interrupted writes a checkpoint at any step.
        if self.last_executed != self.step:
            self.execute()


def recalibrate(run: Run, model: AdversarialModel) -> None:
    """Recompute the BatchNorm statistics of a model's averaged generator.

    Averaged BatchNorm statistics belong to past weights, not to the averaged ones. The new ones
    are means over 8 batches of 64 images with random labels and noise: a pure function of the
    averaged weights and the run's seed.

    References: Brock, Donahue and Simonyan 2019, "Large Scale GAN Training for High Fidelity
    Natural Image Synthesis" (arXiv:1809.11096), who call them "standing statistics"; Izmailov et
    al. 2018, "Averaging Weights Leads to Wider Optima and Better Generalization"
    (arXiv:1803.05407), for averaged weights.
    """
    generator = model.averaged_generator
    norms = _layers(generator, keras.layers.BatchNormalization)
    momenta = [norm.momentum for norm in norms]
    # Restored below, so that recalibration does not change later dropout masks.
    states = [dropout.seed_generator.state for dropout in _layers(generator, keras.layers.Dropout)]
    saved_states = [state.numpy() for state in states]
    for count, batch in enumerate(_batches(run, generator)):
        for norm in norms:
            # The moving averages become means over the batches.
            norm.momentum = count / (count + 1)
        generator(batch, training=True)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    for state, saved_state in zip(states, saved_states, strict=True):
        state.assign(saved_state)


def _layers(network: keras.Model, kind: type) -> list[keras.Layer]:
    return [layer for layer in network.layers if isinstance(layer, kind)]


def _batches(run: Run, generator: keras.Model) -> Iterator[dict[str, np.ndarray]]:
    count, seed = _BATCHES * _BATCH_SIZE, run.config.seed
    labels = random_labels(run.schema, {}, range(seed, seed + count))
    inputs = Sampler(generator, run.schema, run.config.sigma).inputs(labels, seed)
    for start in range(0, count, _BATCH_SIZE):
        yield {name: values[start : start + _BATCH_SIZE] for name, values in inputs.items()}
