import hashlib
import logging
import re

import keras
import numpy as np
import pytest

from kerasgan.evaluation.features import inception_2015, torch_weights
from tests.torch_files import Storage, View, write_legacy

# The convolutions' kernels, output channels x input channels x height x width, as published.
KERNELS = """
    Conv2d_1a_3x3: 32x3x3x3
    Conv2d_2a_3x3: 32x32x3x3
    Conv2d_2b_3x3: 64x32x3x3
    Conv2d_3b_1x1: 80x64x1x1
    Conv2d_4a_3x3: 192x80x3x3
    Mixed_5b: branch1x1 64x192x1x1, branch5x5_1 48x192x1x1, branch5x5_2 64x48x5x5,
        branch3x3dbl_1 64x192x1x1, branch3x3dbl_2 96x64x3x3, branch3x3dbl_3 96x96x3x3,
        branch_pool 32x192x1x1
    Mixed_5c: branch1x1 64x256x1x1, branch5x5_1 48x256x1x1, branch5x5_2 64x48x5x5,
        branch3x3dbl_1 64x256x1x1, branch3x3dbl_2 96x64x3x3, branch3x3dbl_3 96x96x3x3,
        branch_pool 64x256x1x1
    Mixed_5d: branch1x1 64x288x1x1, branch5x5_1 48x288x1x1, branch5x5_2 64x48x5x5,
        branch3x3dbl_1 64x288x1x1, branch3x3dbl_2 96x64x3x3, branch3x3dbl_3 96x96x3x3,
        branch_pool 64x288x1x1
    Mixed_6a: branch3x3 384x288x3x3, branch3x3dbl_1 64x288x1x1, branch3x3dbl_2 96x64x3x3,
        branch3x3dbl_3 96x96x3x3
    Mixed_6b: branch1x1 192x768x1x1, branch7x7_1 128x768x1x1, branch7x7_2 128x128x1x7,
        branch7x7_3 192x128x7x1, branch7x7dbl_1 128x768x1x1, branch7x7dbl_2 128x128x7x1,
        branch7x7dbl_3 128x128x1x7, branch7x7dbl_4 128x128x7x1, branch7x7dbl_5 192x128x1x7,
        branch_pool 192x768x1x1
    Mixed_6c: branch1x1 192x768x1x1, branch7x7_1 160x768x1x1, branch7x7_2 160x160x1x7,
        branch7x7_3 192x160x7x1, branch7x7dbl_1 160x768x1x1, branch7x7dbl_2 160x160x7x1,
        branch7x7dbl_3 160x160x1x7, branch7x7dbl_4 160x160x7x1, branch7x7dbl_5 192x160x1x7,
        branch_pool 192x768x1x1
    Mixed_6d: branch1x1 192x768x1x1, branch7x7_1 160x768x1x1, branch7x7_2 160x160x1x7,
        branch7x7_3 192x160x7x1, branch7x7dbl_1 160x768x1x1, branch7x7dbl_2 160x160x7x1,
        branch7x7dbl_3 160x160x1x7, branch7x7dbl_4 160x160x7x1, branch7x7dbl_5 192x160x1x7,
        branch_pool 192x768x1x1
    Mixed_6e: branch1x1 192x768x1x1, branch7x7_1 192x768x1x1, branch7x7_2 192x192x1x7,
        branch7x7_3 192x192x7x1, branch7x7dbl_1 192x768x1x1, branch7x7dbl_2 192x192x7x1,
        branch7x7dbl_3 192x192x1x7, branch7x7dbl_4 192x192x7x1, branch7x7dbl_5 192x192x1x7,
        branch_pool 192x768x1x1
    Mixed_7a: branch3x3_1 192x768x1x1, branch3x3_2 320x192x3x3, branch7x7x3_1 192x768x1x1,
        branch7x7x3_2 192x192x1x7, branch7x7x3_3 192x192x7x1, branch7x7x3_4 192x192x3x3
    Mixed_7b: branch1x1 320x1280x1x1, branch3x3_1 384x1280x1x1, branch3x3_2a 384x384x1x3,
        branch3x3_2b 384x384x3x1, branch3x3dbl_1 448x1280x1x1, branch3x3dbl_2 384x448x3x3,
        branch3x3dbl_3a 384x384x1x3, branch3x3dbl_3b 384x384x3x1, branch_pool 192x1280x1x1
    Mixed_7c: branch1x1 320x2048x1x1, branch3x3_1 384x2048x1x1, branch3x3_2a 384x384x1x3,
        branch3x3_2b 384x384x3x1, branch3x3dbl_1 448x2048x1x1, branch3x3dbl_2 384x448x3x3,
        branch3x3dbl_3a 384x384x1x3, branch3x3dbl_3b 384x384x3x1, branch_pool 192x2048x1x1
"""
NORM = ("weight", "bias", "running_mean", "running_var")


