import keras
import numpy as np
import pytest
from keras import layers

from kerasgan.evaluation.features import torch_weights
from kerasgan.utils.errors import InvalidInput
from tests.torch_files import Storage, View, write_zip

SHAPES = {
    "in.conv.weight": (4, 3, 1, 2),
    "in.bn.weight": (4,),
    "in.bn.bias": (4,),
    "in.bn.running_mean": (4,),
    "in.bn.running_var": (4,),
    "each.weight": (4, 1, 2, 3),
    "fc.weight": (5, 4),
    "fc.bias": (5,),
}


@pytest.fixture(scope="module")
def network():
    image = keras.Input((6, 7, 3))
    x = layers.Conv2D(4, (1, 2), use_bias=False, name="in.conv")(image)
    x = layers.BatchNormalization(epsilon=1e-3, name="in.bn")(x)
    x = layers.DepthwiseConv2D((2, 3), use_bias=False, name="each")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(5, name="fc")(x), name="small")


def file(folder, shapes=SHAPES):
    """A file of random tensors of these shapes, and the tensors."""
    random = np.random.default_rng(0)
    arrays = {name: random.uniform(0.5, 1.5, shape).astype("<f4") for name, shape in shapes.items()}
    storages = {name: Storage(name, "FloatStorage", array) for name, array in arrays.items()}
    tensors = {
        name: View(storages[name], 0, array.shape, [size // 4 for size in array.strides])
        for name, array in arrays.items()
    }
    count = Storage("count", "LongStorage", np.array([9], "<i8"))
    tensors["in.bn.num_batches_tracked"] = View(count, 0, (), ())
    return write_zip(folder / "weights.pth", tensors, [*storages.values(), count]), arrays


def test_layers_compute_as_in_pytorch(network, tmp_path):
    path, tensors = file(tmp_path)
    torch_weights.load(network, path)
    images = np.random.default_rng(1).normal(size=(2, 6, 7, 3)).astype("float32")
    windows = np.lib.stride_tricks.sliding_window_view(images, (1, 2), (1, 2))
    x = np.einsum("nyxchw,ochw->nyxo", windows, tensors["in.conv.weight"])
    scale = tensors["in.bn.weight"] / np.sqrt(tensors["in.bn.running_var"] + 1e-3)
    x = (x - tensors["in.bn.running_mean"]) * scale + tensors["in.bn.bias"]
    windows = np.lib.stride_tricks.sliding_window_view(x, (2, 3), (1, 2))
    x = np.einsum("nyxchw,chw->nc", windows, tensors["each.weight"][:, 0]) / (5 * 4)
    expected = x @ tensors["fc.weight"].T + tensors["fc.bias"]
    np.testing.assert_allclose(network(images), expected, rtol=1e-4, atol=1e-4)


def without(name):
    return {other: shape for other, shape in SHAPES.items() if other != name}


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (without("fc.bias"), r"missing: fc\.bias$"),
        (without("in.bn.weight"), r"missing: in\.bn\.weight$"),
        ({**SHAPES, "aux.weight": (1,)}, r"unknown: aux\.weight$"),
        (
            {**SHAPES, "in.conv.weight": (4, 3, 2, 1)},
            r"of another shape: in\.conv\.weight must be \[4, 3, 1, 2\], got \[4, 3, 2, 1\]$",
        ),
        ({**without("fc.bias"), "bias": (5,)}, r"missing: fc\.bias; unknown: bias$"),
    ],
)
def test_a_file_must_hold_exactly_the_networks_weights(network, tmp_path, shapes, message):
    before = network.get_weights()
    with pytest.raises(InvalidInput, match=r"weights\.pth must hold .* of small; " + message):
        torch_weights.load(network, file(tmp_path, shapes)[0])
    for value, old in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(value, old)
