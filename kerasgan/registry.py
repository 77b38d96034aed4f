"""Models by name, including those of other packages; each is imported on first use.

A package adds a model by an entry point in the group `kerasgan.models`, whose name is the model's
and whose value is its configuration class, `package.module:Class`.
"""

import functools
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from kerasgan.configs import Config
from kerasgan.labels import LabelSchema
from kerasgan.utils.errors import InvalidInput, unknown

_GROUP = "kerasgan.models"
_CONFIGS = {
    "gan": "kerasgan.configs.dcgan:GANConfig",
    "cgan": "kerasgan.configs.dcgan:CGANConfig",
    "acgan": "kerasgan.configs.acgan:ACGANConfig",
    "wgan": "kerasgan.configs.dcgan:WGANConfig",
    "wgan-gp": "kerasgan.configs.dcgan:WGANGPConfig",
    "cwgan": "kerasgan.configs.dcgan:CWGANConfig",
    "cwgan-gp": "kerasgan.configs.dcgan:CWGANGPConfig",
    "r3gan": "kerasgan.configs.r3gan:R3GANConfig",
    "cyclegan": "kerasgan.configs.cyclegan:CycleGANConfig",
    "cut": "kerasgan.configs.cut:CUTConfig",
    "stargan": "kerasgan.configs.stargan:StarGANConfig",
}


@functools.cache
def _paths() -> dict[str, str]:
    added = {entry.name: entry.value for entry in entry_points(group=_GROUP)}
    return {**added, **_CONFIGS}


def names() -> list[str]:
    """Names of all models: kerasgan's, then those of other packages."""
    return [*_CONFIGS, *(name for name in _paths() if name not in _CONFIGS)]


def config_class(name: str) -> type[Config]:
    """Configuration class of a model; imports no TensorFlow.

    Raises:
        InvalidInput: if no model has this name, or its package cannot be imported.
    """
    if name not in _paths():
        raise unknown("model", name, names())
    path = _paths()[name]
    try:
        return resolve(path)
    except (ImportError, AttributeError) as error:
        raise InvalidInput(
            f"model {name} needs {path}, which cannot be imported: {error}"
        ) from error


def model_class(config: Config | type[Config]) -> type:
    """Class of a configuration's model, an `AdversarialModel`."""
    return resolve(config.MODEL_CLASS)


def build_model(config: Config, schema: LabelSchema) -> Any:
    """The model of a configuration and of the labels of its data."""
    return model_class(config)(schema, **config.model_options())


def resolve(path: str) -> Any:
    """The object at a path `package.module:name`."""
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
