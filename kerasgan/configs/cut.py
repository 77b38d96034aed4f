"""Options of CUT and FastCUT."""

from dataclasses import dataclass
from typing import Any, ClassVar

from kerasgan.configs.options import option
from kerasgan.configs.unpaired import QUICK, UnpairedConfig


@dataclass(frozen=True, kw_only=True)
class CUTConfig(UnpairedConfig):
    """Translation from one domain of images to another, without pairs: FastCUT or CUT.

    The defaults are FastCUT's, and the code's for what the paper leaves open.
    """

    MODEL: ClassVar[str] = "cut"
    MODEL_CLASS: ClassVar[str] = "kerasgan.models.cut:CUT"
    TARGETS: ClassVar[tuple[str, ...]] = ("b",)
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        "fastcut": {},
        "cut": {
            # The code takes the mean of both losses, which the paper adds.
            "nce_weight": 0.5,
            "identity_weight": 0.5,
            "flip_equivariance": False,
            # 400 epochs.
            "steps": 400_000,
        },
        "quick": QUICK,
    }

    nce_weight: float = option(
        10.0, "Weight of the contrastive loss of translations (lambda X).", at_least=0
    )
    identity_weight: float = option(
        0.0,
        "Weight of the contrastive loss of images of b, which the generator should leave as they "
        "are (lambda Y); 0: none.",
        at_least=0,
    )
    flip_equivariance: bool = option(
        True,
        "Translate half of the images mirrored, and compare them with the originals that are not.",
    )
    temperature: float = option(
        0.07, "What similarities are divided by in the contrastive loss (tau).", above=0
    )
    num_patches: int = option(
        256, "Patches of an image that are compared in each layer, at most all.", at_least=2
    )
