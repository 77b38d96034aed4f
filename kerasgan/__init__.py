"""GANs on images, in Keras 3 on TensorFlow."""

import importlib
import logging
import os
import sys
from typing import Any

from kerasgan.utils import tensorflow_notices

__version__ = "0.1.0"

if os.environ.setdefault("KERAS_BACKEND", "tensorflow") != "tensorflow":
    raise ImportError(
        f"KERAS_BACKEND is {os.environ['KERAS_BACKEND']!r}; kerasgan runs on 'tensorflow' alone: "
        "unset it or set it to 'tensorflow'"
    )
# Otherwise every command on a machine without a GPU begins with CUDA's error messages; what
# TensorFlow cannot do it still raises, and `train` says which device it uses.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Otherwise TensorFlow takes all memory of a GPU, also for a small image.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
# TensorFlow leaves oneDNN off on CPUs without AVX512, where ACGAN's step is 1.5 times faster
# with it.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
tensorflow_notices.hide()

# {name: module that has it}; imported on first use, so that `import kerasgan` is fast.
_LAZY = {
    "GAN": "models.gan",
    "CGAN": "models.cgan",
    "ACGAN": "models.acgan",
    "WGAN": "models.wgan",
    "WGANGP": "models.wgan_gp",
    "CWGAN": "models.cwgan",
    "CWGANGP": "models.cwgan_gp",
    "R3GAN": "models.r3gan",
    "CycleGAN": "models.cyclegan",
    "CUT": "models.cut",
    "StarGAN": "models.stargan",
    "LabelSchema": "labels",
    "describe": "api",
    "evaluate": "api",
    "export": "api",
    "load": "api",
    "train": "api",
    "translate": "api",
}
_MODULES = (
    "callbacks",
    "labels",
    "layers",
    "losses",
    "metrics",
    "models",
    "networks",
    "optimizers",
)
# The names that are imported on first use; pyright reads only lists of literals.
__all__ = ["__version__", *_LAZY, *_MODULES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    # Called for `from kerasgan import optimizers` too, before that module is imported.
    if name in _MODULES:
        return importlib.import_module(f"kerasgan.{name}")
    if name in _LAZY:
        register()
        return getattr(importlib.import_module(f"kerasgan.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'kerasgan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def register() -> None:
    """Import every layer, constraint, optimizer and model, which registers them with Keras."""
    for name in ("layers", "networks.dcgan", "optimizers"):
        importlib.import_module(f"kerasgan.{name}")
    for module in _LAZY.values():
        if module.startswith("models."):
            importlib.import_module(f"kerasgan.{module}")


# Warnings are the application's to show.
logging.getLogger("kerasgan").addHandler(logging.NullHandler())

if "keras" in sys.modules:
    register()
