"""Inputs and heads of labels."""

from collections.abc import Mapping

import keras


def label_inputs(labels: Mapping[str, int]) -> dict[str, keras.KerasTensor]:
    """One-hot inputs of labels, {name: [B, K]}, from {name: K}."""
    return {name: keras.Input((size,), name=name) for name, size in labels.items()}


def heads(labels: Mapping[str, int]) -> dict[str, tuple[str, int]]:
    """The layer's name and units of each head, {name: (layer, units)}: the source and labels.

    Layers of labels begin with `label_`, so that no label has the name of another layer.
    """
    return {"source": ("source", 1)} | {
        name: (f"label_{name}", size) for name, size in labels.items()
    }
