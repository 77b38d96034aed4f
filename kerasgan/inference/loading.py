"""Load the models of runs."""

from collections.abc import Mapping

import numpy as np

from kerasgan import registry
from kerasgan.models.base import AdversarialModel
from kerasgan.runs import archives, checkpoints
from kerasgan.runs.directory import Run

_NETWORKS = {"generator", "averaged_generator", "discriminator"}
# Further attributes that hold variables once a model is compiled.
_PLAYERS = {"generator_player", "discriminator_player"}


def load(run: Run, checkpoint: str = "latest") -> AdversarialModel:
    """Build the run's model with the networks of a checkpoint, without optimizers.

    Args:
        checkpoint: as in `checkpoints.load`.

    Raises:
        InvalidInput: if the run has no such checkpoint.
    """
    return from_arrays(run, checkpoints.load(run, checkpoint)[1])


def from_arrays(run: Run, arrays: Mapping[str, np.ndarray]) -> AdversarialModel:
    """Build the run's model with the networks in a checkpoint's arrays; see `load`."""
    model = registry.build_model(run.config, run.schema)
    # A packed checkpoint contains only the networks that inference needs.
    needed = model.inference_networks | (_NETWORKS & {network_name(key) for key in arrays})
    variables = checkpoints.named_variables(model)
    known = {network_name(key) for key in variables} | _PLAYERS
    arrays = archives.select(
        arrays, lambda key: network_name(key) in needed or network_name(key) not in known
    )
    variables = {key: value for key, value in variables.items() if network_name(key) in needed}
    checkpoints.restore(arrays, variables)
    return model


def network_name(key: str) -> str:
    """The model attribute that holds the variable with this checkpoint key."""
    return key.partition("/")[0]
