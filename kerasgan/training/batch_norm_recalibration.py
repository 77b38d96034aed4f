"""Standing statistics: what BatchNorm normalises averaged weights by."""

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from kerasgan.inference.sampling import Sampler, random_pairs
from kerasgan.models.base import AdversarialModel
from kerasgan.runs.directory import Run
from kerasgan.training.callbacks import EveryNSteps

_BATCHES = 8
_SIZE = 64


class BatchNormRecalibration(EveryNSteps):
    """Settle the averaged generator before others look at it or keep it.

    Args:
        others: the callbacks that do so; they act after this one.
    """

    def __init__(self, run: Run, done: int, others: Sequence[EveryNSteps]):
        super().__init__(run, done, every=1)
        self.others = others

    def is_due(self, step: int) -> bool:
        return any(other.is_due(step) for other in self.others)

    def act(self) -> None:
        settle(self.run, self.model)

    def on_train_end(self, logs: Any = None) -> None:
        # A run that is stopped keeps a checkpoint of any step.
        if self.acted != self.step:
            self.act()


def settle(run: Run, model: AdversarialModel) -> None:
    """Set the BatchNorm statistics of a model's averaged generator to those of its own images.

    The average that training makes of statistics is that of other weights' statistics, and the
    averaged weights have others. Here each is the mean over 8 batches of 64 random conditions and
    noises: a pure function of the averaged weights and the run's seed.

    References: Brock, Donahue and Simonyan 2019, "Large Scale GAN Training for High Fidelity
    Natural Image Synthesis" (arXiv:1809.11096), where these are "standing statistics"; Izmailov et
    al. 2018, "Averaging Weights Leads to Wider Optima and Better Generalization"
    (arXiv:1803.05407), for averaged weights.
    """
    generator = model.averaged_generator
    norms = _layers(generator, keras.layers.BatchNormalization)
    momenta = [norm.momentum for norm in norms]
    # Dropout draws the same again when it is asked the next time, or after a run went on.
    states = [dropout.seed_generator.state for dropout in _layers(generator, keras.layers.Dropout)]
    drawn = [state.numpy() for state in states]
    for count, batch in enumerate(_batches(run, generator)):
        for norm in norms:
            norm.momentum = count / (count + 1)
        generator(batch, training=True)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    for state, value in zip(states, drawn, strict=True):
        state.assign(value)


def _layers(network: keras.Model, kind: type) -> list[keras.Layer]:
    return [layer for layer in network.layers if isinstance(layer, kind)]


def _batches(run: Run, generator: keras.Model) -> Iterator[dict[str, np.ndarray]]:
    count, seed = _BATCHES * _SIZE, run.config.seed
    pairs = random_pairs(run.vocabulary, run.config.CONDITIONS, count, seed)
    inputs = Sampler(generator, run.vocabulary, run.config.sigma).inputs(pairs, seed)
    for start in range(0, count, _SIZE):
        yield {name: values[start : start + _SIZE] for name, values in inputs.items()}
