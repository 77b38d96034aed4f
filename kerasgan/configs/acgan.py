"""Options of the auxiliary-classifier GAN."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from kerasgan.configs.data_options import label_rule_option
from kerasgan.configs.generation import ConditionalConfig
from kerasgan.configs.groups import ScheduleOptions, share_fakes_option
from kerasgan.configs.image_sizes import Multiples, image_size_option
from kerasgan.configs.options import option
from kerasgan.utils.errors import InvalidInput, unknown
from kerasgan.utils.sizes import Size

SOURCE = "source"
# The course report's weights of its labels.
_REPORT_WEIGHTS = {"hair": 0.3, "eyes": 0.35}


def head_weights(weights: Sequence[float | str], labels: Collection[str]) -> dict[str, float]:
    """Weights of the losses of ACGAN's heads, {"source" or label: weight}.

    Args:
        weights: numbers, the source's first and then one for each label; or texts
            `name=weight`, for some of them. Empty: the defaults, which are 1 for the source and
            0.65 shared by the labels, or the course report's for hair and eyes.
        labels: names of the labels, in order.

    Raises:
        InvalidInput: if there are too few or too many numbers, or a name or weight is impossible.

    Examples:
        >>> head_weights(["breed=0.5"], ["breed", "coat"])
        {'source': 1.0, 'breed': 0.5, 'coat': 0.325}
    """
    of_labels = dict.fromkeys(labels, 0.65 / max(len(labels), 1))
    if set(labels) == set(_REPORT_WEIGHTS):
        of_labels |= _REPORT_WEIGHTS
    defaults = {SOURCE: 1.0, **of_labels}
    named = [weight for weight in weights if isinstance(weight, str)]
    numbers = [weight for weight in weights if not isinstance(weight, str)]
    if not named and len(numbers) in (0, len(defaults)):
        return dict(zip(defaults, numbers, strict=True)) if numbers else defaults
    if len(named) < len(weights):
        raise InvalidInput(
            f"--loss-weights must be {len(defaults)} numbers, for {', '.join(defaults)}, or "
            f"NAME=WEIGHT for some of them; got {' '.join(map(str, weights))}"
        )
    return defaults | dict(_named_weight(text, defaults) for text in named)


def _named_weight(text: str, names: Collection[str]) -> tuple[str, float]:
    name, _, weight = (part.strip() for part in text.partition("="))
    known = {other.lower(): other for other in names}
    if name.lower() not in known:
        raise unknown("name in --loss-weights", name, names)
    try:
        number = float(weight)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise InvalidInput(f"--loss-weights {name} must be a number of at least 0, got {weight!r}")
    return known[name.lower()], number


@dataclass(frozen=True, kw_only=True)
class ACGANConfig(ScheduleOptions, ConditionalConfig):
    """Images with given labels: ACGAN, whose discriminator has a head that reads each label.

    The defaults are the course report's.
    """

    MODEL: ClassVar[str] = "acgan"
    MODEL_CLASS: ClassVar[str] = "kerasgan.models.acgan:ACGAN"
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        "report": {"val_fraction": 0.0},
        "quick": {
            "image_size": 48,
            "width": 0.5,
            "batch_size": 16,
            "sigma": 0.5,
            "precision": "auto",
            "d_norm": "none",
            "d_dropout": 0.0,
            "penalty_weight": 0.5,
            "g_steps": 1,
            "share_fakes": True,
            "beta_1": 0.0,
            "beta_2": 0.99,
            "learning_rate": 1e-3,
            "schedule": "cosine",
            "final_learning_rate": 5e-5,
            "steps": 3200,
            "ema_half_life": 15_000,
            "log_every": 20,
            "sample_every": 100,
            "checkpoint_every": 100,
        },
    }

    label_rule: Literal["exactly-one", "first", "any"] = label_rule_option("exactly-one")
    image_size: Size = image_size_option(96, Multiples(16, least=16))
    generator_activation: Literal["relu", "leaky_relu"] = option(
        "relu", "The generator's activation; leaky_relu has slope 0.2."
    )
    minibatch_stddev: bool = option(
        False,
        "Show the discriminator how much the images of a batch differ from one another.",
    )
    d_norm: Literal["batch", "none"] = option(
        "batch", "BatchNorm in the discriminator, as the report has it, or none."
    )
    g_norm: Literal["batch", "none"] = option(
        "batch", "BatchNorm in the generator, as the report has it, or none."
    )
    mix_batches: bool = option(
        False,
        "Show the discriminator real and generated images in one batch, whose BatchNorm statistics "
        "they share; according to the report the generator then soon makes noise.",
        only_with="d_norm",
    )
    d_dropout: float = option(
        0.5,
        "Rate of the dropout after the discriminator's last two blocks; half of it after the "
        "others.",
        at_least=0,
        below=1,
        multiple_of=1 / 128,
    )
    penalty_weight: float = option(
        0.0,
        "Weight gamma of the penalties gamma/2 (R1 + R2) on a quarter of each batch; above 0 it "
        "needs d-norm none.",
        at_least=0,
    )
    loss_weights: tuple[float | str, ...] = option(
        (),
        "Weights of the losses of the source head and of each label's, in the order of the labels, "
        "or some as NAME=WEIGHT: source=1,breed=0.3.  [default: 1 and, shared by all labels, 0.65; "
        "for hair and eyes the report's, 1 0.3 0.35]",
        at_least=0,
        parts="SOURCE LABEL...",
    )
    instance_noise: float = option(
        0.0, "Standard deviation of the noise added to real images.", at_least=0
    )
    steps: int = option(30_000, "Training steps; each makes d-steps and g-steps.", at_least=1)
    d_steps: int = option(1, "Discriminator updates per step.", at_least=1)
    g_steps: int = option(2, "Generator updates per step.", at_least=1)
    share_fakes: bool = share_fakes_option(False)
    learning_rate: float = option(2e-4, "Adam's first learning rate, for both players.", above=0)
    beta_2: float = option(0.999, "Adam's decay of the second moment.", at_least=0, below=1)
    beta_1: float = option(0.5, "Adam's decay of the first moment.", at_least=0, below=1)

    def loss_factors(self, labels: Collection[str]) -> dict[str, float]:
        weights = head_weights(self.loss_weights, labels)
        source = weights.pop(SOURCE)
        factors: dict[str, float] = dict.fromkeys(("d_real", "d_fake", "g_fool"), source)
        for name, weight in weights.items():
            factors |= {f"d_{name}": weight, f"g_{name}": weight}
        return factors

    def __post_init__(self) -> None:
        super().__post_init__()
        # The penalty is about the gradient of a score that depends on its own image alone.
        if self.penalty_weight and self.d_norm != "none":
            raise InvalidInput(
                f"penalty-weight is {self.penalty_weight} and d-norm {self.d_norm}; with a penalty "
                "it must be none"
            )
        if self.penalty_weight and self.minibatch_stddev:
            raise InvalidInput(
                f"penalty-weight is {self.penalty_weight} and minibatch-stddev is on; with a "
                "penalty it must be off"
            )
