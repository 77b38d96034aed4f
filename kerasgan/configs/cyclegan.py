"""Options of CycleGAN."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from kerasgan.configs.options import option
from kerasgan.configs.unpaired import QUICK, UnpairedConfig


@dataclass(frozen=True, kw_only=True)
class CycleGANConfig(UnpairedConfig):
    """Translation between two domains of images, without pairs: CycleGAN.

    The defaults are the paper's, and its code's for what the paper leaves open. The identity loss
    is the exception: the paper has it for paintings alone, its code always.
    """

    MODEL: ClassVar[str] = "cyclegan"
    MODEL_CLASS: ClassVar[str] = "kerasgan.models.cyclegan:CycleGAN"
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        # Zhu et al. 2017, section 4: least squares, cycle weight 10, a pool of 50, batches of 1,
        # Adam at 2e-4 for 100 epochs and falling linearly to 0 over 100 more. Appendix 7.1: half
        # of the discriminators' loss; 7.2: 9 blocks at 256 pixels, instance norm. Section 5.2:
        # identity weight 0.5. The authors' PyTorch code: beta_1 0.5, crops of 286 pixels, the
        # pool's exchange of one half.
        "paper": {},
        # Course report B: 30 epochs of 10,000 images, whose learning rate falls by 0.8 per epoch.
        "cartoon-animation": {
            # 10,000 of each domain.
            "num_avatars": 20_000,
            "val_fraction": 0.0,
            "batch_size": 5,
            "pool_size": 100,
            "pool_exchange": 1.0,
            "identity_weight": 0.0,
            "learning_rate": 4.999999999999996e-6,
            "schedule": "exponential",
            # An epoch.
            "schedule_interval": 2000,
            "final_learning_rate": 7.737125245533638e-9,
            "epochs": 30,
            "sheet_rows": 15,
        },
        # Course report A, faces to ukiyo-e paintings by public code whose settings it leaves open:
        # the paper's. --domain-a and --domain-b name the images.
        "ukiyo-e": {"val_fraction": 0.0},
        # Course report D.
        "summer-winter": {
            "data": "tfds:cycle_gan/summer2winter_yosemite",
            "identity_weight": 0.0,
        },
        # Course report E; the data set has its 1,096 images, and others to test by.
        "maps": {
            "data": "tfds:cycle_gan/maps",
            "blocks": 6,
            "norm": "batch",
            "d_norm": "batch",
            "epochs": 200,
        },
        "quick": QUICK,
    }

    loss: Literal["lsgan", "bce"] = option(
        "lsgan", "Least squares (LSGAN), or binary cross-entropy, with the sigmoid."
    )
    cycle_weight: float = option(10.0, "Weight of the cycle loss (lambda).", at_least=0)
    identity_weight: float = option(
        0.5, "Weight of the identity loss, as a factor of the cycle weight.", at_least=0
    )
    d_ratio: float = option(
        2.0,
        "What the discriminators' losses are divided by. Adam undoes such a factor, so it changes "
        "next to nothing; d-learning-rate slows the discriminators down.",
        above=0,
    )
    pool_size: int = option(
        50, "Generated images of each domain that the discriminators draw from.", at_least=0
    )
    pool_exchange: float = option(
        0.5,
        "Probability that a new image takes the place of a random one of a full pool, which is "
        "judged instead.",
        at_least=0,
        at_most=1,
    )

    def loss_factors(self, labels: Collection[str]) -> dict[str, float]:
        terms = ("d_real_a", "d_real_b", "d_fake_a", "d_fake_b")
        return dict.fromkeys(terms, 1 / self.d_ratio)
