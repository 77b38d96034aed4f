import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.layers import (
    Conv2D,
    Conv2DTranspose,
    LabelConcatConv2D,
    ReflectionPadding2D,
    SpectralConv2D,
    UpsampleConv2D,
)
from kerasgan.layers.kernels import patches, winograd
from tests.gradients import compare


def compare_with_weights(ours, theirs, inputs):
    """Compare two layers with the same random weights."""
    random = np.random.default_rng(1)
    for weights in zip(ours.weights, theirs.weights, strict=True):
        value = random.normal(size=weights[0].shape)
        for weight in weights:
            weight.assign(value)
    compare(ours, theirs, inputs)


@pytest.fixture(params=[False, True], ids=["direct", "winograd"])
def with_winograd(request, monkeypatch):
    """Compute every convolution by Winograd's algorithm, or none."""
    monkeypatch.setattr(winograd, "MIN_GAIN", -np.inf if request.param else np.inf)


def repeat_and_convolve(filters, **settings):
    convolution = keras.layers.Conv2D(filters, 3, padding="same", **settings)
    return keras.Sequential([keras.layers.UpSampling2D(**settings), convolution])


@pytest.mark.usefixtures("with_winograd")
@pytest.mark.parametrize("shape", [(2, 5, 4, 3), (1, 1, 1, 2), (3, 2, 7, 1)])
def test_upsample_conv_is_upsampling_then_convolution(shape):
    ours, theirs = (kind(4, dtype="float64") for kind in (UpsampleConv2D, repeat_and_convolve))
    for layer in (ours, theirs):
        layer.build(shape)
    compare_with_weights(ours, theirs, tf.constant(np.random.default_rng(0).normal(size=shape)))


def test_upsample_conv_rounds_little_with_many_channels():
    shape = (16, 12, 12, 256)
    random = np.random.default_rng(0)
    inputs, upstream = (
        tf.constant(random.normal(size=size), tf.float32) for size in (shape, (16, 24, 24, 128))
    )
    layers = (UpsampleConv2D(128), repeat_and_convolve(128))
    found = []
    for layer in layers:
        layer.build(shape)
        layer.set_weights(layers[0].get_weights())
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
        of = [inputs, layer.trainable_variables[0].value]
        found.append([outputs, *tape.gradient(outputs, of, output_gradients=upstream)])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-5 * np.abs(other).max())


def test_upsample_conv_computes_its_shape_before_it_is_called():
    assert UpsampleConv2D(4).compute_output_shape((None, None, 8, 3)) == (None, None, 16, 4)


def test_upsample_conv_is_saved_with_its_model(tmp_path):
    start = keras.initializers.RandomNormal(stddev=0.02)
    model = keras.Sequential([keras.Input((4, 4, 3)), UpsampleConv2D(2, False, start)])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    image = np.ones((1, 4, 4, 3), "float32")
    np.testing.assert_array_equal(loaded(image), model(image))
    assert not loaded.layers[0].use_bias
    assert loaded.layers[0].kernel_initializer.stddev == 0.02


@pytest.mark.parametrize(
    ("size", "padding", "shape"),
    [(3, "same", (2, 6, 4, 5)), (7, "same", (1, 2, 8, 3)), (7, "valid", (2, 10, 8, 4))],
)
@pytest.mark.parametrize("use_bias", [True, False])
def test_a_convolution_to_colours_by_pixel_blocks_is_a_convolution(size, padding, shape, use_bias):
    settings = {"padding": padding, "activation": "tanh", "use_bias": use_bias}
    ours, theirs = (kind(3, size, **settings) for kind in (Conv2D, keras.layers.Conv2D))
    for layer in (ours, theirs):
        layer.build(shape)
    inputs = tf.constant(np.random.default_rng(0).normal(size=shape), tf.float32)
    compare_with_weights(ours, theirs, inputs)


