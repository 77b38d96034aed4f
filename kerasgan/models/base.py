"""The machinery that adversarial models share: alternation, averaging, critics' gradients."""

import math
from collections.abc import Callable, Iterator

import keras
import tensorflow as tf
from keras import ops

from kerasgan.models.player import Player


def squared_gradient_norms(critic: Callable, images: tf.Tensor) -> tf.Tensor:
    """Squared Euclidean norm of the critic's gradient at each image, float32 [B].

    Args:
        critic: images [B, H, W, C] -> scores [B, ...], each of its own image alone; of several
            scores of one image, the gradient is that of their sum.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        scores = critic(images)
    gradients = ops.cast(tape.gradient(scores, images), "float32")
    return ops.sum(ops.square(gradients), axis=(1, 2, 3))


def gradient_norms(critic: Callable, images: tf.Tensor) -> tf.Tensor:
    """The Euclidean norm of the critic's gradient at each image, float32 [B].

    Its own gradient is finite where the critic's vanishes. The arguments are those of
    `squared_gradient_norms`.
    """
    return ops.sqrt(squared_gradient_norms(critic, images) + 1e-12)


def zero_centred_penalties(critic: Callable, real: tf.Tensor, generated: tf.Tensor) -> tuple:
    """R1 and R2: mean squared norms of the critic's gradient at real and at generated images.

    Args:
        critic: images [2 B, H, W, C] -> scores [2 B, ...], which depend on no image of the other
            kind; the gradient is that of their sum.
        real, generated: images [B, H, W, C]; one pass serves both.

    Reference: Mescheder, Geiger and Nowozin 2018, "Which Training Methods for GANs do actually
    Converge?" (arXiv:1801.04406), eq. 9 and 10 without gamma / 2.
    """
    norms = squared_gradient_norms(critic, ops.concatenate([real, generated]))
    return tuple(ops.mean(half) for half in ops.split(norms, 2))


def first_part(share: float, batch: dict, group: int = 1) -> dict:
    """The first samples of a nested batch [B, ...], a fair sample, as all are drawn at random.

    Args:
        share: of B.
        group: what their number is rounded up to a multiple of.
    """
    size = tf.nest.flatten(batch)[0].shape[0]
    count = min(math.ceil(share * size / group) * group, size)
    return tf.nest.map_structure(lambda values: values[:count], batch)


def gradient_norms_between(
    critic: Callable, real: tf.Tensor, generated: tf.Tensor, alpha: tf.Tensor
) -> tf.Tensor:
    """`gradient_norms` at alpha x + (1 - alpha) G(z), float32 [B].

    Args:
        real, generated: images [B, H, W, C].
        alpha: [B, 1] in [0, 1].

    Reference: Gulrajani et al. 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028),
    algorithm 1.
    """
    alpha = alpha[:, :, None, None]
    return gradient_norms(critic, alpha * real + (1 - alpha) * generated)


class AdversarialModel(keras.Model):
    """A discriminator and a generator that are trained in turns.

    A paper's model states what a step draws at random and, in two functions, what each player
    minimises:

    - `draw(draws)` returns `{"discriminator": {name: [B, updates, ...]}, "generator": {...}}`,
      whose values may be dictionaries too, a pure function of the seed and the step;
    - `discriminator_losses(batch)` and `generator_losses(batch)` get that player's
      `{name: [B, ...]}` and return `{term: weighted scalar}`, whose sum is minimised, and
      `{measure: value}`, which is only recorded.

    Both networks run with `training=True` in both; a player is held fixed by not updating it.

    Args:
        discriminator, generator: Functional models.
        ema: decay of `averaged_generator`, whose weights and BatchNorm statistics are the average
            of the generator's, or a function of the step that returns it; 0 for none.
    """

    def __init__(
        self,
        discriminator: keras.Model,
        generator: keras.Model,
        ema: float | Callable = 0.0,
    ):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.ema = ema
        self.averaged_generator = keras.models.clone_model(generator) if ema else None
        if ema:
            self.averaged_generator.set_weights(generator.get_weights())
        self.step = keras.Variable(0, dtype="int64", trainable=False, name="step")
        self.failed_step = keras.Variable(0, dtype="int64", trainable=False, name="failed_step")

    def draw(self, draws) -> dict[str, dict[str, tf.Tensor]]:
        raise NotImplementedError

    def discriminator_losses(self, batch: dict) -> tuple:
        raise NotImplementedError

    def generator_losses(self, batch: dict) -> tuple:
        raise NotImplementedError

    def compile(
        self,
        discriminator_optimizer: keras.Optimizer,
        generator_optimizer: keras.Optimizer,
        batch: dict[str, dict],
        jit: bool = False,
    ) -> None:
        """Make everything that training changes, before a checkpoint is read.

        Args:
            batch: the element spec of the data set that `fit` will get.
            jit: whether XLA compiles the step.
        """
        # Keras would add an optimizer of its own.
        super().compile(optimizer=None, jit_compile=jit)
        specs = tf.nest.map_structure(_one_update, batch)
        self.discriminator_player = Player(
            "d",
            self.discriminator.trainable_variables,
            discriminator_optimizer,
            self.discriminator_losses,
            specs["discriminator"],
        )
        self.generator_player = Player(
            "g",
            self.generator.trainable_variables,
            generator_optimizer,
            self.generator_losses,
            specs["generator"],
        )

    def train_step(self, batch: dict) -> dict:
        """Make one step's updates, of which `record` tells."""
        self.step.assign_add(1)
        for update in updates(batch["discriminator"]):
            self.discriminator_player.update(update)
        for update in updates(batch["generator"]):
            self.generator_player.update(update)
            self._average()
        self._notice_failure()
        return no_logs()

    def _notice_failure(self) -> None:
        # A running mean stays NaN or infinite, so this need not look at every term of every update.
        players = (self.discriminator_player, self.generator_player)
        finite = ops.all(ops.isfinite(ops.concatenate([player.means.sums for player in players])))
        first = ops.logical_and(ops.logical_not(finite), ops.equal(self.failed_step, 0))
        self.failed_step.assign(ops.where(first, self.step, self.failed_step))

    def _average(self) -> None:
        if self.averaged_generator is not None:
            decay = self.ema(self.step) if callable(self.ema) else self.ema
            pairs = zip(self.averaged_generator.weights, self.generator.weights, strict=True)
            for average, weight in pairs:
                average.assign(average + (1.0 - decay) * (weight - average))

    @property
    def inference_networks(self) -> set[str]:
        """Attributes that hold the networks of sampling and export."""
        return {"averaged_generator" if self.averaged_generator else "generator"}

    @property
    def sampling_generator(self) -> keras.Model:
        """The generator that samples and export use: the averaged one, if there is one."""
        return self.averaged_generator or self.generator

    def record(self) -> dict[str, float]:
        """The means of every term and measure since `reset_record`, {column: value}."""
        return {**self.discriminator_player.means.result(), **self.generator_player.means.result()}

    def reset_record(self) -> None:
        self.discriminator_player.means.reset()
        self.generator_player.means.reset()

    def _maybe_symbolic_build(self, *args, **kwargs) -> None:
        """Do nothing: `compile` has built everything, and there is no `call` to trace."""


