"""The kerasgan command. Modules here import TensorFlow only inside their commands."""

from kerasgan.commands.cli import cli

__all__ = ["cli"]
