"""Export a generator as a SavedModel that runs without kerasgan and Keras.

Signatures of generation models, for n images of S x S pixels (without conditions there are no
hair and eyes):

- `serving_default`: hair and eyes, string [n]; seed, int64 [n] -> image, uint8 [n, S, S, 3];
- `generate`: the generator's inputs (noise and one-hot conditions), float32 [n, K]
  -> image, float32 [n, S, S, 3] in [-1, 1];
- `png`: as `serving_default` -> image_bytes, string [n], PNG files.

Signatures of translation and editing models, for images of any size from 8 x 8 on:

- `serving_default`: image, uint8 [n, H, W, 3] -> image, the same;
- `generate`: image, float32 [n, h, w, 3] in [-1, 1], h and w multiples of 4 -> image, the same;
- `png`: image_bytes, string [n], PNG files -> image_bytes, the same.

CycleGAN's signatures translate a to b, and `<signature>_to_a` b to a. StarGAN's also take hair
and eyes, string [n], or attributes, float32 [n, K] of zeros and ones; `generate` takes
one-hots.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import keras
import tensorflow as tf

from kerasgan.inference import image_to_image, sampling
from kerasgan.labels import Vocabulary
from kerasgan.runs.directory import Run
from kerasgan.utils import files, images

# {signature: (function, {argument: spec})}.
Endpoints = dict[str, tuple[Callable, dict[str, tf.TensorSpec]]]


def export(
    run: Run,
    build_endpoints: Callable[[Run, keras.Model], Endpoints],
    out: Path | None = None,
    checkpoint: str = "latest",
) -> Path:
    """Write `out/<model>/<version>/`, one above the highest version; signatures: see the module.

    Args:
        build_endpoints: see `Task.endpoints`.
        out: folder of models. Default: `export` in the run's `outputs`.
        checkpoint: as in `checkpoints.load`.

    Returns:
        The folder of the version.

    Raises:
        InvalidInput: if the run has no such checkpoint, or the folder is not writable.
    """
    generator = sampling.load(run, checkpoint).sampling_generator
    models = (out or run.outputs / "export") / run.config.MODEL
    files.check_writable(models, sum(weight.value.numpy().nbytes for weight in generator.weights))
    target = models / str(max(_versions(models), default=0) + 1)
    archive = keras.export.ExportArchive()
    archive.track(generator)
    for name, (endpoint, signature) in build_endpoints(run, generator).items():
        traced = tf.function(endpoint, autograph=False)
        traced.get_concrete_function(**signature)
        archive.add_endpoint(name, traced)
    with files.replacing(target) as temporary:
        archive.write_out(str(temporary), verbose=False)
    return target


def _versions(models: Path) -> list[int]:
    return [int(path.name) for path in models.glob("*") if re.fullmatch(r"\d+", path.name)]


def generation_endpoints(generator: keras.Model, vocabulary: Vocabulary, sigma: float) -> Endpoints:
    """Endpoints of a generator that takes noise, of standard deviation `sigma`."""
    inputs = generator.input
    latent_dim = inputs["noise"].shape[1]

    def generate(**values):
        return {"image": generator(values, training=False)}

    def pixels(seed, **colours):
        noise = sampling.noise(seed, latent_dim, sigma)
        values = {"noise": noise, **_conditions(vocabulary, inputs, **colours)}
        return images.to_uint8(generate(**values)["image"])

    def serving_default(**request):
        return {"image": pixels(**request)}

    def png(**request):
        encoded = tf.map_fn(tf.io.encode_png, pixels(**request), fn_output_signature=tf.string)
        return {"image_bytes": encoded}

    request = {"seed": tf.TensorSpec([None], tf.int64, name="seed")}
    if len(inputs) > 1:
        request |= _strings("hair", "eyes")
    values = _floats({name: tensor.shape[1] for name, tensor in inputs.items()})
    return {
        "serving_default": (serving_default, request),
        "generate": (generate, values),
        "png": (png, request),
    }


def translation_endpoints(generator: keras.Model) -> Endpoints:
    """Endpoints of CycleGAN's two generators."""

    def endpoints(layer):
        def translate(image):
            return generator.get_layer(layer)(image, training=False)

        return {**_uint8_endpoints(translate, {}), **_float_endpoint(translate, {})}

    to_a = {f"{name}_to_a": endpoint for name, endpoint in endpoints("b_to_a").items()}
    return {**endpoints("a_to_b"), **to_a}


