"""Options of the models on DCGAN's networks."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from kerasgan.configs.generation import ConditionalConfig, GenerationConfig
from kerasgan.configs.groups import share_fakes_option
from kerasgan.configs.image_sizes import Halved, image_size_option
from kerasgan.configs.options import option
from kerasgan.utils.sizes import Size

# What makes faces recognisable within minutes on two CPU cores.
_QUICK = {
    "image_size": 32,
    "width": 0.5,
    "batch_size": 32,
    "ema": 0.99,
    "log_every": 20,
    "sample_every": 100,
    "checkpoint_every": 100,
}


# Report E's number of images.
_REPORT_E = {"num_avatars": 36_740, "val_fraction": 0.0}


@dataclass(frozen=True, kw_only=True)
class DCGANConfig(GenerationConfig):
    """The options of every model on DCGAN's networks."""

    image_size: Size = image_size_option(64, Halved())


@dataclass(frozen=True, kw_only=True)
class GANConfig(DCGANConfig):
    """Images from noise: DCGAN, or LSGAN with `--loss lsgan`.

    The defaults are the course report's.
    """

    MODEL: ClassVar[str] = "gan"
    MODEL_CLASS: ClassVar[str] = "kerasgan.models.gan:GAN"
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        "report": {**_REPORT_E, "epochs": 19},
        # Radford et al. 2015; "code" is its faces/train_uncond_dcgan.py.
        "paper": {
            # Section 4; its beta_1 of 0.5 is the default.
            "learning_rate": 2e-4,
            "batch_size": 128,
            # Figure 1: 1024 to 128 filters in the generator; the code has as many in both.
            "width": 2.0,
            # Code: each batch updates one player, with noise of its own.
            "share_fakes": False,
            # Code: 25 epochs of 350,000 faces; half of the batches are the discriminator's.
            "steps": 25 * 350_000 // (2 * 128),
        },
        "quick": {**_QUICK, "learning_rate": 2e-4, "steps": 3000},
    }

    loss: Literal["bce", "lsgan"] = option(
        "bce", "Binary cross-entropy, or least squares (LSGAN), without the sigmoid."
    )
    label_noise: bool = option(
        False, "Draw the targets of real images from [0.75, 1.25], of generated from [0, 0.25]."
    )
    generator_dropout: float = option(
        0.0, "Rate of a dropout after each of the generator's BatchNorms.", at_least=0, below=1
    )
    instance_noise: float = option(
        0.0, "Standard deviation of the noise added to real images.", at_least=0
    )
    # 19 epochs of the course's 36,740 images.
    steps: int = option(10_907, "Training steps; each makes d-steps and one of G.", at_least=1)
    d_steps: int = option(1, "Discriminator updates per step.", at_least=1)
    share_fakes: bool = share_fakes_option(True)
    learning_rate: float = option(2e-5, "Adam's learning rate, for both players.", above=0)
    beta_1: float = option(0.5, "Adam's decay of the first moment.", at_least=0, below=1)


@dataclass(frozen=True, kw_only=True)
class CGANConfig(ConditionalConfig, DCGANConfig):
    """Images with a given combination of labels: conditional DCGAN.

    The defaults are the course report's.
    """

    MODEL: ClassVar[str] = "cgan"
    MODEL_CLASS: ClassVar[str] = "kerasgan.models.cgan:CGAN"
    ONLY_COMBINATIONS: ClassVar[bool] = True
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        "report": {**_REPORT_E, "epochs": 43},
        "quick": {**_QUICK, "learning_rate": 4e-4, "steps": 3000},
    }

    steps: int = option(20_000, "Training steps, one update of each player.", at_least=1)
    learning_rate: float = option(2e-5, "Adam's learning rate, for both players.", above=0)
    beta_1: float = option(0.5, "Adam's decay of the first moment.", at_least=0, below=1)


@dataclass(frozen=True, kw_only=True)
class _CriticConfig(DCGANConfig):
    learning_rate: float = option(2e-4, "The optimizer's learning rate, for both players.", above=0)
    critic_steps: int = option(5, "Critic updates per generator update.", at_least=1)

    @property
    def d_steps(self) -> int:
        return self.critic_steps


