"""Export a generator as a SavedModel that runs without kerasgan and Keras.

Signatures of generation models, for n images of S x S pixels:

- `serving_default`: a value of each label, string [n]; seed, int64 [n]
  -> image, uint8 [n, H, W, 3];
- `generate`: the generator's inputs (noise and one-hot labels), float32 [n, K]
  -> image, float32 [n, H, W, 3] in [-1, 1];
- `png`: as `serving_default` -> image_bytes, string [n], PNG files.

Signatures of translation and editing models, for images of any size from 8 x 8 on:

- `serving_default`: image, uint8 [n, H, W, 3] -> image, the same;
- `generate`: image, float32 [n, h, w, 3] in [-1, 1], h and w multiples of 4 -> image, the same;
- `png`: image_bytes, string [n], PNG files -> image_bytes, the same.

CycleGAN's and CUT's signatures translate a to b, and CycleGAN's `<signature>_to_a` b to a.
StarGAN's also take a value of each label, string [n]; `generate` takes one-hots. A binary label is
"no" or "yes".
An input that takes a label is named `Label.argument`, the label in lower case; `generate` takes it
by the same name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasgan.inference import image_to_image
from kerasgan.labels import LabelSchema
from kerasgan.models import sampling
from kerasgan.models.base import AdversarialModel
from kerasgan.runs.directory import Run
from kerasgan.utils import images

# {signature: (function, {argument: spec})}.
Endpoints = dict[str, tuple[Callable, dict[str, tf.TensorSpec]]]


def check() -> None:
    """Nothing is needed beside TensorFlow."""


def write(run: Run, model: AdversarialModel, endpoints: Endpoints, folder: Path) -> None:
    """Write the endpoints into a new folder; signatures: see the module."""
    archive = keras.export.ExportArchive()
    archive.track(model.sampling_generator)
    for name, (endpoint, signature) in endpoints.items():
        traced = tf.function(endpoint, autograph=False)
        traced.get_concrete_function(**signature)
        archive.add_endpoint(name, traced)
    archive.write_out(str(folder), verbose=False)


def sampled(folder: Path, run: Run, labels: np.ndarray, seed: int) -> np.ndarray:
    """Images of the written model with these labels, uint8 [n, H, W, 3]."""
    serve = tf.saved_model.load(str(folder)).signatures["serving_default"]
    request = {"seed": tf.range(seed, seed + len(labels), dtype=tf.int64)}
    for column, label in enumerate(run.conditions.labels):
        values = [label.values[index] for index in labels[:, column]]
        request[label.argument] = tf.constant(values)
    return serve(**request)["image"].numpy()


def generation_endpoints(generator: keras.Model, schema: LabelSchema, sigma: float) -> Endpoints:
    """Endpoints of a generator that takes noise, of standard deviation `sigma`."""
    inputs: dict[str, Any] = generator.input
    latent_dim = inputs["noise"].shape[1]
    arguments = _arguments(schema)

    def generate(**values):
        named = {name: values[arguments.get(name, name)] for name in inputs}
        return {"image": generator(named, training=False)}

    def pixels(seed, **labels):
        noise = sampling.noise(seed, latent_dim, sigma)
        values = {"noise": noise, **_conditions(schema, inputs, labels)}
        return images.to_uint8(generator(values, training=False))

    def serving_default(**request):
        return {"image": pixels(**_with_rows(request))}

    def png(**request):
        drawn = pixels(**_with_rows(request))
        encoded = tf.map_fn(tf.io.encode_png, drawn, fn_output_signature=tf.string)
        return {"image_bytes": encoded}

    request = {"seed": tf.TensorSpec([None], tf.int64, name="seed")}
    if len(inputs) > 1:
        request |= _strings(*arguments.values())
    values = _floats(
        {arguments.get(name, name): tensor.shape[1] for name, tensor in inputs.items()}
    )
    return {
        "serving_default": (serving_default, request),
        "generate": (generate, values),
        "png": (png, request),
    }


def translation_endpoints(generators: keras.Model, domains: Sequence[str]) -> Endpoints:
    """Endpoints of generators between two domains.

    Args:
        generators, domains: as for `DomainTranslator`; signatures of the first domain have no
            ending.
    """

    def endpoints(domain):
        layer = generators.get_layer(f"{image_to_image.other_domain(domain)}_to_{domain}")
        ending = "" if domain == domains[0] else f"_to_{domain}"

        def translate(image):
            return layer(image, training=False)

        both = {**_uint8_endpoints(translate, {}), **_float_endpoint(translate, {})}
        return {f"{name}{ending}": endpoint for name, endpoint in both.items()}

    return {name: item for domain in domains for name, item in endpoints(domain).items()}


def editing_endpoints(generator: keras.Model, schema: LabelSchema) -> Endpoints:
    """Endpoints of StarGAN's generator."""

    arguments, sizes = _arguments(schema), schema.sizes

    def generate(image, **values):
        one_hots = {name: values[argument] for name, argument in arguments.items()}
        return generator({"image": image, **one_hots}, training=False)

    def edit(image, **labels):
        one_hots = _conditions(schema, schema.names, labels)
        return generator({"image": image, **one_hots}, training=False)

    return {
        **_uint8_endpoints(edit, _strings(*arguments.values())),
        **_float_endpoint(
            generate, _floats({arguments[name]: size for name, size in sizes.items()})
        ),
    }


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
        image = image_to_image.of_allowed_size(image)
        return image_to_image.call_padded(lambda floats: translate(floats, **values), image)

    def serving_default(**request):
        return {"image": pixels(**_with_rows(request))}

    def translate_file(request):
        rgba = tf.cast(tf.io.decode_png(request.pop("image_bytes"), channels=4), tf.float32)
        # Transparent pixels are blended with white.
        rgb = 255.0 + (rgba[..., :3] - 255.0) * rgba[..., 3:] / 255.0
        image = tf.cast(tf.round(rgb), tf.uint8)[None]
        translated = pixels(image, **{name: value[None] for name, value in request.items()})
        return tf.io.encode_png(translated[0])

    def png(**request):
        rows = _with_rows(request)
        return {"image_bytes": tf.map_fn(translate_file, rows, fn_output_signature=tf.string)}

    image = tf.TensorSpec([None, None, None, 3], tf.uint8, name="image")
    return {
        "serving_default": (serving_default, {"image": image, **labels}),
        "png": (png, {**_strings("image_bytes"), **labels}),
    }


