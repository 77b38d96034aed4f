"""One frozen dataclass per model: the only place where a default exists."""

from kerasgan.configs.acgan import ACGANConfig
from kerasgan.configs.base import Config
from kerasgan.configs.cyclegan import CycleGANConfig
from kerasgan.configs.dcgan import (
    CGANConfig,
    CWGANConfig,
    CWGANGPConfig,
    GANConfig,
    WGANConfig,
    WGANGPConfig,
)
from kerasgan.configs.r3gan import R3GANConfig
from kerasgan.configs.stargan import StarGANConfig

CONFIGS: dict[str, type[Config]] = {
    "gan": GANConfig,
    "cgan": CGANConfig,
    "acgan": ACGANConfig,
    "wgan": WGANConfig,
    "wgan-gp": WGANGPConfig,
    "cwgan": CWGANConfig,
    "cwgan-gp": CWGANGPConfig,
    "r3gan": R3GANConfig,
    "cyclegan": CycleGANConfig,
    "stargan": StarGANConfig,
}
