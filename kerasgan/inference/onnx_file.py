"""Export as an ONNX file, by the extra `onnx`.

The folder holds `generator.onnx` and `inputs.json`. Inputs: `noise`, float32 [n, D], and for each
label its index, int32 [n], -1 where the label is missing; output: `image`, uint8 [n, H, W, 3].
`inputs.json` has the length and deviation of the noise and the values of each label.
"""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from keras import ops

from kerasgan.inference import keras_file
from kerasgan.models.base import AdversarialModel
from kerasgan.runs.directory import Run
from kerasgan.utils import files, images
from kerasgan.utils.errors import InvalidInput

_FILE, _INPUTS = "generator.onnx", "inputs.json"


def check() -> None:
    """Raise InvalidInput if the extra is not installed."""
    missing = [name for name in ("onnx", "tf2onnx", "onnxruntime") if find_spec(name) is None]
    if missing:
        raise InvalidInput(f"format onnx needs {', '.join(missing)}: pip install 'kerasgan[onnx]'")


def write(run: Run, model: AdversarialModel, endpoints, folder: Path) -> None:
    """Write the generator and the description of its inputs into a new folder."""
    import tensorflow as tf
    import tf2onnx

    network = keras_file.plain(model.sampling_generator)
    sizes = {name: tensor.shape[1] for name, tensor in network.input.items()}
    labels = [name for name in sizes if name != "noise"]

    def generate(noise, *indices):
        one_hots = {
            name: ops.one_hot(index, sizes[name])
            for name, index in zip(labels, indices, strict=True)
        }
        return {"image": images.to_uint8(network({"noise": noise, **one_hots}, training=False))}

    signature = [
        tf.TensorSpec([None, sizes["noise"]], tf.float32, name="noise"),
        *(tf.TensorSpec([None], tf.int32, name=name) for name in labels),
    ]
    folder.mkdir(parents=True)
    function = tf.function(generate, input_signature=signature, autograph=False)
    tf2onnx.convert.from_function(function, signature, output_path=str(folder / _FILE))
    description = {
        "noise": {"length": sizes["noise"], "standard_deviation": run.config.sigma},
        "labels": keras_file.label_values(run),
    }
    files.write(folder / _INPUTS, json.dumps(description, indent=2) + "\n")


def sampled(folder: Path, run: Run, labels: np.ndarray, seed: int) -> np.ndarray:
    """Images of the written file with these labels, uint8 [n, H, W, 3]."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(folder / _FILE), providers=["CPUExecutionProvider"])
    names = [given.name for given in session.get_inputs()]
    values = keras_file.inputs(run, names, labels, seed)
    one_hots = {name: rows for name, rows in values.items() if name != "noise"}
    indices = {
        name: np.where(rows.any(axis=1), rows.argmax(axis=1), -1).astype("int32")
        for name, rows in one_hots.items()
    }
    (image,) = session.run(["image"], {"noise": values["noise"], **indices})
    return image