def kernels():
    """The published kernels, {name of the convolution: shape}."""
    blocks = re.findall(r"(\w+): ([^:]+?)(?=\s+\w+:|\s*$)", KERNELS)
    return {
        ".".join([block, *words[:-1]]): tuple(map(int, words[-1].split("x")))
        for block, branches in blocks
        for words in map(str.split, branches.split(","))
    }


def shapes():
    """The published tensors, {name: shape}."""
    found = {"fc.weight": (1008, 2048), "fc.bias": (1008,)}
    for name, shape in kernels().items():
        found[f"{name}.conv.weight"] = shape
        found |= {f"{name}.bn.{part}": shape[:1] for part in NORM}
    return found


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A file with every tensor, all views of two storages, and the tensors of the first layers."""
    random = np.random.default_rng(0)
    values = random.normal(size=2_100_000).astype("<f4")
    positive = random.uniform(0.5, 1.5, 2048).astype("<f4")
    storages = {
        "0": Storage("0", "FloatStorage", values),
        "1": Storage("1", "FloatStorage", positive),
        "2": Storage("2", "LongStorage", np.zeros(1, "<i8")),
    }
    tensors, arrays = {}, {}
    for name, shape in shapes().items():
        content = "1" if name.endswith("running_var") else "0"
        arrays[name] = {"0": values, "1": positive}[content][: np.prod(shape)].reshape(shape)
        strides = [size // 4 for size in arrays[name].strides]
        tensors[name] = View(storages[content], 0, shape, strides)
    for name in kernels():
        tensors[f"{name}.bn.num_batches_tracked"] = View(storages["2"], 0, (), ())
    path = tmp_path_factory.mktemp("weights") / "weights.pth"
    return write_legacy(path, tensors, list(storages.values())), arrays


@pytest.fixture(scope="module")
def network(file):
    network = inception_2015.build()
    torch_weights.load(network, file[0])
    return network


def test_every_published_tensor_has_its_place(network, file):
    _, tensors = file
    assert len(kernels()) == 94
    # Keras counts 23,851,784 without the scales of BatchNorm and with 1,000 classes.
    scales = sum(shape[0] for shape in kernels().values())
    assert network.count_params() == 23_851_784 + scales + 8 * 2049
    for name in kernels():
        kernel = network.get_layer(f"{name}.conv").kernel
        expected = tensors[f"{name}.conv.weight"].transpose(2, 3, 1, 0)
        np.testing.assert_array_equal(kernel, expected)
        norm = network.get_layer(f"{name}.bn")
        found = (norm.gamma, norm.beta, norm.moving_mean, norm.moving_variance)
        for part, variable in zip(NORM, found, strict=True):
            np.testing.assert_array_equal(variable, tensors[f"{name}.bn.{part}"])


def test_images_of_299_pixels_have_the_papers_grids(network):
    expected = {
        "Conv2d_1a_3x3": (149, 32),
        "Conv2d_2a_3x3": (147, 32),
        "Conv2d_2b_3x3": (147, 64),
        "MaxPool_1": (73, 64),
        "Conv2d_3b_1x1": (73, 80),
        "Conv2d_4a_3x3": (71, 192),
        "MaxPool_2": (35, 192),
        "Mixed_5b": (35, 256),
        "Mixed_5d": (35, 288),
        "Mixed_6a": (17, 768),
        "Mixed_6e": (17, 768),
        "Mixed_7a": (8, 1280),
        "Mixed_7b": (8, 2048),
        "Mixed_7c": (8, 2048),
    }
    names = {layer.name for layer in network.layers}
    outputs = {
        name: network.get_layer(name if name in names else f"{name}.relu").output
        for name in expected
    }
    whole = keras.Model(network.input, outputs)
    found = whole.compute_output_spec(keras.KerasTensor((1, 299, 299, 3)))
    assert {name: value.shape for name, value in found.items()} == {
        name: (1, side, side, channels) for name, (side, channels) in expected.items()
    }


def test_images_enter_as_in_tensorflows_graph(network, file):
    _, tensors = file
    pixels = np.random.default_rng(1).integers(0, 256, (2, 9, 9, 3), dtype=np.uint8)
    first = keras.Model(network.input, network.get_layer("Conv2d_1a_3x3.relu").output)
    found = first(pixels / np.float32(127.5) - 1)
    windows = np.lib.stride_tricks.sliding_window_view((pixels - 128.0) / 128, (3, 3), (1, 2))
    x = np.einsum("nyxchw,ochw->nyxo", windows[:, ::2, ::2], tensors["Conv2d_1a_3x3.conv.weight"])
    scale, shift, mean, variance = (tensors[f"Conv2d_1a_3x3.bn.{part}"] for part in NORM)
    expected = np.maximum((x - mean) / np.sqrt(variance + 0.001) * scale + shift, 0)
    np.testing.assert_allclose(found, expected, atol=1e-4)


AVERAGED = ("5b", "5c", "5d", "6b", "6c", "6d", "6e", "7b")


@pytest.mark.parametrize("block", [*AVERAGED, "6a", "7a", "7c"])
def test_pools_do_not_count_what_lies_beyond_the_edge(network, block):
    # Negative, so that zeros beyond the edge would be the largest.
    x = -np.random.default_rng(0).uniform(1, 2, (1, 5, 5, 2)).astype("float32")
    framed = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], constant_values=np.nan)
    if block in ("6a", "7a"):
        framed = x
    windows = np.lib.stride_tricks.sliding_window_view(framed, (3, 3), (1, 2))
    reduce = np.nanmean if block in AVERAGED else np.nanmax
    expected = reduce(windows, axis=(-2, -1))
    if block in ("6a", "7a"):
        expected = expected[:, ::2, ::2]
    found = network.get_layer(f"Mixed_{block}.pool")(x)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_network_is_named_after_the_files_digest(network, file, monkeypatch, caplog):
    monkeypatch.setattr(inception_2015, "build", lambda: network)
    path, _ = file
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with caplog.at_level(logging.WARNING):
        found = inception_2015.load(path)
    assert found.name == f"inception_2015_{digest[:8]}"
    assert found.output.shape == (None, 2048)
    assert f"{path} is not the published file, as its SHA-256 begins with" in caplog.text
    caplog.clear()
    monkeypatch.setattr(inception_2015, "_PUBLISHED", digest)
    inception_2015.load(path)
    assert caplog.text == ""


@pytest.mark.slow
def test_up_to_the_last_pool_it_is_keras_inception_v3(network):
    # Keras numbers layers from where the models before have ended.
    keras.utils.clear_session()
    theirs = keras.applications.InceptionV3(include_top=False, weights=None)
    random = np.random.default_rng(0)
    suffixes = ["", *(f"_{number}" for number in range(1, 94))]
    # Keras numbers the convolutions in the order of the table.
    for name, suffix in zip(kernels(), suffixes, strict=True):
        convolution, norm = network.get_layer(f"{name}.conv"), network.get_layer(f"{name}.bn")
        shape = convolution.kernel.shape
        kernel = random.normal(0, np.sqrt(2 / np.prod(shape[:3])), shape)
        shift, mean = random.normal(0, 0.1, (2, shape[-1]))
        variance = random.uniform(0.5, 1.5, shape[-1])
        convolution.set_weights([kernel])
        norm.set_weights([np.ones(shape[-1]), shift, mean, variance])
        theirs.get_layer(f"conv2d{suffix}").set_weights([kernel])
        theirs.get_layer(f"batch_normalization{suffix}").set_weights([shift, mean, variance])
    images = random.uniform(-1, 1, (2, 107, 139, 3)).astype("float32")
    # What the weights of 2015 expect: (x - 128) / 128.
    scaled = ((images + 1) * 127.5 - 128) / 128
    for own, other in (("Mixed_5d", "mixed2"), ("Mixed_6e", "mixed7"), ("Mixed_7b", "mixed9")):
        found = keras.Model(network.input, network.get_layer(own).output)(images)
        expected = keras.Model(theirs.input, theirs.get_layer(other).output)(scaled)
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
    found = keras.Model(network.input, network.get_layer("Mixed_7c").output)(images)
    expected = theirs(scaled)
    # The last 192 channels are those of the pool.
    np.testing.assert_allclose(found[..., :-192], expected[..., :-192], rtol=1e-3, atol=1e-4)
    assert not np.allclose(found[..., -192:], expected[..., -192:], rtol=0.1)
