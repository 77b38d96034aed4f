"""BatchNorm statistics for averaged generator weights."""

from collections.abc import Mapping

import keras
import numpy as np

IMAGES = 512
_BATCHES = 8


def recalibrate(generator: keras.Model, inputs: Mapping[str, np.ndarray]) -> None:
    """Recompute the BatchNorm statistics of an averaged generator.

    Averaged BatchNorm statistics belong to past weights, not to the averaged ones. The new ones
    are means over 8 batches of 64 images, a pure function of the averaged weights and the inputs.

    Args:
        generator: a Functional model.
        inputs: its inputs for `IMAGES` images, {name: [512, K]}.

    References: Brock, Donahue and Simonyan 2019, "Large Scale GAN Training for High Fidelity
    Natural Image Synthesis" (arXiv:1809.11096), who call them "standing statistics"; Izmailov et
    al. 2018, "Averaging Weights Leads to Wider Optima and Better Generalization"
    (arXiv:1803.05407), for averaged weights.
    """
    norms = _layers(generator, keras.layers.BatchNormalization)
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    # Restored below, so that recalibration does not change later dropout masks.
    states = [dropout.seed_generator.state for dropout in _layers(generator, keras.layers.Dropout)]
    saved_states = [state.numpy() for state in states]
    batches = {name: np.split(values, _BATCHES) for name, values in inputs.items()}
    for count in range(_BATCHES):
        for norm in norms:
            # The moving averages become means over the batches.
            norm.momentum = count / (count + 1)
        generator({name: parts[count] for name, parts in batches.items()}, training=True)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    for state, saved_state in zip(states, saved_states, strict=True):
        state.assign(saved_state)


def _layers(network: keras.Model, kind: type) -> list[keras.Layer]:
    return [layer for layer in network.layers if isinstance(layer, kind)]
