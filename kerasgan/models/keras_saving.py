"""How Keras saves and loads an adversarial model: `model.save`, `keras.saving.load_model`."""

from typing import Any, Self

import keras
import numpy as np

from kerasgan.labels import LabelSchema
from kerasgan.models import variables


class KerasSaving(keras.Model):
    """An adversarial model's configuration, optimizers and own variables, as Keras stores them."""

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor as JSON types."""
        return {"labels": self.schema.to_json(), **self.config.model_options()}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """The model that `get_config` describes."""
        options = {name: tuple(v) if isinstance(v, list) else v for name, v in config.items()}
        schema = LabelSchema.from_json(config["labels"])
        return cls(**{**options, "labels": schema})

    def get_compile_config(self) -> dict[str, Any] | None:
        """Optimizers and the form of a batch as JSON types."""
        if self._batch_spec is None:
            return None
        options = {
            name: keras.saving.serialize_keras_object(value)
            for name, value in vars(self._compiled).items()
        }
        return {**options, "batch": variables.spec_to_json(self._batch_spec)}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as `get_compile_config` describes, with every variable of the optimizers."""
        options = {
            name: keras.saving.deserialize_keras_object(value)
            for name, value in config.items()
            if name != "batch"
        }
        self.compile(**options)
        self.build_players(variables.spec_from_json(config["batch"]))

    def save_own_variables(self, store: dict) -> None:
        """Save the step, the optimizers and the running means."""
        # Keras saves the networks after this.
        self.complete_average()
        for key, variable in variables.own_variables(self).items():
            store[key] = np.asarray(variable)

    def load_own_variables(self, store: dict) -> None:
        """Load what `save_own_variables` has saved."""
        own = variables.own_variables(self)
        if own.keys() != set(store.keys()):
            raise ValueError(
                f"the file must hold the variables {', '.join(own)}; got {', '.join(store.keys())}"
            )
        for key, variable in own.items():
            variable.assign(store[key])
