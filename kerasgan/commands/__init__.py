"""The kerasgan command. Modules here import TensorFlow inside their commands only."""

from kerasgan.commands.cli import cli

__all__ = ["cli"]
