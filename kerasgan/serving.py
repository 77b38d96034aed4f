"""Export a generator as a SavedModel that needs neither kerasgan nor Keras."""

import re
from pathlib import Path

import keras
import tensorflow as tf

from kerasgan import files, images, sampling
from kerasgan.runs import Run


def export(run: Run, out: Path | None = None) -> Path:
    """Write `out/<model>/<version>/`, one version above the highest there, and return it.

    Signatures, for n pictures of S pixels:

    - `serving_default`: hair and eyes, string [n]; seed, int64 [n] -> image, uint8 [n, S, S, 3];
    - `generate`: noise [n, latent_dim], hair and eyes one-hot -> image, float32 in [-1, 1];
    - `png`: as `serving_default` -> image_bytes, string [n], PNG files.

    Args:
        out: the folder of models; `export` in the run directory unless given.
    """
    generator = sampling.load_generator(run)
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
    config = run.config

    def generate(noise, hair, eyes):
        return {"image": generator({"noise": noise, "hair": hair, "eyes": eyes}, training=False)}

    def pixels(hair, eyes, seed):
        one_hots = {
            "hair": _one_hot(hair, "hair", run.vocabulary.hair),
            "eyes": _one_hot(eyes, "eyes", run.vocabulary.eyes),
        }
        noise = sampling.noise(seed, config.latent_dim, config.sigma)
        return images.to_uint8(generate(noise, **one_hots)["image"])

    def serving_default(hair, eyes, seed):
        return {"image": pixels(hair, eyes, seed)}

    def png(hair, eyes, seed):
        return {
            "image_bytes": tf.map_fn(
                tf.io.encode_png, pixels(hair, eyes, seed), fn_output_signature=tf.string
            )
        }

    colours = [tf.TensorSpec([None], tf.string, name=name) for name in ("hair", "eyes")]
    by_name = [*colours, tf.TensorSpec([None], tf.int64, name="seed")]
    by_value = [
        tf.TensorSpec([None, generator.input[name].shape[1]], tf.float32, name=name)
        for name in ("noise", "hair", "eyes")
    ]
    archive = keras.export.ExportArchive()
    archive.track(generator)
    archive.add_endpoint("serving_default", serving_default, by_name)
    archive.add_endpoint("generate", generate, by_value)
    archive.add_endpoint("png", png, by_name)
    return archive


def _one_hot(colours: tf.Tensor, kind: str, vocabulary: tuple[str, ...]) -> tf.Tensor:
    """Return float32 [n, K] of colour names [n]; a request with an unknown one fails."""
    matches = tf.equal(colours[:, None], tf.constant(vocabulary)[None, :])
    known = tf.reduce_all(tf.reduce_any(matches, axis=1))
    message = f"unknown {kind} colour; allowed: {', '.join(vocabulary)}"
    with tf.control_dependencies([tf.debugging.Assert(known, [message, colours])]):
        return tf.cast(matches, tf.float32)