def test_an_even_kernel_is_padded_as_keras_pads_it():
    shape = (2, 4, 6, 3)
    ours, theirs = (kind(3, 4, padding="same") for kind in (Conv2D, keras.layers.Conv2D))
    for layer in (ours, theirs):
        layer.build(shape)
    inputs = tf.constant(np.random.default_rng(0).normal(size=shape), tf.float32)
    compare_with_weights(ours, theirs, inputs)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dilation_rate": 2}, r"must be 1, got groups=1 and dilation_rate=\(2, 2\)"),
        ({"groups": 2}, "must be 1, got groups=2"),
        ({"strides": 2, "padding": "reflect"}, r"strides must be 1 .*, got \(2, 2\)"),
    ],
)
def test_unsupported_convolutions_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Conv2D(4, 3, **settings)


def norm_gradients(layer, inputs):
    """The gradient towards the kernel of a sum of the layer's input gradients' squares."""
    with tf.GradientTape() as penalised, tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = tf.sin(layer(inputs))
        gradient = tape.gradient(outputs, inputs)
        penalty = tf.reduce_sum(gradient**2)
    return penalised.gradient(penalty, layer.kernel.value)


SHAPES = pytest.mark.parametrize(
    ("size", "strides", "padding", "shape"),
    [
        (4, 2, "same", (2, 8, 4, 3)),
        (4, 2, "same", (1, 5, 7, 2)),
        (3, 1, "same", (2, 4, 2, 3)),
        (4, 1, "valid", (2, 6, 4, 3)),
        (1, 1, "valid", (2, 3, 2, 4)),
        ((3, 2), (2, 3), "same", (2, 5, 8, 3)),
    ],
)


def compare_of_every_order(kinds, shape, **settings):
    settings |= {"activation": "tanh", "dtype": "float64"}
    ours, theirs = (kind(5, **settings) for kind in kinds)
    for layer in (ours, theirs):
        layer.build(shape)
    inputs = tf.constant(np.random.default_rng(0).normal(size=shape))
    compare_with_weights(ours, theirs, inputs)
    one, other = (norm_gradients(layer, inputs) for layer in (ours, theirs))
    np.testing.assert_allclose(one, other, atol=1e-5, rtol=1e-5)


@SHAPES
@pytest.mark.parametrize("min_filters", [0, np.inf], ids=["patches", "no patches"])
@pytest.mark.usefixtures("with_winograd")
def test_conv_is_a_convolution(size, strides, padding, shape, min_filters, monkeypatch):
    monkeypatch.setattr(patches, "MIN_FILTERS_PER_PIXEL", min_filters)
    kinds = (Conv2D, keras.layers.Conv2D)
    compare_of_every_order(kinds, shape, kernel_size=size, strides=strides, padding=padding)


@SHAPES
@pytest.mark.usefixtures("with_winograd")
def test_transposed_conv_is_a_transposed_convolution(size, strides, padding, shape):
    kinds = (Conv2DTranspose, keras.layers.Conv2DTranspose)
    compare_of_every_order(kinds, shape, kernel_size=size, strides=strides, padding=padding)