@dataclass(frozen=True, kw_only=True)
class WGANConfig(_CriticConfig):
    """Images from noise: Wasserstein GAN with weight clipping, the baseline of wgan-gp."""

    MODEL: ClassVar[str] = "wgan"
    MODEL_CLASS: ClassVar[str] = "kerasgan.models.wgan:WGAN"
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        "baseline": {},
        # Arjovsky et al. 2017; "code" is its main.py.
        "paper": {
            # Algorithm 1; clip 0.01, batches of 64 and five critic updates are the defaults.
            "learning_rate": 5e-5,
            # Code; the paper only names DCGAN, whose discriminator has it.
            "critic_norm": "batch",
            # Code: 25 epochs of the 3,033,042 bedrooms of LSUN, 5 batches per step.
            "steps": 25 * 3_033_042 // (5 * 64),
        },
        "quick": {**_QUICK, "learning_rate": 5e-4, "clip": 0.1, "steps": 3000},
    }

    clip: float = option(0.01, "Largest absolute value of the critic's weights.", above=0)
    critic_norm: Literal["none", "batch"] = option(
        "none", "BatchNorm in the critic, as the authors' code has it, or none."
    )
    steps: int = option(10_000, "Training steps; each makes one update of G.", at_least=1)


@dataclass(frozen=True, kw_only=True)
class WGANGPConfig(_CriticConfig):
    """Images from noise: Wasserstein GAN with gradient penalty.

    The defaults are the course report's, but for the critic, which has no BatchNorm, as the paper
    demands, and for the generator's images, which are its own: `--preset report` has both. The
    paper's settings are `--preset paper`.
    """

    MODEL: ClassVar[str] = "wgan-gp"
    MODEL_CLASS: ClassVar[str] = "kerasgan.models.wgan_gp:WGANGP"
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        "baseline": {},
        "report": {**_REPORT_E, "epochs": 3, "critic_norm": "batch", "share_fakes": True},
        # Gulrajani et al. 2017; "code" is its gan_64x64.py.
        "paper": {
            # Algorithm 1; lambda 10, beta_1 0 and beta_2 0.9 are the defaults.
            "optimizer": "adam",
            "learning_rate": 1e-4,
            "critic_steps": 5,
            # Code, whose batches of 64 are the default.
            "latent_dim": 128,
            "steps": 200_000,
        },
        "quick": {**_QUICK, "steps": 1500, "critic_steps": 2},
    }

    penalty_weight: float = option(10.0, "Weight of the gradient penalty (lambda).", at_least=0)
    critic_norm: Literal["none", "batch"] = option(
        "none", "BatchNorm in the critic, as the report has it, or none, as the paper demands."
    )
    critic_steps: int = option(1, "Critic updates per generator update.", at_least=1)
    share_fakes: bool = share_fakes_option(False)
    optimizer: Literal["rmsprop", "adam"] = option(
        "rmsprop", "The optimizer of both players: the report's RMSprop, or the paper's Adam."
    )
    # Algorithm 1 of the paper.
    beta_1: float = option(
        0.0, "With --optimizer adam: its decay of the first moment.", at_least=0, below=1
    )
    beta_2: float = option(
        0.9, "With --optimizer adam: its decay of the second moment.", at_least=0, below=1
    )
    # Three epochs of the course's 36,740 images.
    steps: int = option(1722, "Training steps; each makes one update of G.", at_least=1)


@dataclass(frozen=True, kw_only=True)
class CWGANConfig(ConditionalConfig, _CriticConfig):
    """Images with given labels: Wasserstein GAN with weight clipping."""

    MODEL: ClassVar[str] = "cwgan"
    MODEL_CLASS: ClassVar[str] = "kerasgan.models.cwgan:CWGAN"
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        "report": {"epochs": 230, "val_fraction": 0.0},
        "quick": {**_QUICK, "learning_rate": 5e-4, "clip": 0.1, "steps": 3000},
    }

    clip: float = option(0.01, "Largest absolute value of the critic's weights.", above=0)
    steps: int = option(24_000, "Training steps; each makes one update of G.", at_least=1)


@dataclass(frozen=True, kw_only=True)
class CWGANGPConfig(ConditionalConfig, _CriticConfig):
    """Images with given labels: WGAN-GP whose critic also learns from images with wrong labels.

    The defaults are the course report's.
    """

    MODEL: ClassVar[str] = "cwgan-gp"
    MODEL_CLASS: ClassVar[str] = "kerasgan.models.cwgan_gp:CWGANGP"
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        "report": {"epochs": 230, "val_fraction": 0.0},
        "quick": {**_QUICK, "learning_rate": 1e-3, "steps": 1000},
    }

    mismatch: Literal["max", "mean"] = option(
        "max", "How the scores of generated and of mismatched images are joined, per sample."
    )
    penalty_weight: float = option(10.0, "Weight of the gradient penalty (lambda).", at_least=0)
    steps: int = option(24_000, "Training steps; each makes one update of G.", at_least=1)
