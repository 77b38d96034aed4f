"""The kernel that computes each layer on a CPU."""

import numpy as np
import pytest
import tensorflow as tf

from kerasgan.layers import Conv2D, Conv2DTranspose, UpsampleConv2D


def operations(layer, shape):
    """The types of a layer's TensorFlow operations."""
    if not layer.built:
        layer.build(shape)
    graph = tf.function(layer).get_concrete_function(tf.TensorSpec(shape)).graph
    return [operation.type for operation in graph.get_operations()]


def multiplications(layer, shape):
    """The types of a layer's operations that multiply."""
    types = operations(layer, shape)
    return [name for name in types if "MatMul" in name or name.startswith("Conv2D")]


@pytest.mark.parametrize(
    ("filters", "settings", "shape", "by_blocks"),
    [
        (3, {"padding": "same"}, (None, 4, 6, 2), True),
        (3, {"padding": "valid"}, (2, 6, 8, 2), True),
        (3, {"padding": "reflect"}, (2, 4, 6, 2), True),
        (5, {"padding": "same"}, (2, 4, 6, 2), False),
        (3, {"padding": "same"}, (2, 4, 5, 2), False),
        (3, {"padding": "same"}, (2, None, None, 2), False),
        (3, {"padding": "same", "strides": 2}, (2, 4, 8, 2), False),
    ],
)
def test_few_filters_and_even_sizes_are_computed_by_pixel_blocks(
    filters, settings, shape, by_blocks
):
    layer = Conv2D(filters, 3, **settings)
    assert ("DepthToSpace" in operations(layer, shape)) == by_blocks


@pytest.mark.parametrize(
    ("filters", "batch", "kind"), [(32, 2, "MatMul"), (31, 2, "Conv2D"), (32, None, "Conv2D")]
)
def test_four_filters_per_pixel_are_computed_by_patches(filters, batch, kind):
    assert multiplications(Conv2D(filters, 4, 2, "same"), (batch, 4, 4, 3)) == [kind]


@pytest.mark.parametrize(
    ("layer", "shape", "direct"),
    [
        (UpsampleConv2D(128), (16, 12, 12, 256), "Conv2DBackpropInput"),
        (Conv2D(256, 4, 2, "same"), (16, 16, 16, 128), "Conv2D"),
        (Conv2DTranspose(128, 4, 2, "same"), (16, 8, 8, 256), "Conv2DBackpropInput"),
        (Conv2D(256, 3, padding="reflect"), (1, 32, 32, 256), "Conv2D"),
    ],
)
def test_wide_layers_use_winograd_when_the_batch_size_is_known(layer, shape, direct):
    assert direct not in multiplications(layer, shape)
    assert multiplications(layer, (None, *shape[1:])) == [direct]


@pytest.mark.parametrize("kind", [Conv2D, Conv2DTranspose])
def test_wide_layers_use_winograd_in_half_precision(kind):
    shape = (16, 16, 16, 256)
    inputs = tf.constant(np.random.default_rng(0).normal(size=shape), tf.float32)
    half, full = (kind(256, 4, 2, "same", dtype=dtype) for dtype in ("mixed_bfloat16", "float32"))
    assert "BatchMatMulV2" in multiplications(half, shape)
    full.build(shape)
    full.set_weights(half.get_weights())
    outputs, expected = half(inputs), full(inputs)
    assert outputs.dtype == tf.bfloat16
    assert np.std(tf.cast(outputs, tf.float32) - expected) < 0.01 * np.std(expected)
