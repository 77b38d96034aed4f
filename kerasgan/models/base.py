"""Adversarial training: two players in turns, and an average of the generator's weights."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kerasgan.configs import Config
from kerasgan.labels import LabelSchema
from kerasgan.models import augmentation, averaging, examples, fit_callbacks, variables
from kerasgan.models.player import Player
from kerasgan.models.step_random import LabelledStepRandom, StepRandom
from kerasgan.utils import processes
from kerasgan.utils.errors import InvalidInput

# Labels of a model: {name: values or their number}, or a schema.
Labels = Mapping[str, int | Sequence[str]] | LabelSchema


class Networks(NamedTuple):
    """Two Functional models, and the updates of each per training step."""

    discriminator: keras.Model
    generator: keras.Model
    d_steps: int = 1
    g_steps: int = 1


@dataclass(frozen=True)
class CompileOptions:
    """Arguments of `AdversarialModel.compile`, out of the reach of Keras's own saving."""

    discriminator_optimizer: keras.Optimizer
    generator_optimizer: keras.Optimizer
    jit_compile: bool


class AdversarialModel(keras.Model):
    """A discriminator and a generator that are trained in turns.

    A paper's model has a configuration class, builds its networks, names its optimizers, and
    implements two methods for each player:

    - `sample_discriminator_batch(random, updates)` and `sample_generator_batch(random, updates)`
      return the inputs of a step's updates, a nested dictionary of tensors [B, updates, ...].
      All randomness comes from `random`, a `StepRandom`: a batch is a pure function of the seed,
      the step and the step's real images.
    - `discriminator_losses(batch)` and `generator_losses(batch)` take the inputs of one update,
      tensors [B, ...], and return `{name: weighted scalar}`, whose sum is minimised, and
      `{name: metric}`, which is only recorded.

    Both networks run with `training=True` in both losses; a player is held fixed by not updating
    it.

    Args:
        labels: the labels of the images, {name: values}, {name: number of values}, or a
            `LabelSchema`; a binary label has the values ("no", "yes").
        options: of the model, as `kerasgan train MODEL --help` lists them, with underscores.

    Raises:
        InvalidInput: if an option is unknown or impossible, or labels are missing or not taken.
    """

    CONFIG: ClassVar[type[Config]]

    def __init__(self, labels: Labels | None = None, **options: Any):
        super().__init__()
        self.config = self.CONFIG.of_model(options)
        self.schema = self._schema(labels)
        networks = self.build_networks(self.config, self.schema)
        self.discriminator, self.generator, self.d_steps, self.g_steps = networks
        config = self.config
        self._check_colours()
        self.augment_probability = augmentation.build_probability(
            config.augment_probability, config.batch_size
        )
        self.ema = averaging.build_decay(
            config.ema, config.ema_half_life, config.batch_size, self.g_steps
        )
        self.averaged_generator = keras.models.clone_model(self.generator) if self.ema else None
        if self.ema:
            self.averaged_generator.set_weights(self.generator.get_weights())
        self.step = keras.Variable(0, dtype="int64", trainable=False, name="step")
        self.failed_step = keras.Variable(0, dtype="int64", trainable=False, name="failed_step")
        self.built = True
        self._keeps_record = False
        self._batch_spec: dict | None = None
        self._compiled: CompileOptions | None = None

    @classmethod
    def _schema(cls, labels: Labels | None) -> LabelSchema:
        schema = labels if isinstance(labels, LabelSchema) else LabelSchema.of(labels or {})
        if cls.CONFIG.NEEDS_LABELS and not schema.labels:
            raise InvalidInput(f"{cls.__name__} needs labels, such as labels={{'breed': 12}}")
        if labels and not isinstance(labels, LabelSchema) and not cls.CONFIG.IS_CONDITIONAL:
            raise InvalidInput(f"{cls.__name__} takes no labels, got {', '.join(schema.names)}")
        return schema if cls.CONFIG.IS_CONDITIONAL else LabelSchema()

    def _check_colours(self) -> None:
        names = self.schema.names
        if "colour" in self.config.augment and names and not self.config.augment_colour_anyway:
            raise InvalidInput(
                f"augment is colour, and the images have the labels {', '.join(names)}, which "
                "other colours may make untrue; leave colour out, or allow it by "
                "augment-colour-anyway"
            )

    @classmethod
    def from_preset(cls, preset: str, labels: Labels | None = None, **options: Any) -> Self:
        """The model with a preset's options; `options` beat them.

        Example:
            >>> gan = kerasgan.ACGAN.from_preset("quick", labels={"breed": 12, "coat": 3})
        """
        return cls(labels, **{**cls.CONFIG.model_preset(preset), **options})

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor as JSON types."""
        return {"labels": self.schema.to_json(), **self.config.model_options()}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """The model that `get_config` describes."""
        options = {name: tuple(v) if isinstance(v, list) else v for name, v in config.items()}
        schema = LabelSchema.from_json(config["labels"])
        return cls(**{**options, "labels": schema})

    def build_networks(self, config: Config, schema: LabelSchema) -> Networks:
        raise NotImplementedError

    def optimizers(self) -> dict[str, keras.Optimizer]:
        """The paper's optimizers, {"discriminator_optimizer", "generator_optimizer"}."""
        raise NotImplementedError

    def sample_discriminator_batch(self, random, updates: int) -> dict:
        raise NotImplementedError

    def sample_generator_batch(self, random, updates: int) -> dict:
        raise NotImplementedError

    def discriminator_losses(self, batch: dict) -> tuple:
        raise NotImplementedError

    def generator_losses(self, batch: dict) -> tuple:
        raise NotImplementedError

    def sample_batch(self, random) -> dict[str, dict]:
        """Inputs of one training step, {"discriminator", "generator"}: tensors [B, updates, ...].

        Args:
            random: the step's `StepRandom`.
        """
        return {
            "discriminator": self.sample_discriminator_batch(random, self.d_steps),
            "generator": self.sample_generator_batch(random, self.g_steps),
        }

    def loss_inputs(self, batch: dict[str, dict]) -> tuple[tuple, tuple]:
        """Arguments of `discriminator_losses` and of `generator_losses`, as `tf.TensorSpec`s.

        Args:
            batch: specs of one update of each player.
        """
        return (batch["discriminator"],), (batch["generator"],)

    def step_random(self, step: tf.Tensor, given: dict[str, tf.Tensor]) -> StepRandom:
        """Random numbers of a training step beside its real images, an element of `steps`."""
        config = self.config
        return LabelledStepRandom(given, self.schema, config.seed, step, config.augment)

    def steps(self, dataset: tf.data.Dataset) -> tf.data.Dataset:
        """Group a data set of real images, as `fit` takes it, into training steps."""
        config = self.config
        return examples.labelled_steps(
            dataset, self.schema, config.image_size, config.batch_size, self.d_steps
        )

    def batches(self, steps: tf.data.Dataset, initial_step: int = 0) -> tf.data.Dataset:
        """The inputs of training steps: real images beside everything random.

        Args:
            steps: real images of each step after `initial_step`, as `steps` makes them.
            initial_step: number of steps already trained.
        """
        numbers = tf.data.Dataset.counter(start=np.int64(initial_step))

        # Without loops over tensors there is nothing to convert, and looking for them takes time.
        @tf.autograph.experimental.do_not_convert
        def batch(step: tf.Tensor, given: dict[str, tf.Tensor]) -> dict:
            return self.sample_batch(self.step_random(step, given))

        return tf.data.Dataset.zip((numbers, steps)).map(batch, num_parallel_calls=2).prefetch(2)

    def compile(
        self,
        optimizer: str | keras.Optimizer | None = None,
        *,
        discriminator_optimizer: str | keras.Optimizer | None = None,
        generator_optimizer: str | keras.Optimizer | None = None,
        jit_compile: bool = False,
    ) -> None:
        """Choose the optimizers.

        Args:
            optimizer: of both players. Default: the paper's, with the model's learning rates.
            discriminator_optimizer, generator_optimizer: of one player, instead.
            jit_compile: whether XLA compiles the training step.

        Example:
            >>> gan.compile()
            >>> gan.compile("adam", generator_optimizer=keras.optimizers.Adam(1e-4, beta_1=0.5))
        """
        # Keras would add an optimizer of its own.
        super().compile(optimizer=None, jit_compile=jit_compile)
        chosen = self.optimizers()
        own = {
            "discriminator_optimizer": discriminator_optimizer,
            "generator_optimizer": generator_optimizer,
        }
        for player, given in own.items():
            if (given := given or optimizer) is not None:
                chosen[player] = _fresh(keras.optimizers.get(given))
        self._compiled = CompileOptions(jit_compile=jit_compile, **chosen)
        self._batch_spec = None

    def build_players(self, batch: dict[str, dict]) -> None:
        """Create every variable that training changes, so that a checkpoint can be restored.

        Args:
            batch: element spec of `batches`.
        """
        if self._compiled is None:
            raise InvalidInput(f"call compile before training {type(self).__name__}")
        self._batch_spec = batch
        d_inputs, g_inputs = self.loss_inputs(tf.nest.map_structure(_update_spec, batch))
        self.discriminator_player = Player(
            "d",
            self.discriminator.trainable_variables,
            self._compiled.discriminator_optimizer,
            self.discriminator_losses,
            *d_inputs,
        )
        self.generator_player = Player(
            "g",
            self.generator_variables,
            self._compiled.generator_optimizer,
            self.generator_losses,
            *g_inputs,
        )

    @property
    def generator_variables(self) -> list[keras.Variable]:
        """Variables that minimise the generator's losses."""
        return self.generator.trainable_variables

    def fit(
        self,
        x: tf.data.Dataset,
        epochs: int = 1,
        steps_per_epoch: int | None = None,
        initial_epoch: int = 0,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        verbose: str | int = "auto",
    ) -> keras.callbacks.History:
        """Train on a data set.

        Each step takes as many batches as it makes updates of the discriminator. Everything else
        that is random depends on the model's seed and step alone.

        Args:
            x: elements {"image", label, ...}, single or batched: images uint8, or float in [-1, 1],
                [H, W, 3]; labels as indices or texts, -1 or "" where one is missing. Of CycleGAN
                and CUT, {"a", "b"} or pairs of images.
            epochs, steps_per_epoch, initial_epoch, callbacks, verbose: as in `keras.Model.fit`.

        Returns:
            The history of each epoch's mean losses and metrics.

        Raises:
            InvalidInput: if the data set lacks a label, or has another type, shape, range or value
                than the model takes; names both.
        """
        if not isinstance(x, tf.data.Dataset):
            raise InvalidInput(
                f"the data set must be a tf.data.Dataset, got {type(x).__name__}; "
                "tf.data.Dataset.from_tensor_slices makes one of arrays"
            )
        if steps_per_epoch is None:
            steps_per_epoch = examples.steps_in(x, self.config.batch_size, self.d_steps)
        # Repeated first, so that no image is left out at the end of an epoch.
        batches = self.batches(self.steps(x.repeat()), int(self.step))
        if self._batch_spec is None:
            self.build_players(batches.element_spec)
        try:
            return super().fit(
                batches,
                epochs=epochs,
                steps_per_epoch=steps_per_epoch,
                initial_epoch=initial_epoch,
                shuffle=False,
                callbacks=fit_callbacks.callback_list(
                    self, callbacks, verbose, epochs, steps_per_epoch
                ),
            )
        except tf.errors.InvalidArgumentError as error:
            raise examples.explained(error) from error

    def fit_batches(
        self, batches: tf.data.Dataset, steps: int, callbacks: Sequence[keras.callbacks.Callback]
    ) -> None:
        """Train for some steps on `batches`, going on with the record of a restored checkpoint."""
        self._keeps_record = True
        processes.free_at_exit()
        super().fit(
            batches,
            steps_per_epoch=steps,
            shuffle=False,
            callbacks=fit_callbacks.callback_list(self, callbacks, 0, 1, steps),
        )

    def train_step(self, batch: dict) -> dict:
        """Update both players; `record` returns their losses and metrics."""
        self.step.assign_add(1)
        self.update_players(batch)
        self._detect_failure()
        # Keras waits for the logs, and constants need no device; `LazyLogs` takes their place.
        # Several workers average them over an axis.
        return {name: tf.zeros([1]) for name in self.record_names}

    def update_players(self, batch: dict) -> None:
        """All updates of one step: the discriminator's, then the generator's."""
        for update in unstack_updates(batch["discriminator"]):
            self.update_discriminator(update)
        for update in unstack_updates(batch["generator"]):
            self.update_generator(update)

    def update_discriminator(self, *inputs) -> None:
        """`Player.update` of the discriminator, by which an adaptive augmentation is steered."""
        metrics, *_ = self.discriminator_player.update(*inputs)
        self.augment_probability.update(metrics)

    def augment(self, images, draws: dict):
        """Images [B, H, W, C] as the discriminator sees them.

        Args:
            draws: of `StepRandom.augmentation`, tensors [B, n]; {} for none.
        """
        parameters = augmentation.parameters_of(draws, self.augment_probability.value)
        return augmentation.augment(images, parameters)

    def update_generator(self, *inputs, tape: tf.GradientTape | None = None) -> list:
        """`Player.update` of the generator, and the step of the average that belongs to it."""
        outputs = self.generator_player.update(*inputs, tape=tape)
        if self.averaged_generator is not None:
            decay = self.ema(self.step)
            pairs = zip(self.averaged_generator.weights, self.generator.weights, strict=True)
            for average, weight in pairs:
                average.assign(average + (1.0 - decay) * (weight - average))
        return outputs

    def _detect_failure(self) -> None:
        # A running mean stays NaN or infinite, so the losses of each update need no check.
        players = (self.discriminator_player, self.generator_player)
        finite = ops.all(ops.isfinite(ops.concatenate([player.means.sums for player in players])))
        first = ops.logical_and(ops.logical_not(finite), ops.equal(self.failed_step, 0))
        self.failed_step.assign(ops.where(first, self.step, self.failed_step))

    def call(self, inputs: dict, training: bool = False):
        """Images [B, H, W, 3] in [-1, 1] of the generator's inputs, by the averaged weights."""
        return (self.averaged_generator or self.generator)(inputs, training=training)

    @property
    def inference_networks(self) -> set[str]:
        """Attributes that hold the networks of sampling and export."""
        return {"averaged_generator" if self.averaged_generator else "generator"}

    @property
    def sampling_generator(self) -> keras.Model:
        """The generator for samples and export: the averaged one if there is one."""
        self.complete_average()
        return self.averaged_generator or self.generator

    def complete_average(self) -> None:
        """Update what the average of the weights lacks, before it is used or saved: nothing."""

    @property
    def record_names(self) -> list[str]:
        """Names of all losses and metrics."""
        return [
            *self.discriminator_player.means.names,
            *self.generator_player.means.names,
            *self.augment_probability.record_names,
        ]

    def record(self) -> dict[str, float]:
        """Means of all losses and metrics since `reset_record`, {column: value}."""
        return {
            **self.discriminator_player.means.result(),
            **self.generator_player.means.result(),
            **self.augment_probability.record(),
        }

    def reset_record(self) -> None:
        self.discriminator_player.means.reset()
        self.generator_player.means.reset()

    def get_metrics_result(self) -> dict[str, float]:
        """The means of an epoch, for Keras."""
        return self.record()

    def reset_metrics(self) -> None:
        """Begin an epoch's means, unless they go on from a checkpoint."""
        if not self._keeps_record:
            self.reset_record()
        self._keeps_record = False

    def get_compile_config(self) -> dict[str, Any] | None:
        """Optimizers and the form of a batch as JSON types."""
        if self._batch_spec is None:
            return None
        options = {
            name: keras.saving.serialize_keras_object(value)
            for name, value in vars(self._compiled).items()
        }
        return {**options, "batch": variables.spec_to_json(self._batch_spec)}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as `get_compile_config` describes, with every variable of the optimizers."""
        options = {
            name: keras.saving.deserialize_keras_object(value)
            for name, value in config.items()
            if name != "batch"
        }
        self.compile(**options)
        self.build_players(variables.spec_from_json(config["batch"]))

    def save_own_variables(self, store: dict) -> None:
        """Save the step, the optimizers and the running means."""
        # Keras saves the networks after this.
        self.complete_average()
        for key, variable in variables.own_variables(self).items():
            store[key] = np.asarray(variable)

    def load_own_variables(self, store: dict) -> None:
        """Load what `save_own_variables` has saved."""
        own = variables.own_variables(self)
        if own.keys() != set(store.keys()):
            raise ValueError(
                f"the file must hold the variables {', '.join(own)}; got {', '.join(store.keys())}"
            )
        for key, variable in own.items():
            variable.assign(store[key])

    def _maybe_symbolic_build(self, *args, **kwargs) -> None:
        """Do nothing: the networks and `build_players` have built everything."""


def _fresh(optimizer: keras.Optimizer) -> keras.Optimizer:
    """A copy of an optimizer without state, as two players cannot share one."""
    return type(optimizer).from_config(optimizer.get_config())


def _update_spec(spec: tf.TensorSpec) -> tf.TensorSpec:
    return tf.TensorSpec([spec.shape[0], *spec.shape[2:]], spec.dtype)


def unstack_updates(batch: dict) -> Iterator[dict]:
    """Split a player's batch, tensors [B, updates, ...], into one of [B, ...] per update."""
    tensors = tf.nest.flatten(batch)
    for update in zip(*(tf.unstack(tensor, axis=1) for tensor in tensors), strict=True):
        yield tf.nest.pack_sequence_as(batch, update)
