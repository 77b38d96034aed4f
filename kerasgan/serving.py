"""Export a generator as a SavedModel that needs neither kerasgan nor Keras."""

import re
from collections.abc import Iterable
from pathlib import Path

import keras
import tensorflow as tf

from kerasgan import files, images, sampling
from kerasgan.attributes import Vocabulary
from kerasgan.runs import Run


def export(run: Run, out: Path | None = None, checkpoint: str = "latest") -> Path:
    """Write `out/<model>/<version>/`, one version above the highest there, and return it.

    Signatures, for n pictures of S pixels; models without conditions have no hair and eyes:

    - `serving_default`: hair and eyes, string [n]; seed, int64 [n] -> image, uint8 [n, S, S, 3];
    - `generate`: the generator's own inputs (noise and one-hot conditions), float32 [n, .]
      -> image, float32 [n, S, S, 3] in [-1, 1];
    - `png`: as `serving_default` -> image_bytes, string [n], PNG files.

    Args:
        out: the folder of models; `export` in the run directory unless given.
        checkpoint: as `checkpoints.load` takes it.
    """
    generator = sampling.load_generator(run, checkpoint)
    models = (out or run.path / "export") / run.config.MODEL
    files.check_writable(models, sum(weight.value.numpy().nbytes for weight in generator.weights))
    target = models / str(max(_versions(models), default=0) + 1)
    archive = _archive(run, generator)
    with files.replacing(target) as temporary:
        archive.write_out(str(temporary), verbose=False)
    return target


def _versions(models: Path) -> list[int]:
    return [int(path.name) for path in models.glob("*") if re.fullmatch(r"\d+", path.name)]


def _archive(run: Run, generator: keras.Model) -> keras.export.ExportArchive:
    config, inputs = run.config, generator.input

    def generate(**values):
        return {"image": generator(values, training=False)}

    def pixels(seed, **colours):
        noise = sampling.noise(seed, config.latent_dim, config.sigma)
        values = {"noise": noise, **_conditions(run.vocabulary, inputs, **colours)}
        return images.to_uint8(generate(**values)["image"])

    def serving_default(**request):
        return {"image": pixels(**request)}

    def png(**request):
        files = tf.map_fn(tf.io.encode_png, pixels(**request), fn_output_signature=tf.string)
        return {"image_bytes": files}

    request = {"seed": tf.TensorSpec([None], tf.int64, name="seed")}
    if len(inputs) > 1:
        for name in ("hair", "eyes"):
            request[name] = tf.TensorSpec([None], tf.string, name=name)
    values = {
        name: tf.TensorSpec([None, tensor.shape[1]], tf.float32, name=name)
        for name, tensor in inputs.items()
    }
    archive = keras.export.ExportArchive()
    archive.track(generator)
    for endpoint, signature in ((serving_default, request), (generate, values), (png, request)):
        traced = tf.function(endpoint, autograph=False)
        traced.get_concrete_function(**signature)
        archive.add_endpoint(endpoint.__name__, traced)
    return archive


def _conditions(
    vocabulary: Vocabulary, names: Iterable[str], **colours: tf.Tensor
) -> dict[str, tf.Tensor]:
    """Return the one-hot conditions of colour names [n]; a request with an unknown one fails."""
    found = {}
    for kind in {"hair", "eyes"} & set(names):
        known = tf.constant(getattr(vocabulary, kind))
        matches = tf.equal(colours[kind][:, None], known)
        message = f"unknown {kind} colour; allowed: {', '.join(getattr(vocabulary, kind))}"
        found[kind] = _checked(matches, message, colours[kind])
    if "pair" in names:
        hair, eyes = (tf.constant(column) for column in zip(*vocabulary.pairs, strict=True))
        matches = tf.equal(colours["hair"][:, None], hair) & tf.equal(
            colours["eyes"][:, None], eyes
        )
        message = "unknown pair of hair and eyes; allowed: those of the data that it was trained on"
        found["pair"] = _checked(matches, message, colours["hair"])
    return found


def _checked(matches: tf.Tensor, message: str, asked: tf.Tensor) -> tf.Tensor:
    known = tf.reduce_all(tf.reduce_any(matches, axis=1))
    with tf.control_dependencies([tf.debugging.Assert(known, [message, asked])]):
        return tf.cast(matches, tf.float32)
