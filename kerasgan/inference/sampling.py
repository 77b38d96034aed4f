"""Noise, labels and generated images: what `sample`, callbacks and serving share."""

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
# What a compiled model has beside them.
_PLAYERS = {"generator_player", "discriminator_player"}
_BATCH = 64
_SQUARE = 8
# The colours of an image whose generator knows none.
ANY = ("", "")


def load(run: Run, checkpoint: str = "latest") -> AdversarialModel:
    """The model with the networks of a checkpoint; its optimizers are not there.

    Args:
        checkpoint: as `checkpoints.load` takes it.

    Raises:
        InvalidInput: if the run has no such checkpoint.
    """
    return of_arrays(run, checkpoints.load(run, checkpoint)[1])


def of_arrays(run: Run, arrays: Mapping[str, np.ndarray]) -> AdversarialModel:
    """The model with the networks of a checkpoint's arrays; see `load`."""
    model = registry.model_class(run.config)(run.config, run.vocabulary)
    # A packed checkpoint has no other network than those that sampling needs.
    wanted = model.inference_networks | (_NETWORKS & {network(key) for key in arrays})
    variables = checkpoints.named_variables(model)
    known = {network(key) for key in variables} | _PLAYERS
    arrays = archives.select(
        arrays, lambda key: network(key) in wanted or network(key) not in known
    )
    variables = {key: value for key, value in variables.items() if network(key) in wanted}
    checkpoints.restore(arrays, variables)
    return model


def network(key: str) -> str:
    """The attribute that holds the variable of a checkpoint's key."""
    return key.partition("/")[0]


def noise(seeds: tf.Tensor, latent_dim: int, sigma: float) -> tf.Tensor:
    """Float32 [n, latent_dim], a Gaussian row for each of the int64 [n] seeds."""
    return sigma * _unit_noise(seeds, latent_dim)


@tf.function(autograph=False, reduce_retracing=True)
def _unit_noise(seeds: tf.Tensor, latent_dim: int) -> tf.Tensor:
    def row(seed):
        return tf.random.stateless_normal([latent_dim], tf.stack([seed, 0]), alg="philox")

    return tf.map_fn(row, seeds, fn_output_signature=tf.float32)


def slerp(start: np.ndarray, end: np.ndarray, places: Sequence[float]) -> np.ndarray:
    """[n, d]: points between `start` and `end` on the great circle through both.

    Their lengths go evenly from one to the other, so that every point is as likely as its ends
    under the Gaussian that they come from; a straight line would pass close to the origin.

    Args:
        start, end: [d].
        places: [n], 0 for the start, 1 for the end.

    Reference: White 2016, "Sampling Generative Networks" (arXiv:1609.04468).
    """
    along = np.asarray(places)[:, None]
    line = (1 - along) * start + along * end
    lengths = np.linalg.norm(start), np.linalg.norm(end)
    if min(lengths) == 0:
        return line
    one, other = start / lengths[0], end / lengths[1]
    angle = np.arccos(np.clip(one @ other, -1.0, 1.0))
    if np.sin(angle) < 1e-6:
        return line
    directions = (np.sin((1 - along) * angle) * one + np.sin(along * angle) * other) / np.sin(angle)
    return directions * (lengths[0] + along * (lengths[1] - lengths[0]))


def conditions(
    vocabulary: Vocabulary, names: Iterable[str], pairs: Sequence[tuple[str, str]]
) -> dict[str, np.ndarray]:
    """The one-hot conditions, float32 [n, .], of n (hair, eyes) pairs.

    Args:
        names: which of "hair", "eyes" and "pair" are wanted; other names are passed over.

    Raises:
        InvalidInput: if the vocabulary lacks a colour, or the pair where that is wanted.
    """
    place_of = {
        "hair": lambda hair, eyes: vocabulary.index("hair", hair),
        "eyes": lambda hair, eyes: vocabulary.index("eyes", eyes),
        "pair": vocabulary.pair_index,
    }
    sizes = {**vocabulary.labels, "pair": len(vocabulary.pairs)}
    return {
        name: np.eye(sizes[name], dtype="float32")[[place_of[name](*pair) for pair in pairs]]
        for name in names
        if name in place_of
    }


