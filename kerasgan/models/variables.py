"""Names of a model's variables, and the form of its batches as JSON."""

import re
from typing import Any

import keras
import tensorflow as tf


def named_variables(model: keras.Model) -> dict[str, keras.Variable]:
    """All variables of a model, {"<attribute>/<index>/<path>": variable}.

    Paths alone are not unique: networks built by the same function share them.

    Raises:
        ValueError: if two variables have the same key, or a variable is not reachable through a
            public attribute of the model.
    """
    variables, reachable = {}, set()
    for attribute, owner in sorted(vars(model).items()):
        if attribute.startswith("_"):
            continue
        owned = [owner] if isinstance(owner, keras.Variable) else getattr(owner, "variables", [])
        for index, variable in enumerate(owned):
            # Keras numbers seed generators across the whole process.
            path = re.sub(r"seed_generator_\d+", "seed_generator", variable.path)
            key = f"{attribute}/{index:03d}/{path}"
            if key in variables:
                raise ValueError(f"two variables have the key {key}")
            variables[key] = variable
            reachable.add(id(variable))
    if lost := [variable.path for variable in model.variables if id(variable) not in reachable]:
        raise ValueError(f"variables not reachable through a public attribute of the model: {lost}")
    return variables


def own_variables(model: keras.Model) -> dict[str, keras.Variable]:
    """The variables that Keras does not save with a network, {key without slashes: variable}.

    Those are all that are not in a network, and the seeds of dropout.
    """
    networks = {name for name, owner in vars(model).items() if isinstance(owner, keras.Layer)}
    return {
        key.replace("/", "|"): variable
        for key, variable in named_variables(model).items()
        if key.partition("/")[0] not in networks or "seed_generator" in key
    }


def spec_to_json(spec: Any) -> Any:
    """A nested dictionary of `tf.TensorSpec`s as JSON types."""
    if isinstance(spec, dict):
        return {name: spec_to_json(part) for name, part in spec.items()}
    return [list(spec.shape), spec.dtype.name]


def spec_from_json(fields: Any) -> Any:
    """The specs that `spec_to_json` made `fields` of."""
    if isinstance(fields, dict):
        return {name: spec_from_json(part) for name, part in fields.items()}
    shape, dtype = fields
    return tf.TensorSpec(shape, dtype)
