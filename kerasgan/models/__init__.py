"""One paper, one file."""

from kerasgan.adversarial import AdversarialModel
from kerasgan.models.acgan import ACGAN

MODELS: dict[str, type[AdversarialModel]] = {"acgan": ACGAN}