@pytest.mark.usefixtures("with_winograd")
@pytest.mark.parametrize("min_filters", [0, np.inf], ids=["patches", "no patches"])
@pytest.mark.parametrize(("size", "shape"), [(3, (2, 5, 6, 3)), (5, (1, 4, 3, 2))])
def test_a_reflecting_conv_is_padding_then_convolution(size, shape, min_filters, monkeypatch):
    monkeypatch.setattr(patches, "MIN_FILTERS_PER_PIXEL", min_filters)
    settings = {"dtype": "float64"}
    ours = Conv2D(4, size, padding="reflect", **settings)
    padding = ReflectionPadding2D(size // 2, **settings)
    theirs = keras.Sequential([padding, keras.layers.Conv2D(4, size, **settings)])
    for layer in (ours, theirs):
        layer.build(shape)
    assert ours.compute_output_shape(shape) == theirs.compute_output_shape(shape)
    compare_with_weights(ours, theirs, tf.constant(np.random.default_rng(0).normal(size=shape)))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv2D(3, 7, activation="tanh"), (1, 2, 4, 3)),
        (Conv2D(4, 7, padding="reflect"), (1, 8, 10, 4)),
        (Conv2D(4, 4, 2, "same"), (1, 4, 5, 4)),
        (Conv2DTranspose(4, 4, 2, "same"), (1, 16, 20, 4)),
    ],
)
def test_a_convolution_is_saved_with_its_model(layer, shape, tmp_path):
    model = keras.Sequential([keras.Input((None, None, 4)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.layers[0]) is type(layer)
    image = np.random.default_rng(0).normal(size=(1, 8, 10, 4)).astype("float32")
    np.testing.assert_array_equal(loaded(image), model(image))
    assert loaded(image).shape == shape


class _ConcatConv2D(keras.layers.Conv2D):
    """Keras's convolution of an image concatenated with a label's planes."""

    def call(self, inputs):
        image, label = inputs
        planes = label[:, None, None] * tf.ones_like(image[..., :1])
        return super().call(tf.concat([image, planes], axis=-1))


@pytest.mark.parametrize("sides", [(8, 5), (3, 4), (2, 9), (1, 1)])
def test_label_concat_conv_is_a_convolution_of_repeated_labels(sides):
    random = np.random.default_rng(0)
    image, label = (
        tf.constant(random.normal(size=shape), tf.float32) for shape in ((2, *sides, 2), (2, 3))
    )
    ours, theirs = LabelConcatConv2D(4, 3), _ConcatConv2D(4, 3, padding="same", use_bias=False)
    ours.build([image.shape, label.shape])
    theirs.build((2, *sides, 5))
    theirs.input_spec = None
    compare_with_weights(ours, theirs, [image, label])


def test_label_concat_conv_is_saved_with_its_model(tmp_path):
    image, label = keras.Input((None, None, 3)), keras.Input((2,))
    layer = LabelConcatConv2D(4, 7)
    keras.Model([image, label], layer([image, label])).save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    inputs = [np.ones((1, 4, 12, 3), "float32"), np.ones((1, 2), "float32")]
    np.testing.assert_array_equal(loaded(inputs), layer(inputs))


def spectral(stddev=0.5, **settings):
    layer = SpectralConv2D(
        4, 3, kernel_initializer=keras.initializers.RandomNormal(stddev, seed=1), **settings
    )
    layer.build((None, 8, 8, 3))
    return layer


def test_a_spectral_convolution_divides_by_the_largest_singular_value():
    layer = spectral(use_bias=False)
    images = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    for _ in range(100):
        layer(images, training=True)
    kernel = layer.kernel.numpy()
    sigma = np.linalg.svd(kernel.reshape(27, 4), compute_uv=False)[0]
    expected = tf.nn.conv2d(images, kernel / sigma, 1, "VALID")
    np.testing.assert_allclose(layer(images), expected, rtol=1e-4, atol=1e-5)
    # The kernel itself is as before, and ten times the kernel has the same outputs.
    layer.kernel.assign(10 * kernel)
    np.testing.assert_allclose(layer(images), expected, rtol=1e-4, atol=1e-5)


def test_the_gradient_passes_through_the_spectral_norm():
    """Miyato et al. 2018, eq. 12: the outputs do not change along the kernel itself."""
    layer = spectral(use_bias=False)
    images = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    for _ in range(100):
        layer(images, training=True)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(images) ** 3)
    gradient = tape.gradient(loss, layer.kernel.value).numpy()
    along = (gradient * layer.kernel.numpy()).sum()
    assert abs(along) < 1e-3 * np.linalg.norm(gradient) * np.linalg.norm(layer.kernel.numpy())


def test_the_power_iteration_advances_only_in_training():
    layer = spectral()
    images = np.ones((1, 8, 8, 3), "float32")
    before = layer.u.numpy()
    layer(images)
    np.testing.assert_array_equal(layer.u.numpy(), before)
    layer(images, training=True)
    assert not np.array_equal(layer.u.numpy(), before)
