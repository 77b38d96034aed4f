"""One paper, one file."""

from kerasgan.models.acgan import ACGAN
from kerasgan.models.base import AdversarialModel
from kerasgan.models.cgan import CGAN
from kerasgan.models.cwgan import CWGAN
from kerasgan.models.cwgan_gp import CWGANGP
from kerasgan.models.cyclegan import CycleGAN
from kerasgan.models.gan import GAN
from kerasgan.models.r3gan import R3GAN
from kerasgan.models.stargan import StarGAN
from kerasgan.models.wgan import WGAN
from kerasgan.models.wgan_gp import WGANGP

MODELS: dict[str, type[AdversarialModel]] = {
    "gan": GAN,
    "cgan": CGAN,
    "acgan": ACGAN,
    "wgan": WGAN,
    "wgan-gp": WGANGP,
    "cwgan": CWGAN,
    "cwgan-gp": CWGANGP,
    "r3gan": R3GAN,
    "cyclegan": CycleGAN,
    "stargan": StarGAN,
}
