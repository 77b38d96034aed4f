"""Winograd's convolution equals TensorFlow's, with as few products as the paper counts."""

import numpy as np
import pytest
import tensorflow as tf

from kerasgan.layers.kernels import winograd

CONVOLUTIONS = [
    # side, kernel, strides, padding
    ((9, 12), (3, 3), (1, 1), "same"),
    ((8, 12), (4, 4), (2, 2), "same"),
    ((7, 5), (3, 3), (2, 2), "same"),
    ((7, 7), (4, 4), (1, 1), "valid"),
    ((7, 9), (4, 3), (2, 3), "valid"),
    ((1, 2), (3, 1), (1, 1), "same"),
    ((6, 13), (5, 2), (1, 1), "reflect"),
]


@pytest.fixture
def always(monkeypatch):
    monkeypatch.setattr(winograd, "MIN_GAIN", -np.inf)


def conv2d(images, kernel, strides, padding):
    if padding == "reflect":
        edges = [((size - 1) // 2, size // 2) for size in kernel.shape[:2]]
        images, padding = tf.pad(images, [(0, 0), *edges, (0, 0)], "REFLECT"), "valid"
    return tf.nn.conv2d(images, kernel, strides, padding.upper())


def random_tensors(dtype, *shapes):
    random = np.random.default_rng(0)
    return [tf.cast(random.normal(size=shape), dtype) for shape in shapes]


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize(("sides", "size", "strides", "padding"), CONVOLUTIONS)
def test_winograd_is_the_convolution_and_its_transpose(sides, size, strides, padding):
    images, kernel = random_tensors(tf.float64, (2, *sides, 3), (*size, 3, 5))
    chosen = winograd.choose_winograd(images.shape, kernel.shape, strides, padding, images.dtype)
    with tf.GradientTape() as tape:
        tape.watch(images)
        expected = conv2d(images, kernel, strides, padding)
    np.testing.assert_allclose(chosen.conv(images, kernel), expected, atol=1e-12)
    (outputs,) = random_tensors(tf.float64, expected.shape)
    transposed = tape.gradient(expected, images, output_gradients=outputs)
    np.testing.assert_allclose(chosen.conv_transpose(outputs, kernel), transposed, atol=1e-12)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize(("dtype", "error"), [(tf.float32, 3e-6), (tf.bfloat16, 1e-2)])
@pytest.mark.parametrize(("size", "stride"), [(3, 1), (4, 2)])
def test_rounding_is_small_in_every_precision(dtype, error, size, stride):
    images, kernel = random_tensors(dtype, (2, 24, 24, 64), (size, size, 64, 64))
    chosen = winograd.choose_winograd(images.shape, kernel.shape, (stride, stride), "same", dtype)
    outputs = tf.cast(chosen.conv(images, kernel), tf.float64)
    expected = conv2d(*(tf.cast(x, tf.float64) for x in (images, kernel)), stride, "same")
    assert np.std(outputs - expected) < error * np.std(expected)


@pytest.mark.parametrize(
    ("side", "size", "stride", "products", "tiles"),
    # F(4, 3); of 16 outputs F(4, 2), as F(5, 2) would make 20; of 10 F(5, 2).
    [(32, 3, 1, 6, 8), (32, 4, 2, 5, 4), (20, 4, 2, 6, 2)],
)
def test_an_axis_takes_the_fewest_products(side, size, stride, products, tiles):
    points = (0, 1, -1, 2, -2)
    axis = winograd.Axis(side, size, stride, "same", points).with_fewest_products()
    assert axis.input_transform().shape == (products, tiles, stride, side)
    assert axis.filter_transform().shape == (products, stride, size)
    assert axis.output_transform().shape == (products, tiles, 1, side // stride)


@pytest.mark.parametrize(
    ("shape", "kernel", "stride", "dtype", "is_faster"),
    [
        # Mostly multiplications: a residual block of CycleGAN, and the critic of WGAN-GP.
        ((1, 32, 32, 256), (3, 3, 256, 256), 1, tf.float32, True),
        ((1, 32, 32, 256), (3, 3, 256, 256), 1, tf.bfloat16, True),
        ((64, 16, 16, 128), (4, 4, 128, 256), 2, tf.float32, True),
        # Few channels, few pixels, long sums, odd taps for the stride, many taps, unknown batch.
        ((64, 48, 48, 32), (3, 3, 32, 64), 1, tf.float32, False),
        ((1, 4, 4, 512), (4, 4, 512, 512), 2, tf.float32, False),
        ((1, 256, 256, 256), (3, 3, 256, 256), 1, tf.float32, False),
        ((64, 24, 24, 256), (3, 3, 256, 256), 2, tf.float32, False),
        ((64, 128, 128, 64), (7, 7, 64, 64), 1, tf.float32, False),
        ((None, 32, 32, 256), (3, 3, 256, 256), 1, tf.float32, False),
    ],
)
def test_winograd_is_chosen_when_it_is_faster(shape, kernel, stride, dtype, is_faster):
    chosen = winograd.choose_winograd(shape, kernel, (stride, stride), "same", dtype)
    assert (chosen is not None) == is_faster
