"""Images generated from noise and labels."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from PIL import Image

from kerasgan.labels import MISSING, LabelSchema
from kerasgan.models.latent import slerp
from kerasgan.utils import images

# The generator input of models that know only the combinations in the data.
COMBINATION = "combination"
# Images that are generated together.
BATCH = 64
_SQUARE = 8
# Rows and columns of a sheet, at most.
_MAX_SHOWN = 24


def noise(seeds: tf.Tensor, latent_dim: int, sigma: float) -> tf.Tensor:
    """Gaussian noise, one row per seed.

    Args:
        seeds: int64 [n].
        sigma: standard deviation.

    Returns:
        float32 [n, latent_dim].
    """
    return sigma * _standard_noise(seeds, latent_dim)


@tf.function(autograph=False, reduce_retracing=True)
def _standard_noise(seeds: tf.Tensor, latent_dim: int) -> tf.Tensor:
    def row(seed):
        return tf.random.stateless_normal([latent_dim], tf.stack([seed, 0]), alg="philox")

    return tf.map_fn(row, seeds, fn_output_signature=tf.float32)


def conditions(
    schema: LabelSchema, names: Iterable[str], labels: np.ndarray
) -> dict[str, np.ndarray]:
    """One-hot conditions, {name: float32 [n, K]}, of n images.

    Args:
        names: inputs of a generator: labels of the schema, "combination", or "noise".
        labels: int [n, L], as of `LabelSchema`.

    Raises:
        InvalidInput: if "combination" is among the names and does not occur in the data.
    """
    known = schema.one_hots(labels)
    if COMBINATION in names:
        indices = [schema.combination_index(row) for row in labels.tolist()]
        known[COMBINATION] = np.eye(len(schema.combinations), dtype="float32")[indices]
    return {name: known[name] for name in names if name in known}


def random_labels(
    schema: LabelSchema, choice: Mapping[str, int], seeds: Iterable[int]
) -> np.ndarray:
    """Random labels of images, int [n, L], each determined by the seed of its image.

    They are a combination in the data with these indices of labels, {name: index}; if there is
    none, the other labels are independent.
    """
    matching, rows = schema.matching(choice), []
    for seed in seeds:
        random = np.random.default_rng(seed)
        if matching:
            rows.append(matching[random.integers(len(matching))])
        else:
            sizes = schema.sizes.items()
            rows.append([choice.get(name, random.integers(size)) for name, size in sizes])
    return np.array(rows, np.int64).reshape(len(rows), len(schema.labels))


class Sheet(NamedTuple):
    """A grid of images by two labels.

    labels: int [rows * columns, L].
    rows, columns: their captions; a grid without labels has none.
    width: number of columns.
    """

    labels: np.ndarray
    rows: Sequence[str]
    columns: Sequence[str]
    width: int


def sheet_labels(
    schema: LabelSchema,
    choice: Mapping[str, int] = MappingProxyType({}),
    rows: str | None = None,
    columns: str | None = None,
) -> Sheet:
    """Labels of a sheet with a row per value of one label and a column per value of another.

    Args:
        choice: index of labels that all images share, {name: index}.
        rows, columns: names of labels. Default: the first two that are not chosen. With one label
            there are eight images of each value, and without any 64 images.
    """
    names = [name for name in schema.names if name not in choice and name not in (rows, columns)]
    rows = rows or next(iter(names), None)
    columns = columns or next((name for name in names if name != rows), None)
    down, across = (_values(schema, choice, name) for name in (rows, columns))
    cells = []
    for row, _ in down:
        for column, _ in across:
            cell = {**choice, **row, **column}
            first = next(
                iter(schema.matching(cell)), schema.combinations[0] if schema.combinations else ()
            )
            complete = dict(zip(schema.names, first, strict=bool(first))) | cell
            cells.append([complete.get(name, MISSING) for name in schema.names])
    captions = ([caption for _, caption in part if caption] for part in (down, across))
    labels = np.array(cells, np.int64).reshape(len(cells), len(schema.labels))
    return Sheet(labels, *captions, width=len(across))


def _values(
    schema: LabelSchema, choice: Mapping[str, int], name: str | None
) -> list[tuple[dict[str, int], str]]:
    """The values of a row's or column's label with their captions, or eight times none."""
    if name is None:
        return [({}, "")] * _SQUARE
    label = schema.label(name)
    indices = [choice[name]] if name in choice else range(min(len(label.values), _MAX_SHOWN))
    return [({name: index}, label.caption(index)) for index in indices]


class Sampler:
    """Generates images from noise and labels.

    Args:
        generator: its inputs are "noise" and its conditions.
        schema: labels that the conditions stand for.
        sigma: standard deviation of the noise.
    """

    def __init__(self, generator: keras.Model, schema: LabelSchema, sigma: float):
        self.sigma = sigma
        self._generator = generator
        self.schema = schema if len(generator.input) > 1 else LabelSchema()

    def generate(self, labels: np.ndarray, seed: int) -> np.ndarray:
        """Images with these labels, int [n, L], uint8 [n, H, W, 3]; image i has `seed` + i."""
        return self._call_batched(self.inputs(labels, seed))

    def generate_from(self, noise: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Images of this noise, float32 [n, latent_dim], with these labels, int [n, L]."""
        return self._call_batched(self._inputs(noise, labels))

    def inputs(self, labels: np.ndarray, seed: int) -> dict[str, np.ndarray]:
        """Generator inputs of these images, {name: float32 [n, K]}."""
        return self._inputs(self.noise(range(seed, seed + len(labels))), labels)

    def noise(self, seeds: Iterable[int]) -> np.ndarray:
        """The noise of each seed, float32 [n, latent_dim]."""
        latent_dim = self._generator.input["noise"].shape[1]
        values = noise(tf.constant(list(seeds), tf.int64), latent_dim, self.sigma)
        return ops.convert_to_numpy(values)

    def interpolate(
        self,
        labels: Sequence[int],
        seeds: tuple[int, int],
        positions: Sequence[float] | np.ndarray,
    ) -> np.ndarray:
        """Images between the noises of two seeds, uint8 [n, H, W, 3].

        Args:
            labels: [L], of all of them.
            positions: n numbers, 0 for the first seed, 1 for the second; see `slerp`.
        """
        start, end = self.noise(seeds)
        points = slerp(start, end, positions)
        repeated = np.tile(np.array(labels, np.int64), (len(points), 1))
        return self.generate_from(points.astype("float32"), repeated)

    def sheet(self, seed: int, **options) -> Image.Image:
        """A labelled grid of images; combinations that cannot be generated stay white.

        Args:
            options: of `sheet_labels`.
        """
        sheet = sheet_labels(self.schema, **options)
        known = sheet.labels.copy()
        if COMBINATION in self._generator.input:
            possible = set(self.schema.combinations)
            impossible = [tuple(row) not in possible for row in known.tolist()]
            known[impossible] = self.schema.combinations[0]
        else:
            impossible = []
        cells = self.generate(known, seed)
        cells[np.flatnonzero(impossible)] = 255
        return images.grid(cells, sheet.width, sheet.rows, sheet.columns)

    def _inputs(self, noise: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
        return {"noise": noise, **conditions(self.schema, self._generator.input, labels)}

    def _call_batched(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        parts = []
        for start in range(0, len(inputs["noise"]), BATCH):
            batch = {name: values[start : start + BATCH] for name, values in inputs.items()}
            parts.append(images.to_uint8(self._generator(batch, training=False)))
        return np.concatenate([ops.convert_to_numpy(part) for part in parts])
