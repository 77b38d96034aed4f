"""One frozen dataclass per model: the only place where a default exists."""

from kerasgan.configs.acgan import ACGANConfig
from kerasgan.configs.base import Config

CONFIGS: dict[str, type[Config]] = {"acgan": ACGANConfig}
