"""Weights of a network of PyTorch's for the same network in Keras, layer by layer."""

from pathlib import Path

import keras
from keras import layers

from kerasgan.evaluation.features import torch_file
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.printing import shortened

# PyTorch's names of a layer's weights, in Keras's order.
_NAMES = {
    layers.Conv2D: ("weight", "bias"),
    layers.DepthwiseConv2D: ("weight", "bias"),
    layers.Dense: ("weight", "bias"),
    layers.BatchNormalization: ("weight", "bias", "running_mean", "running_var"),
}
# Permutation of a kernel's axes from PyTorch to Keras.
_AXES = {
    layers.Conv2D: (2, 3, 1, 0),
    layers.DepthwiseConv2D: (2, 3, 0, 1),
    layers.Dense: (1, 0),
}
# PyTorch's BatchNorm counts the batches of its training.
_UNUSED = ".num_batches_tracked"
_MAX_NAMED = 4


def load(network: keras.Model, path: Path) -> None:
    """Set the weights of each layer to the tensors of its name in a file of PyTorch's.

    Args:
        network: its layers are named as the network's modules in PyTorch.
        path: a state dictionary, as `torch.save` writes it.

    Raises:
        InvalidInput: if the file cannot be read, or does not hold exactly the network's weights.
    """
    tensors = {
        name: tensor for name, tensor in torch_file.read(path).items() if not name.endswith(_UNUSED)
    }
    variables = _variables(network)
    expected = {name: _shape(*variable) for name, variable in variables.items()}
    shapes = {name: list(tensor.shape) for name, tensor in tensors.items()}
    differences = {
        "missing": sorted(expected.keys() - shapes.keys()),
        "unknown": sorted(shapes.keys() - expected.keys()),
        "of another shape": [
            f"{name} must be {shape}, got {shapes[name]}"
            for name, shape in expected.items()
            if shapes.get(name, shape) != shape
        ],
    }
    if any(differences.values()):
        found = "; ".join(
            f"{kind}: {shortened(names, _MAX_NAMED)}"
            for kind, names in differences.items()
            if names
        )
        raise InvalidInput(f"{path} must hold the weights of {network.name}; {found}")
    for name, (variable, axes) in variables.items():
        variable.assign(tensors[name].transpose(axes))


def _variables(network: keras.Model) -> dict[str, tuple[keras.Variable, tuple[int, ...]]]:
    """The variables and the permutations of their tensors' axes, by the tensors' names."""
    return {
        f"{layer.name}.{name}": (variable, _AXES[type(layer)] if variable.ndim > 1 else (0,))
        for layer in network.layers
        for name, variable in zip(_NAMES.get(type(layer), ()), layer.weights, strict=False)
    }


def _shape(variable: keras.Variable, axes: tuple[int, ...]) -> list[int]:
    """The shape of a variable's tensor in PyTorch."""
    return [variable.shape[axes.index(axis)] for axis in range(len(axes))]