class SharedFakesModel(AdversarialModel):
    """A model whose generator answers for the images that the discriminator has just judged.

    They are made once: `generate(batch)` returns the images [B, H, W, C] of an update, which both
    players' losses find in its batch as `generated`. The generator's first update is on those of
    the discriminator's last; for further ones `draw` draws what they need to make images of.
    """

    def generate(self, batch: dict) -> tf.Tensor:
        raise NotImplementedError

    def compile(self, batch: dict[str, dict], **settings) -> None:
        seen = batch["discriminator"]
        size = tf.nest.flatten(seen)[0].shape[0]
        generated = tf.TensorSpec([size, 1, *self.generator.output.shape[1:]])
        seen = {**seen, "generated": generated}
        super().compile(batch={"discriminator": seen, "generator": seen}, **settings)

    def train_step(self, batch: dict) -> dict:
        """Make the discriminator's updates, then the generator's, the first on the same images."""
        self.step.assign_add(1)
        for update in updates(batch["discriminator"]):
            seen, tape = self._with_images(update)
            self.discriminator_player.update(seen)
        self._answer(seen, tape)
        for update in updates(batch.get("generator", {})):
            self._answer(*self._with_images(update))
        self._notice_failure()
        return no_logs()

    def _with_images(self, batch: dict) -> tuple[dict, tf.GradientTape]:
        tape = self.generator_player.tape()
        with tape:
            return {**batch, "generated": self.generate(batch)}, tape

    def _answer(self, batch: dict, tape: tf.GradientTape) -> None:
        self.generator_player.update(batch, tape)
        self._average()


def no_logs() -> dict[str, tf.Tensor]:
    """What a `train_step` may return: Keras wants a number, and waits for it.

    This one waits for no device; several workers need an axis to average over.
    """
    return {"steps": tf.constant([1])}


def together(network: keras.Model, *batches: dict) -> list:
    """What the network makes of each of the batches, {name: [B, ...]}, in one pass.

    It is `apart` for networks in which no sample sees another, such as those of instance norm, and
    faster: a CPU shares the convolutions of few images badly among its cores.
    """
    joined = tf.nest.map_structure(lambda *parts: ops.concatenate(parts), *batches)
    made = network(joined, training=True)
    parts = [ops.split(tensor, len(batches)) for tensor in tf.nest.flatten(made)]
    return [tf.nest.pack_sequence_as(made, part) for part in zip(*parts, strict=True)]


def apart(network: keras.Model, *batches: dict) -> list:
    """What the network makes of each of the batches, in a pass of its own."""
    return [network(batch, training=True) for batch in batches]


def _one_update(spec: tf.TensorSpec) -> tf.TensorSpec:
    return tf.TensorSpec([spec.shape[0], *spec.shape[2:]], spec.dtype)


def updates(batch: dict) -> Iterator[dict]:
    """Yield one player's batch, tensors [B, updates, ...], update by update: tensors [B, ...]."""
    tensors = tf.nest.flatten(batch)
    for update in zip(*(tf.unstack(tensor, axis=1) for tensor in tensors), strict=True):
        yield tf.nest.pack_sequence_as(batch, update)
