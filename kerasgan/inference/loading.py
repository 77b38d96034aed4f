"""Load the models of runs and of `.keras` files."""

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

import kerasgan
from kerasgan import registry
from kerasgan.models.base import AdversarialModel
from kerasgan.runs import archives, checkpoints
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.printing import shortened

_MAX_NAMED = 5

_NETWORKS = {"generator", "averaged_generator", "discriminator"}
# Further attributes that hold variables once a model is compiled.
_PLAYERS = {"generator_player", "discriminator_player"}


def load(run: Run, checkpoint: str = "latest") -> AdversarialModel:
    """Build the run's model with the networks of a checkpoint, without optimizers.

    Args:
        checkpoint: as in `checkpoints.load`.

    Raises:
        InvalidInput: if the run has no such checkpoint, or its weights are not finite.
    """
    return from_arrays(run, checkpoints.load(run, checkpoint)[1])


def load_file(file: Path) -> AdversarialModel:
    """The model in a `.keras` file, with its optimizers.

    Raises:
        InvalidInput: if there is no such file, or it holds no model of kerasgan.
    """
    if not file.is_file():
        raise InvalidInput(f"no file {str(file)!r}")
    kerasgan.register()
    try:
        model = keras.saving.load_model(file)
    except Exception as error:
        # Keras raises many kinds of errors on damaged files.
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InvalidInput(f"{file} cannot be read: {reason}") from error
    if not isinstance(model, AdversarialModel):
        raise InvalidInput(
            f"{file} is a {type(model).__name__}, not a model of kerasgan; "
            "keras.saving.load_model loads it"
        )
    return model


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
    if lost := [key for key, value in variables.items() if not _is_finite(value)]:
        raise InvalidInput(
            f"{getattr(arrays, 'path', run.path)} has weights that are not finite: "
            f"{shortened(lost, _MAX_NAMED)}; choose another one with --checkpoint"
        )
    return model


def _is_finite(variable: keras.Variable) -> bool:
    return bool(np.isfinite(keras.ops.convert_to_numpy(variable)).all())


def network_name(key: str) -> str:
    """The model attribute that holds the variable with this checkpoint key."""
    return key.partition("/")[0]
