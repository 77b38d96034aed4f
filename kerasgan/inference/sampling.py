"""Load trained models and generate images from noise and labels."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from PIL import Image

from kerasgan import registry
from kerasgan.labels import Vocabulary
from kerasgan.models.base import AdversarialModel
from kerasgan.runs import archives, checkpoints
from kerasgan.runs.directory import Run
from kerasgan.utils import images

_NETWORKS = {"generator", "averaged_generator", "discriminator"}
# Further attributes that hold variables once a model is compiled.
_PLAYERS = {"generator_player", "discriminator_player"}
_BATCH = 64
_SQUARE = 8
# The (hair, eyes) of images from a generator without conditions.
UNCONDITIONAL = ("", "")


def load(run: Run, checkpoint: str = "latest") -> AdversarialModel:
    """Build the run's model with the networks of a checkpoint, without optimizers.

    Args:
        checkpoint: as in `checkpoints.load`.

    Raises:
        InvalidInput: if the run has no such checkpoint.
    """
    return from_arrays(run, checkpoints.load(run, checkpoint)[1])


def from_arrays(run: Run, arrays: Mapping[str, np.ndarray]) -> AdversarialModel:
    """Build the run's model with the networks in a checkpoint's arrays; see `load`."""
    model = registry.model_class(run.config)(run.config, run.vocabulary)
    # A packed checkpoint contains only the networks that inference needs.
    needed = model.inference_networks | (_NETWORKS & {network_name(key) for key in arrays})
    variables = checkpoints.named_variables(model)
    known = {network_name(key) for key in variables} | _PLAYERS
    arrays = archives.select(
        arrays, lambda key: network_name(key) in needed or network_name(key) not in known
    )
    variables = {key: value for key, value in variables.items() if network_name(key) in needed}
    checkpoints.restore(arrays, variables)
    return model


def network_name(key: str) -> str:
    """The model attribute that holds the variable with this checkpoint key."""
    return key.partition("/")[0]


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


def slerp(start: np.ndarray, end: np.ndarray, positions: Sequence[float]) -> np.ndarray:
    """Spherical linear interpolation; the norm is interpolated linearly.

    Every point is as likely under the Gaussian as its ends are. A straight line would pass close
    to the origin, which no noise does.

    Args:
        start, end: [d].
        positions: n numbers, 0 for the start, 1 for the end.

    Returns:
        [n, d].

    Reference: White 2016, "Sampling Generative Networks" (arXiv:1609.04468).
    """
    position = np.asarray(positions)[:, None]
    line = (1 - position) * start + position * end
    norms = np.linalg.norm(start), np.linalg.norm(end)
    if min(norms) == 0:
        return line
    first, second = start / norms[0], end / norms[1]
    angle = np.arccos(np.clip(first @ second, -1.0, 1.0))
    if np.sin(angle) < 1e-6:
        return line
    directions = np.sin((1 - position) * angle) * first + np.sin(position * angle) * second
    return directions / np.sin(angle) * (norms[0] + position * (norms[1] - norms[0]))


def conditions(
    vocabulary: Vocabulary, names: Iterable[str], pairs: Sequence[tuple[str, str]]
) -> dict[str, np.ndarray]:
    """One-hot conditions, {name: float32 [n, K]}, of n (hair, eyes) pairs.

    Args:
        names: inputs of a generator; only "hair", "eyes" and "pair" have conditions.

    Raises:
        InvalidInput: if the vocabulary lacks a colour, or the pair if that is among the names.
    """
    index_of = {
        "hair": lambda hair, eyes: vocabulary.index("hair", hair),
        "eyes": lambda hair, eyes: vocabulary.index("eyes", eyes),
        "pair": vocabulary.pair_index,
    }
    sizes = {**vocabulary.labels, "pair": len(vocabulary.pairs)}
    return {
        name: np.eye(sizes[name], dtype="float32")[[index_of[name](*pair) for pair in pairs]]
        for name in names
        if name in index_of
    }


def random_pairs(
    vocabulary: Vocabulary, names: Sequence[str], count: int, seed: int
) -> list[tuple[str, str]]:
    """Random (hair, eyes) that a generator with these conditions can generate.

    Args:
        names: conditions of the generator: "hair" and "eyes", "pair", or none.
    """
    random = np.random.default_rng(seed)
    if not names:
        return [UNCONDITIONAL] * count
    if "pair" in names:
        indices = random.integers(len(vocabulary.pairs), size=count)
        return [vocabulary.pairs[index] for index in indices]
    hair = random.integers(len(vocabulary.hair), size=count)
    eyes = random.integers(len(vocabulary.eyes), size=count)
    return [(vocabulary.hair[h], vocabulary.eyes[e]) for h, e in zip(hair, eyes, strict=True)]


def choose_pair(pairs: Sequence[tuple[str, str]], seed: int) -> tuple[str, str]:
    """A random pair, determined by the seed of an image."""
    return pairs[np.random.default_rng(seed).integers(len(pairs))]


class Sampler:
    """Generates images from noise and (hair, eyes) pairs.

    Args:
        generator: its inputs are "noise" and its conditions.
        vocabulary: colours that the conditions stand for.
        sigma: standard deviation of the noise.
    """

    def __init__(self, generator: keras.Model, vocabulary: Vocabulary, sigma: float):
        self.vocabulary = vocabulary
        self.sigma = sigma
        self._generator = generator

    def generate(self, pairs: Sequence[tuple[str, str]], seed: int) -> np.ndarray:
        """Images of n (hair, eyes) pairs, uint8 [n, S, S, 3]; image i has the seed `seed` + i."""
        return self._call_batched(self.inputs(pairs, seed))

    def iterate(self, pairs: Sequence[tuple[str, str]], seed: int) -> Iterator[np.ndarray]:
        """Yield the images of `generate`, uint8 [S, S, 3], with one batch in memory."""
        for start in range(0, len(pairs), _BATCH):
            yield from self.generate(pairs[start : start + _BATCH], seed + start)

    def inputs(self, pairs: Sequence[tuple[str, str]], seed: int) -> dict[str, np.ndarray]:
        """Generator inputs of these images, {name: float32 [n, K]}."""
        seeds = tf.range(seed, seed + len(pairs), dtype=tf.int64)
        return self._inputs(self._noise(seeds), pairs)

    def interpolate(
        self, pair: tuple[str, str], seeds: tuple[int, int], positions: Sequence[float]
    ) -> np.ndarray:
        """Images between the noises of two seeds, uint8 [n, S, S, 3].

        Args:
            positions: n numbers, 0 for the first seed, 1 for the second; see `slerp`.
        """
        points = slerp(*self._noise(tf.constant(seeds, tf.int64)), positions)
        return self._call_batched(self._inputs(points.astype("float32"), [pair] * len(points)))

    def sheet(self, seed: int, hair: Sequence[str] = (), eyes: Sequence[str] = ()) -> Image.Image:
        """A labelled grid with a row per hair colour and a column per eye colour.

        Pairs that the generator cannot generate stay white. A generator without conditions fills
        a square instead.

        Args:
            hair, eyes: colours of the rows and columns. Default: all in the vocabulary.
        """
        names = self._generator.input
        if "hair" not in names and "pair" not in names:
            return images.grid(self.generate([UNCONDITIONAL] * _SQUARE**2, seed), _SQUARE)
        rows, columns = hair or self.vocabulary.hair, eyes or self.vocabulary.eyes
        pairs = [(row, column) for row in rows for column in columns]
        unknown = {pair for pair in pairs if "pair" in names and pair not in self.vocabulary.pairs}
        known = [self.vocabulary.pairs[0] if pair in unknown else pair for pair in pairs]
        cells = self.generate(known, seed)
        cells[[pair in unknown for pair in pairs]] = 255
        return images.grid(cells, len(columns), rows, columns)

    def _noise(self, seeds: tf.Tensor) -> np.ndarray:
        latent_dim = self._generator.input["noise"].shape[1]
        return ops.convert_to_numpy(noise(seeds, latent_dim, self.sigma))

    def _inputs(
        self, latent: np.ndarray, pairs: Sequence[tuple[str, str]]
    ) -> dict[str, np.ndarray]:
        return {"noise": latent, **conditions(self.vocabulary, self._generator.input, pairs)}

    def _call_batched(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        parts = []
        for start in range(0, len(inputs["noise"]), _BATCH):
            batch = {name: values[start : start + _BATCH] for name, values in inputs.items()}
            parts.append(images.to_uint8(self._generator(batch, training=False)))
        return np.concatenate([ops.convert_to_numpy(part) for part in parts])