def random_pairs(run: Run, count: int, seed: int) -> list[tuple[str, str]]:
    """Random (hair, eyes) that the run's model can generate."""
    random, vocabulary = np.random.default_rng(seed), run.vocabulary
    if not run.config.CONDITIONS:
        return [ANY] * count
    if "pair" in run.config.CONDITIONS:
        places = random.integers(len(vocabulary.pairs), size=count)
        return [vocabulary.pairs[place] for place in places]
    hair = random.integers(len(vocabulary.hair), size=count)
    eyes = random.integers(len(vocabulary.eyes), size=count)
    return [
        (vocabulary.hair[one], vocabulary.eyes[other])
        for one, other in zip(hair, eyes, strict=True)
    ]


def pair_of(pairs: Sequence[tuple[str, str]], seed: int) -> tuple[str, str]:
    """One of the pairs, at random by the seed of an image."""
    return pairs[np.random.default_rng(seed).integers(len(pairs))]


class Sampler:
    """LabelledStepRandom images with a generator.

    Args:
        run: tells the colours and the noise.
        generator: as the run's; its inputs tell what an image is conditioned on.
        sigma: standard deviation of the noise; the run's unless given.
    """

    def __init__(self, run: Run, generator: keras.Model, sigma: float | None = None):
        self.vocabulary = run.vocabulary
        self.latent_dim = run.config.latent_dim
        self.sigma = run.config.sigma if sigma is None else sigma
        self._generator = generator

    def pictures(self, pairs: Sequence[tuple[str, str]], seed: int) -> np.ndarray:
        """Uint8 [n, S, S, 3] of n (hair, eyes) pairs; image i has the seed `seed` + i."""
        return self._generate(self.inputs(pairs, seed))

    def each(self, pairs: Sequence[tuple[str, str]], seed: int) -> Iterator[np.ndarray]:
        """Yield the images of `pictures`, uint8 [S, S, 3], with one batch of them in memory."""
        for start in range(0, len(pairs), _BATCH):
            yield from self.pictures(pairs[start : start + _BATCH], seed + start)

    def inputs(self, pairs: Sequence[tuple[str, str]], seed: int) -> dict[str, np.ndarray]:
        """What the generator makes those images of, {input: float32 [n, .]}."""
        seeds = tf.range(seed, seed + len(pairs), dtype=tf.int64)
        drawn = noise(seeds, self.latent_dim, self.sigma)
        return self._inputs(ops.convert_to_numpy(drawn), pairs)

    def walk(self, pair: tuple[str, str], seed: int, count: int) -> np.ndarray:
        """Uint8 [count, S, S, 3]: from the noise of `seed` to that of `seed` + 1."""
        return self.between(pair, (seed, seed + 1), np.linspace(0.0, 1.0, count))

    def between(
        self, pair: tuple[str, str], seeds: tuple[int, int], places: Sequence[float]
    ) -> np.ndarray:
        """Uint8 [n, S, S, 3] at the places between the noises of two seeds; see `slerp`."""
        ends = noise(tf.constant(seeds, tf.int64), self.latent_dim, self.sigma)
        points = slerp(*ops.convert_to_numpy(ends), places)
        return self._generate(self._inputs(points.astype("float32"), [pair] * len(points)))

    def sheet(self, seed: int, hair: Sequence[str] = (), eyes: Sequence[str] = ()) -> Image.Image:
        """The labelled image of every hair colour by every eye colour.

        A pair that the generator does not know stays white; one without conditions fills a square
        instead.

        Args:
            hair, eyes: the rows and columns; all colours of the vocabulary unless given.
        """
        names = self._generator.input
        if "hair" not in names and "pair" not in names:
            return images.grid(self.pictures([ANY] * _SQUARE**2, seed), _SQUARE)
        rows, columns = hair or self.vocabulary.hair, eyes or self.vocabulary.eyes
        pairs = [(row, column) for row in rows for column in columns]
        unknown = {pair for pair in pairs if "pair" in names and pair not in self.vocabulary.pairs}
        drawn = [self.vocabulary.pairs[0] if pair in unknown else pair for pair in pairs]
        faces = self.pictures(drawn, seed)
        faces[[pair in unknown for pair in pairs]] = 255
        return images.grid(faces, len(columns), rows, columns)

    def _inputs(self, drawn: np.ndarray, pairs: Sequence[tuple[str, str]]) -> dict[str, np.ndarray]:
        return {"noise": drawn, **conditions(self.vocabulary, self._generator.input, pairs)}

    def _generate(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        parts = []
        for start in range(0, len(inputs["noise"]), _BATCH):
            batch = {name: values[start : start + _BATCH] for name, values in inputs.items()}
            parts.append(images.to_uint8(self._generator(batch, training=False)))
        return np.concatenate([ops.convert_to_numpy(part) for part in parts])
