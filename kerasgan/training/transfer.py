"""Start a model from the weights of another run."""

import logging
import re
from collections.abc import Iterator

import keras
import numpy as np

from kerasgan.configs import Config
from kerasgan.configs.options import option_name
from kerasgan.labels import LabelSchema
from kerasgan.models.base import AdversarialModel
from kerasgan.models.sampling import COMBINATION
from kerasgan.runs import checkpoints
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.printing import shortened

# Options without which hardly any weight has the same shape.
_EQUAL = ("image_size", "width", "latent_dim")
# A packed run has only one of them.
_SUBSTITUTES = {"generator": "averaged_generator", "averaged_generator": "generator"}
_MAX_NAMED = 5

log = logging.getLogger(__name__)


def check(config: Config, run: Run) -> None:
    """Raise InvalidInput if a model of this config cannot start from a run."""
    if run.config.MODEL != config.MODEL:
        raise InvalidInput(f"init: {run.name} is a run of {run.config.MODEL}, not {config.MODEL}")
    for name in _EQUAL:
        there, here = (getattr(each, name, None) for each in (run.config, config))
        if there != here:
            raise InvalidInput(
                f"init: {run.name} has {option_name(name)} {there}, and the new run {here}; it "
                "must be the same"
            )


def initialize(model: AdversarialModel, run: Run) -> None:
    """Give a model's networks the weights of a run's newest checkpoint.

    Weights have a counterpart if they have the same name and shape. Those of a label whose values
    differ keep their initial values. A dense kernel with more or fewer inputs, because the labels
    beside the noise differ, takes the noise's part. Optimizers start anew.

    Raises:
        InvalidInput: if the run has no whole checkpoint.
    """
    arrays = checkpoints.load(run)[1]
    sources = {_without_index(key): key for key in arrays}
    are_new = _labels_that_differ(model.schema, run.schema)
    noise = getattr(model.config, "latent_dim", 0)
    new, count = [], 0
    for network, name, variable in _weights(model):
        count += 1
        substitute = _SUBSTITUTES.get(network, network)
        key = sources.get(f"{network}/{name}", sources.get(f"{substitute}/{name}"))
        if key is None or _label(name) in are_new or not _assign(variable, arrays[key], noise):
            new.append(f"{network}/{name}")
    named = f"; new: {shortened(new, _MAX_NAMED)}" if new else ""
    log.info("took %d of %d weights from %s%s", count - len(new), count, run.name, named)
    if not any(key.startswith("discriminator/") for key in arrays):
        log.warning(
            "%s has no discriminator: a new one may spoil the generator before it has learned",
            run.name,
        )


def _weights(model: keras.Model) -> Iterator[tuple[str, str, keras.Variable]]:
    """Network, name and variable of each weight; the seeds of dropout are none."""
    for key, variable in checkpoints.named_variables(model).items():
        network, _, name = key.split("/", 2)
        if isinstance(getattr(model, network), keras.Model) and "seed_generator" not in name:
            yield network, name, variable


def _without_index(key: str) -> str:
    """A key of `named_variables` without the number, which moves when a label is added."""
    return re.sub(r"/\d+/", "/", key, count=1)


def _label(name: str) -> str:
    """The label that a weight belongs to, `COMBINATION` for a joint one, or an empty string."""
    match = re.match(r"(?:embed|label)(?:_(\w+?))?(?:_map)?/", name)
    return (match[1] or COMBINATION) if match else ""


def _labels_that_differ(schema: LabelSchema, other: LabelSchema) -> set[str]:
    values = {label.name: label.values for label in other.labels}
    differ = {label.name for label in schema.labels if values.get(label.name) != label.values}
    return differ | ({COMBINATION} if schema != other else set())


def _assign(variable: keras.Variable, array: np.ndarray, noise: int) -> bool:
    """Copy an array, or the part of a dense kernel's first `noise` inputs; whether that fits."""
    there, here = array.shape, tuple(variable.shape)
    if there == here:
        variable.assign(array.astype(variable.dtype))
        return True
    if (
        not len(there) == len(here) == 2
        or there[1] != here[1]
        or not 0 < noise <= min(there[0], here[0])
    ):
        return False
    kernel = np.array(variable)
    kernel[:noise] = array[:noise]
    variable.assign(kernel)
    return True
