"""Options of R3GAN."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from kerasgan.configs.data_options import label_rule_option
from kerasgan.configs.generation import ConditionalConfig
from kerasgan.configs.groups import Schedule, ScheduleOptions, schedule_option
from kerasgan.configs.image_sizes import Halved, image_size_option
from kerasgan.configs.options import option
from kerasgan.utils.sizes import Size

# Images whose standard deviation the discriminator sees; no group holds both kinds.
GROUP = 4


@dataclass(frozen=True, kw_only=True)
class R3GANConfig(ScheduleOptions, ConditionalConfig):
    """Images with or without labels: R3GAN, a relativistic loss under R1 and R2 penalties."""

    MODEL: ClassVar[str] = "r3gan"
    MODEL_CLASS: ClassVar[str] = "kerasgan.models.r3gan:R3GAN"
    GROUP: ClassVar[int] = GROUP
    NEEDS_LABELS: ClassVar[bool] = False
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        "small": {},
        "medium": {"image_size": 128, "penalty_weight": 16.0},
        "large": {"image_size": 256, "penalty_weight": 128.0},
        "quick": {
            "image_size": 48,
            "precision": "auto",
            "batch_size": 16,
            "steps": 2600,
            "learning_rate": 1.2e-3,
            "final_learning_rate": 5e-5,
            "log_every": 20,
            "sample_every": 100,
            "checkpoint_every": 100,
        },
        # The run that is shipped.
        "pretrained": {
            "num_avatars": 20_000,
            "precision": "auto",
            "steps": 18_000,
            "penalty_weight": 1.0,
            "ema_half_life": 20_000,
        },
    }

    label_rule: Literal["exactly-one", "first", "any"] = label_rule_option("any")
    image_size: Size = image_size_option(64, Halved())
    batch_size: int = option(
        32, "Images per update, whole groups of 4.", at_least=GROUP, multiple_of=GROUP
    )
    steps: int = option(10_000, "Training steps, one update of each player.", at_least=1)
    learning_rate: float = option(1e-3, "Adam's first learning rate, for both players.", above=0)
    schedule: Schedule = schedule_option("cosine")
    final_learning_rate: float = option(
        2e-5, "Learning rate of the last step.", at_least=0, only_with="schedule"
    )
    penalty_weight: float = option(
        2.0, "Weight gamma of the penalties gamma/2 (R1 + R2) at first.", at_least=0
    )
    penalty_decay: float = option(
        0.1, "Share of gamma that is left at the last step, along a cosine.", at_least=0
    )
    penalty_share: float = option(
        0.25, "Share of each batch that the penalties are computed on.", above=0, at_most=1
    )
    class_weight: float = option(
        0.1, "Weight of the discriminator's class losses of real images.", at_least=0
    )
    ema_half_life: int = option(
        15_000,
        "Half-life, in images, of the average of the generator's weights; at most 5% of the images "
        "so far. 0: --ema.",
        at_least=0,
    )

    def loss_factors(self, labels: Collection[str]) -> dict[str, float]:
        return {f"d_{name}": self.class_weight for name in labels}
