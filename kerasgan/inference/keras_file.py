"""Export as a `.keras` file of plain Keras layers, which loads where kerasgan is not installed.

The folder holds `generator.keras`, which maps {"noise": float32 [n, D], label: one-hot [n, K], ...}
to images in [-1, 1]; `labels.json` with the values of each label; `samples.png`; and `README.md`, a
model card. Keras loads the file under any backend.
"""

import json
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from kerasgan.inference import model_card
from kerasgan.layers import Conv2D, Conv2DTranspose, FusedBatchNormalization, UpsampleConv2D
from kerasgan.models.base import AdversarialModel
from kerasgan.models.sampling import conditions, noise
from kerasgan.runs.directory import Run
from kerasgan.utils import files, images
from kerasgan.utils.errors import InvalidInput

_FILE, _LABELS = "generator.keras", "labels.json"
_PLAIN = {
    FusedBatchNormalization: layers.BatchNormalization,
    Conv2D: layers.Conv2D,
    Conv2DTranspose: layers.Conv2DTranspose,
}


def check() -> None:
    """Nothing is needed beside Keras."""


def plain(generator: keras.Model) -> keras.Model:
    """The same network of Keras's own layers, with the same weights.

    Raises:
        ValueError: if it has a layer that Keras lacks.
    """
    network = keras.models.clone_model(generator, clone_function=_plain_layer)
    network.set_weights(generator.get_weights())
    return network


def _plain_layer(layer: keras.Layer) -> keras.Layer:
    if isinstance(layer, UpsampleConv2D):
        settings = {"padding": "same", "use_bias": layer.use_bias, "dtype": layer.dtype_policy}
        convolution = layers.Conv2D(layer.filters, 3, name="conv", **settings)
        return keras.Sequential(
            [layers.UpSampling2D(2, name="nearest"), convolution], name=layer.name
        )
    kind = _PLAIN.get(type(layer), type(layer))
    if not kind.__module__.startswith("keras."):
        raise InvalidInput(f"{type(layer).__name__} has no equal among Keras's layers")
    return kind.from_config(layer.get_config())


def write(run: Run, model: AdversarialModel, endpoints, folder: Path) -> None:
    """Write the generator, its labels and its card into a new folder."""
    folder.mkdir(parents=True)
    plain(model.sampling_generator).save(folder / _FILE)
    files.write(folder / _LABELS, json.dumps(label_values(run), indent=2) + "\n")
    images.save(model.sampler().sheet(0), folder / "samples.png")
    files.write(folder / "README.md", model_card.text(run, _USAGE))


def label_values(run: Run) -> dict[str, list[str]]:
    """Values of each label in the order of its one-hot rows; of a joint label as texts."""
    schema = run.conditions
    if run.config.ONLY_COMBINATIONS:
        combinations = (", ".join(schema.captions(each)) for each in schema.combinations)
        return {"combination": list(combinations)}
    return {label.name: list(label.values) for label in schema.labels}


def inputs(run: Run, network_inputs, labels: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """The generator's inputs for images with these labels, {name: float32 [n, K]}."""
    seeds = np.arange(seed, seed + len(labels))
    latent = ops.convert_to_numpy(noise(seeds, run.config.latent_dim, run.config.sigma))
    return {"noise": latent, **conditions(run.conditions, network_inputs, labels)}


def images_of(outputs) -> np.ndarray:
    """Uint8 images of outputs in [-1, 1]."""
    return ops.convert_to_numpy(images.to_uint8(outputs))


def sampled(folder: Path, run: Run, labels: np.ndarray, seed: int) -> np.ndarray:
    """Images of the written file with these labels, uint8 [n, H, W, 3]."""
    network = keras.saving.load_model(folder / _FILE)
    return images_of(network(inputs(run, network.input, labels, seed), training=False))


_USAGE = """```python
import json
import keras
import numpy as np

generator = keras.saving.load_model("generator.keras")
labels = json.load(open("labels.json"))
inputs = {"noise": np.random.normal(size=(4, %(latent_dim)d), scale=%(sigma)s).astype("float32")}
for name, values in labels.items():
    inputs[name] = np.eye(len(values), dtype="float32")[[0] * 4]
images = generator(inputs)  # [4, %(height)d, %(width)d, 3] in [-1, 1]
```"""
