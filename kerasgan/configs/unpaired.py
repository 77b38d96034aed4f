"""Options of the models that learn from unpaired images of two domains."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from kerasgan.configs.data_options import DataOptions
from kerasgan.configs.groups import BatchNormOptions
from kerasgan.configs.image_sizes import Multiples, image_size_option
from kerasgan.configs.options import option
from kerasgan.configs.translation import TranslationConfig
from kerasgan.utils import sizes
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.sizes import Size

# What translates drawn faces within minutes on two CPU cores.
QUICK = {
    "image_size": 32,
    "load_size": 36,
    "width": 0.5,
    "blocks": 6,
    "norm": "batch",
    "d_norm": "batch",
    "upsample": "nearest",
    "residual_output": True,
    "precision": "auto",
    "batch_size": 4,
    "learning_rate": 5e-4,
    "ema": 0.99,
    "steps": 2500,
    "log_every": 20,
    "sample_every": 100,
    "checkpoint_every": 100,
}


@dataclass(frozen=True, kw_only=True)
class UnpairedDataOptions(DataOptions):
    """Images of two domains."""

    IS_OF_MODEL: ClassVar[bool] = False
    LOCATIONS: ClassVar[tuple[str, ...]] = ("data", "domain_a", "domain_b")

    data: str = option(
        "avatars",
        "'avatars' (faces drawn as a cartoon, a, and as animation, b), a folder with trainA and "
        "trainB, and testA and testB if there are, or tfds:cycle_gan/NAME.",
    )
    domain_a: str = option("", "A folder of images of domain a, instead of --data.")
    domain_b: str = option("", "A folder of images of domain b, beside --domain-a.")

    @property
    def has_avatars(self) -> bool:
        return super().has_avatars and not self.domain_a

    @property
    def num_drawn(self) -> int:
        # Half of them are of each domain.
        return -(-super().num_drawn // 2)

    @property
    def paths(self) -> dict[str, Path]:
        found = super().paths
        return {k: v for k, v in found.items() if k != "data"} if self.domain_a else found

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.domain_a) != bool(self.domain_b):
            raise InvalidInput("domain-a and domain-b are given together or not at all")
        if self.domain_a and self.data != "avatars":
            raise InvalidInput(
                f"data is {self.data!r} and domain-a {self.domain_a!r}; allowed: one"
            )


@dataclass(frozen=True, kw_only=True)
class UnpairedConfig(UnpairedDataOptions, BatchNormOptions, TranslationConfig):
    """Options of the models that translate between two domains.

    TARGETS are the domains that a model translates to, the default first.
    """

    TASK: ClassVar[str] = "kerasgan.tasks.translation:Translation"
    TARGETS: ClassVar[tuple[str, ...]] = ("b", "a")

    image_size: Size = image_size_option(256, Multiples(4, least=32))
    load_size: int = option(
        286,
        "Shorter side, in pixels, of the larger images of the same shape that they are cut from.",
        at_least=32,
    )
    blocks: int = option(
        9, "Residual blocks; the paper takes 6, and 9 from 256 pixels on.", at_least=1
    )
    norm: Literal["instance", "batch"] = option("instance", "The norm of the generators.")
    d_norm: Literal["instance", "batch", "spectral", "none"] = option(
        "instance", "The norm of the discriminators; spectral: of their kernels."
    )
    upsample: Literal["transpose", "nearest", "bilinear"] = option(
        "transpose",
        "Transposed convolutions, or repeated pixels, or interpolated ones, and a convolution.",
    )
    antialias: bool = option(
        False, "Blur before halving, as CUT's code does, instead of convolutions of stride 2."
    )
    penalty_weight: float = option(
        0.0,
        "Weight gamma of the discriminators' penalties gamma/2 (R1 + R2); above 0 it excludes "
        "d-norm batch.",
        at_least=0,
    )
    penalty_share: float = option(
        0.25,
        "Share of each batch that the penalties are computed on.",
        above=0,
        at_most=1,
        only_with="penalty_weight",
    )
    batch_size: int = option(1, "Images of each domain per step.", at_least=1)
    # 200 epochs of about a thousand images.
    steps: int = option(200_000, "Training steps, one update of each player.", at_least=1)
    learning_rate: float = option(2e-4, "Adam's first learning rate, for both players.", above=0)
    beta_1: float = option(0.5, "Adam's decay of the first moment.", at_least=0, below=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        # The penalty is about the gradient of scores that depend on their own image alone.
        if self.penalty_weight and self.d_norm == "batch":
            raise InvalidInput(
                f"penalty-weight is {self.penalty_weight} and d-norm batch; with a penalty it must "
                "be instance, spectral or none"
            )
        if self.load_size < min(sizes.sides(self.image_size)):
            part = "" if isinstance(self.image_size, int) else "the shorter side of "
            raise InvalidInput(
                f"load-size is {self.load_size}; it must be at least {part}image-size "
                f"{self.image_size}"
            )

    @property
    def loaded_size(self) -> Size:
        """Size of the images that crops are cut from, in the shape of `image_size`."""
        image_sides = sizes.sides(self.image_size)
        height, width = (round(self.load_size * side / min(image_sides)) for side in image_sides)
        return sizes.simplified((height, width))
