"""Export a generator as a SavedModel that needs neither kerasgan nor Keras."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import keras
import tensorflow as tf

from kerasgan.inference import image_to_image, sampling
from kerasgan.labels import Vocabulary
from kerasgan.runs.directory import Run
from kerasgan.utils import files, images

# {signature: (function, what it takes)}.
Endpoints = dict[str, tuple[Callable, dict[str, tf.TensorSpec]]]


def export(
    run: Run,
    build_endpoints: Callable[[Run, keras.Model], Endpoints],
    out: Path | None = None,
    checkpoint: str = "latest",
) -> Path:
    """Write `out/<model>/<version>/`, one version above the highest there, and return it.

    Signatures, for n images of S pixels; models without conditions have no hair and eyes:

    - `serving_default`: hair and eyes, string [n]; seed, int64 [n] -> image, uint8 [n, S, S, 3];
    - `generate`: the generator's own inputs (noise and one-hot conditions), float32 [n, .]
      -> image, float32 [n, S, S, 3] in [-1, 1];
    - `png`: as `serving_default` -> image_bytes, string [n], PNG files.

    Of models that translate, for images of any height and width from 8 on:

    - `serving_default`: image, uint8 [n, H, W, 3] -> image, the same;
    - `generate`: image, float32 [n, h, w, 3] in [-1, 1], h and w multiples of 4 -> image, the same;
    - `png`: image_bytes, string [n], PNG files -> image_bytes, the same.

    CycleGAN's translate a to b, and `<signature>_to_a` b to a. StarGAN's take hair and eyes,
    string [n], or attributes, float32 [n, K] of ones and zeros; `generate` takes one-hots.

    Args:
        build_endpoints: of the run's task.
        out: the folder of models; `export` in the run's `outputs` unless given.
        checkpoint: as `checkpoints.load` takes it.
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


def generation_endpoints(run: Run, generator: keras.Model) -> Endpoints:
    """The endpoints of a generator that takes noise."""
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
        request |= _strings("hair", "eyes")
    values = _floats({name: tensor.shape[1] for name, tensor in inputs.items()})
    return {
        "serving_default": (serving_default, request),
        "generate": (generate, values),
        "png": (png, request),
    }


def translation_endpoints(generator: keras.Model) -> Endpoints:
    """The endpoints of CycleGAN's two generators."""

    def endpoints(layer):
        def translate(image):
            return generator.get_layer(layer)(image, training=False)

        return {**_of_pictures(translate, {}), **_of_floats(translate, {})}

    to_a = {f"{name}_to_a": endpoint for name, endpoint in endpoints("b_to_a").items()}
    return {**endpoints("a_to_b"), **to_a}


def editing_endpoints(run: Run, generator: keras.Model) -> Endpoints:
    """The endpoints of StarGAN's generator."""
    labels = run.vocabulary.labels

    def generate(image, **one_hots):
        return generator({"image": image, **one_hots}, training=False)

    def edit(image, **colours):
        return generate(image, **_conditions(run.vocabulary, labels, **colours))

    floats = _of_floats(generate, _floats(labels))
    if run.vocabulary.attributes:
        return {**_of_pictures(generate, _floats(labels)), **floats}
    return {**_of_pictures(edit, _strings(*labels)), **floats}


def _of_floats(edit: Callable[..., tf.Tensor], request: dict[str, tf.TensorSpec]) -> Endpoints:
    """The endpoint that takes images in [-1, 1] and the rest of a request."""

    def generate(**values):
        return {"image": edit(**values)}

    image = tf.TensorSpec([None, None, None, 3], tf.float32, name="image")
    return {"generate": (generate, {"image": image, **request})}


def _of_pictures(edit: Callable[..., tf.Tensor], request: dict[str, tf.TensorSpec]) -> Endpoints:
    """The endpoints that take images, uint8 or PNG files, and the rest of a request."""

    def pixels(image, **wanted):
        return image_to_image.at_own_size(lambda floats: edit(floats, **wanted), image)

    def serving_default(image, **wanted):
        return {"image": pixels(image, **wanted)}

    def of_file(one):
        rgba = tf.cast(tf.io.decode_png(one.pop("image_bytes"), channels=4), tf.float32)
        # What is transparent shows white.
        rgb = 255.0 + (rgba[..., :3] - 255.0) * rgba[..., 3:] / 255.0
        picture = tf.cast(tf.round(rgb), tf.uint8)[None]
        made = pixels(picture, **{name: value[None] for name, value in one.items()})
        return tf.io.encode_png(made[0])

    def png(**request):
        return {"image_bytes": tf.map_fn(of_file, request, fn_output_signature=tf.string)}

    picture = tf.TensorSpec([None, None, None, 3], tf.uint8, name="image")
    return {
        "serving_default": (serving_default, {"image": picture, **request}),
        "png": (png, {**_strings("image_bytes"), **request}),
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
    """The one-hot conditions of colour names [n]; a request with an unknown one fails."""
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
