"""Adversarial training: two players in turns, and an average of the generator's weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import keras

from kerasgan.configs import Config
from kerasgan.labels import LabelSchema
from kerasgan.models import augmentation, averaging
from kerasgan.models.accumulation import parts_of
from kerasgan.models.fitting import Fitting
from kerasgan.models.keras_saving import KerasSaving
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


class AdversarialModel(Fitting, KerasSaving):
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
        self.parts = parts_of(config, (self.generator, self.discriminator))
        self._check_colours()
        self.augment_probability = augmentation.build_probability(
            config.augment_probability, config.batch_size
        )
        self.ema = averaging.build_decay(
            config.ema, config.ema_half_life, config.batch_size, self.g_steps
        )
        self.averaged_generator = keras.models.clone_model(self.generator) if self.ema else None
        if self.averaged_generator is not None:
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

        Examples:
            >>> gan = kerasgan.ACGAN.from_preset("quick", labels={"breed": 12, "coat": 3})
        """
        return cls(labels, **{**cls.CONFIG.model_preset(preset), **options})

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

        Examples:
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

    def _maybe_symbolic_build(self, *args, **kwargs) -> None:
        """Do nothing: the networks and `build_players` have built everything."""


def _fresh(optimizer: keras.Optimizer) -> keras.Optimizer:
    """A copy of an optimizer without state, as two players cannot share one."""
    return type(optimizer).from_config(optimizer.get_config())