def editing_endpoints(generator: keras.Model, vocabulary: Vocabulary) -> Endpoints:
    """Endpoints of StarGAN's generator."""
    labels = vocabulary.labels

    def generate(image, **one_hots):
        return generator({"image": image, **one_hots}, training=False)

    def edit(image, **colours):
        return generate(image, **_conditions(vocabulary, labels, **colours))

    float_endpoint = _float_endpoint(generate, _floats(labels))
    if vocabulary.attributes:
        return {**_uint8_endpoints(generate, _floats(labels)), **float_endpoint}
    return {**_uint8_endpoints(edit, _strings(*labels)), **float_endpoint}


def _float_endpoint(
    translate: Callable[..., tf.Tensor], labels: dict[str, tf.TensorSpec]
) -> Endpoints:
    """The endpoint that takes images in [-1, 1] and labels."""

    def generate(**values):
        return {"image": translate(**values)}

    image = tf.TensorSpec([None, None, None, 3], tf.float32, name="image")
    return {"generate": (generate, {"image": image, **labels})}


def _uint8_endpoints(
    translate: Callable[..., tf.Tensor], labels: dict[str, tf.TensorSpec]
) -> Endpoints:
    """The endpoints that take uint8 images or PNG files, and labels."""

    def pixels(image, **values):
        return image_to_image.call_padded(lambda floats: translate(floats, **values), image)

    def serving_default(image, **values):
        return {"image": pixels(image, **values)}

    def translate_file(request):
        rgba = tf.cast(tf.io.decode_png(request.pop("image_bytes"), channels=4), tf.float32)
        # Transparent pixels are blended with white.
        rgb = 255.0 + (rgba[..., :3] - 255.0) * rgba[..., 3:] / 255.0
        image = tf.cast(tf.round(rgb), tf.uint8)[None]
        translated = pixels(image, **{name: value[None] for name, value in request.items()})
        return tf.io.encode_png(translated[0])

    def png(**request):
        return {"image_bytes": tf.map_fn(translate_file, request, fn_output_signature=tf.string)}

    image = tf.TensorSpec([None, None, None, 3], tf.uint8, name="image")
    return {
        "serving_default": (serving_default, {"image": image, **labels}),
        "png": (png, {**_strings("image_bytes"), **labels}),
    }


def _strings(*names: str) -> dict[str, tf.TensorSpec]:
    return {name: tf.TensorSpec([None], tf.string, name=name) for name in names}


def _floats(sizes: Mapping[str, int]) -> dict[str, tf.TensorSpec]:
    return {
        name: tf.TensorSpec([None, size], tf.float32, name=name) for name, size in sizes.items()
    }


def _conditions(
    vocabulary: Vocabulary, names: Iterable[str], **colours: tf.Tensor
) -> dict[str, tf.Tensor]:
    """One-hot conditions of colour names, string [n]; a request with an unknown name fails."""
    one_hots = {}
    for name in {"hair", "eyes"} & set(names):
        known = tf.constant(getattr(vocabulary, name))
        matches = tf.equal(colours[name][:, None], known)
        message = f"unknown {name} colour; allowed: {', '.join(getattr(vocabulary, name))}"
        one_hots[name] = _checked(matches, message, colours[name])
    if "pair" in names:
        hair, eyes = (tf.constant(column) for column in zip(*vocabulary.pairs, strict=True))
        matches = tf.equal(colours["hair"][:, None], hair) & tf.equal(
            colours["eyes"][:, None], eyes
        )
        message = "unknown pair of hair and eyes; allowed: pairs in the training data"
        one_hots["pair"] = _checked(matches, message, colours["hair"])
    return one_hots


def _checked(matches: tf.Tensor, message: str, names: tf.Tensor) -> tf.Tensor:
    known = tf.reduce_all(tf.reduce_any(matches, axis=1))
    with tf.control_dependencies([tf.debugging.Assert(known, [message, names])]):
        return tf.cast(matches, tf.float32)
