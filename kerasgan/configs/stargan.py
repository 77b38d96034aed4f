"""Options of StarGAN."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from kerasgan.configs.data_options import ConditionalDataOptions, MirrorOptions
from kerasgan.configs.image_sizes import Multiples, image_size_option
from kerasgan.configs.options import option
from kerasgan.configs.translation import TranslationConfig
from kerasgan.utils.sizes import Size


@dataclass(frozen=True, kw_only=True)
class StarGANConfig(TranslationConfig, ConditionalDataOptions, MirrorOptions):
    """Images edited to other values of their labels: StarGAN.

    The defaults are the paper's, and its code's for what the paper leaves open. The number of steps
    is the code's, as the paper's 20 epochs of CelebA would be 50,000.
    """

    MODEL: ClassVar[str] = "stargan"
    MODEL_CLASS: ClassVar[str] = "kerasgan.models.stargan:StarGAN"
    TASK: ClassVar[str] = "kerasgan.tasks.editing:Editing"
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        # Choi et al. 2018, section 3.1: class and reconstruction weights of 1 and 10; 4: penalty
        # weight 10; 5.2: 128 pixels; 5.3: Adam with beta_1 0.5, half of the images mirrored,
        # batches of 16, one update of the generator after five of the critic, a rate of 1e-4 that
        # falls linearly to 0 over the second half.
        "paper": {},
        # Course report E. It counts 2,500 epochs of a number of images that it leaves open, so the
        # length is the default, as is all else.
        "report": {
            "data": "tfds:celeb_a",
            "labels": ("Black_Hair", "Male", "Young", "Mustache"),
            "val_fraction": 0.0,
        },
        "quick": {
            "image_size": 32,
            "width": 0.5,
            "mirror": False,
            "residual_output": True,
            "critic_steps": 2,
            "learning_rate": 5e-4,
            "ema": 0.99,
            "steps": 900,
            "log_every": 20,
            "sample_every": 100,
            "checkpoint_every": 100,
        },
    }

    image_size: Size = image_size_option(128, Multiples(4, least=16))
    mirror: bool = option(True, "Mirror half of the real images, as the paper does.")
    class_weight: float = option(1.0, "Weight of the classification losses.", at_least=0)
    reconstruction_weight: float = option(10.0, "Weight of the reconstruction loss.", at_least=0)
    loss: Literal["wasserstein", "bce"] = option(
        "wasserstein",
        "The paper's Wasserstein loss with a gradient penalty, or StarGAN v2's cross-entropy with "
        "penalties gamma/2 (R1 + R2).",
    )
    penalty_weight: float = option(
        10.0, "Weight of the penalty: lambda, or gamma with --loss bce.", at_least=0
    )
    penalty_share: float = option(
        0.25,
        "With --loss bce: share of each batch that the penalties are computed on.",
        above=0,
        at_most=1,
    )
    critic_steps: int = option(5, "Critic updates per generator update.", at_least=1)
    # Target labels are those of the batch's other images.
    batch_size: int = option(16, "Images per update.", at_least=2)
    # 200,000 critic updates, as in the authors' code.
    steps: int = option(40_000, "Training steps; each makes one update of G.", at_least=1)
    learning_rate: float = option(1e-4, "Adam's first learning rate, for both players.", above=0)
    beta_1: float = option(0.5, "Adam's decay of the first moment.", at_least=0, below=1)

    @property
    def d_steps(self) -> int:
        return self.critic_steps

    def loss_factors(self, labels: Collection[str]) -> dict[str, float]:
        return {f"{player}_{name}": self.class_weight for player in "dg" for name in labels}