def _with_rows(request: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """A request, which fails if it is empty or its inputs have different numbers of rows."""
    counts = tf.stack([tf.shape(rows)[0] for rows in request.values()])
    names = ", ".join(request)
    checks = [
        tf.debugging.Assert(tf.reduce_all(counts == counts[0]), [f"{names}: unequal rows", counts]),
        tf.debugging.Assert(counts[0] > 0, [f"{names}: no rows"]),
    ]
    with tf.control_dependencies(checks):
        return {name: tf.identity(rows) for name, rows in request.items()}


def _strings(*names: str) -> dict[str, tf.TensorSpec]:
    return {name: tf.TensorSpec([None], tf.string, name=name) for name in names}


def _arguments(schema: LabelSchema) -> dict[str, str]:
    return {label.name: label.argument for label in schema.labels}


def _floats(sizes: Mapping[str, int]) -> dict[str, tf.TensorSpec]:
    return {
        name: tf.TensorSpec([None, size], tf.float32, name=name) for name, size in sizes.items()
    }


def _conditions(
    schema: LabelSchema, names: Iterable[str], requested: Mapping[str, tf.Tensor]
) -> dict[str, tf.Tensor]:
    """One-hot conditions of labels' values, {`Label.argument`: string [n]}.

    A request with an unknown value fails.
    """
    one_hots = {}
    for label in schema.labels:
        values = requested[label.argument]
        matches = tf.equal(values[:, None], tf.constant(label.values))
        message = f"unknown {label.name} value; allowed: {', '.join(label.values)}"
        one_hots[label.name] = _checked(matches, message, values)
    if sampling.COMBINATION in names:
        combinations = np.array(schema.combinations)
        # A row matches a combination if each of its labels does.
        matches = [
            tf.gather(one_hots[name], combinations[:, number], axis=1) > 0
            for number, name in enumerate(schema.names)
        ]
        message = "unknown combination of labels; allowed: those in the training data"
        requests = tf.stack([requested[label.argument] for label in schema.labels], axis=1)
        one_hots[sampling.COMBINATION] = _checked(tf.reduce_all(matches, axis=0), message, requests)
    return {name: rows for name, rows in one_hots.items() if name in names}


def _checked(matches: tf.Tensor, message: str, names: tf.Tensor) -> tf.Tensor:
    known = tf.reduce_all(tf.reduce_any(matches, axis=1))
    # Clients fail to read messages with other bytes.
    names = tf.strings.unicode_transcode(names, "UTF-8", "UTF-8")
    with tf.control_dependencies([tf.debugging.Assert(known, [message, names])]):
        return tf.cast(matches, tf.float32)
