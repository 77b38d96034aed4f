"""The formats of an export, named without importing TensorFlow."""

from importlib import import_module
from types import ModuleType
from typing import NamedTuple


class Format(NamedTuple):
    """A format of an export.

    Attributes:
        module: name of the module with `check()`, `write(run, model, endpoints, folder)` and
            `sampled(folder, run, labels, seed)`.
        description: for help texts.
    """

    module: str
    description: str

    def load(self) -> ModuleType:
        """The module."""
        return import_module(self.module)


FORMATS = {
    "savedmodel": Format("kerasgan.inference.saved_model", "for TensorFlow Serving"),
    "keras": Format("kerasgan.inference.keras_file", "plain Keras layers and a model card"),
    "onnx": Format("kerasgan.inference.onnx_file", "the generator, by the extra 'onnx'"),
}
