"""One frozen dataclass per model: the only place where a default exists."""

from kerasgan.configs.base import Config

__all__ = ["Config"]
