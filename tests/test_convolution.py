import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.layers import winograd
from kerasgan.layers.convolution import (
    ColourConv2D,
    DeepConv2D,
    DeepConv2DTranspose,
    LabelledConv2D,
    ReflectedConv2D,
    UpsampleConv2D,
)
from kerasgan.layers.normalization import ReflectionPadding2D
from tests.gradients import compare


def compare_with_weights(ours, theirs, inputs):
    """Compare two layers that have the same random weights."""
    random = np.random.default_rng(1)
    for weights in zip(ours.weights, theirs.weights, strict=True):
        value = random.normal(size=weights[0].shape)
        for weight in weights:
            weight.assign(value)
    compare(ours, theirs, inputs)


@pytest.fixture(params=[False, True], ids=["convolved", "filtered"])
def filtered(request, monkeypatch):
    """Whether all convolutions are by minimal filtering."""
    monkeypatch.setattr(winograd, "WORTH", -np.inf if request.param else np.inf)


def repeat_and_convolve(filters, **settings):
    convolution = keras.layers.Conv2D(filters, 3, padding="same", **settings)
    return keras.Sequential([keras.layers.UpSampling2D(**settings), convolution])


@pytest.mark.usefixtures("filtered")
@pytest.mark.parametrize("shape", [(2, 5, 4, 3), (1, 1, 1, 2), (3, 2, 7, 1)])
def test_upsample_conv_is_upsampling_then_convolution(shape):
    ours, theirs = (kind(4, dtype="float64") for kind in (UpsampleConv2D, repeat_and_convolve))
    for layer in (ours, theirs):
        layer.build(shape)
    compare_with_weights(ours, theirs, tf.constant(np.random.default_rng(0).normal(size=shape)))


def test_upsample_conv_rounds_little_with_the_many_channels_that_are_filtered():
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


def test_upsample_conv_knows_its_shape_before_it_is_called():
    assert UpsampleConv2D(4).compute_output_shape((None, None, 8, 3)) == (None, None, 16, 4)


def test_upsample_conv_is_saved_with_its_model(tmp_path):
    start = keras.initializers.RandomNormal(stddev=0.02)
    model = keras.Sequential([keras.Input((4, 4, 3)), UpsampleConv2D(2, False, start)])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    picture = np.ones((1, 4, 4, 3), "float32")
    np.testing.assert_array_equal(loaded(picture), model(picture))
    assert not loaded.layers[0].use_bias
    assert loaded.layers[0].kernel_initializer.stddev == 0.02


@pytest.mark.parametrize(
    ("size", "padding", "shape"),
    [(3, "same", (2, 6, 4, 5)), (7, "same", (1, 2, 8, 3)), (7, "valid", (2, 10, 8, 4))],
)
@pytest.mark.parametrize("use_bias", [True, False])
def test_colour_conv_is_a_convolution(size, padding, shape, use_bias):
    settings = {"padding": padding, "activation": "tanh", "use_bias": use_bias}
    ours, theirs = (kind(3, size, **settings) for kind in (ColourConv2D, keras.layers.Conv2D))
    for layer in (ours, theirs):
        layer.build(shape)
    inputs = tf.constant(np.random.default_rng(0).normal(size=shape), tf.float32)
    compare_with_weights(ours, theirs, inputs)


def test_colour_conv_refuses_pictures_of_odd_size():
    with pytest.raises(ValueError, match=r"\(4, 5\) pixels"):
        ColourConv2D(3, 3, padding="same").build((1, 4, 5, 2))


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
@pytest.mark.parametrize("ratio", [0, np.inf], ids=["product", "no product"])
@pytest.mark.usefixtures("filtered")
def test_deep_conv_is_a_convolution(size, strides, padding, shape, ratio, monkeypatch):
    monkeypatch.setattr(DeepConv2D, "RATIO", ratio)
    kinds = (DeepConv2D, keras.layers.Conv2D)
    compare_of_every_order(kinds, shape, kernel_size=size, strides=strides, padding=padding)


@SHAPES
@pytest.mark.usefixtures("filtered")
def test_deep_transposed_conv_is_a_transposed_convolution(size, strides, padding, shape):
    kinds = (DeepConv2DTranspose, keras.layers.Conv2DTranspose)
    compare_of_every_order(kinds, shape, kernel_size=size, strides=strides, padding=padding)


@pytest.mark.usefixtures("filtered")
@pytest.mark.parametrize(("size", "shape"), [(3, (2, 5, 6, 3)), (5, (1, 4, 3, 2))])
def test_reflected_conv_is_padding_then_convolution(size, shape):
    of = {"dtype": "float64"}
    ours, padding = ReflectedConv2D(4, size, **of), ReflectionPadding2D(size // 2, **of)
    theirs = keras.Sequential([padding, keras.layers.Conv2D(4, size, **of)])
    for layer in (ours, theirs):
        layer.build(shape)
    assert ours.compute_output_shape(shape) == theirs.compute_output_shape(shape)
    compare_with_weights(ours, theirs, tf.constant(np.random.default_rng(0).normal(size=shape)))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (ColourConv2D(3, 7, activation="tanh"), (1, 2, 4, 3)),
        (ReflectedConv2D(4, 7), (1, 8, 10, 4)),
        (DeepConv2D(4, 4, 2, "same"), (1, 4, 5, 4)),
        (DeepConv2DTranspose(4, 4, 2, "same"), (1, 16, 20, 4)),
    ],
)
def test_a_convolution_is_saved_with_its_model(layer, shape, tmp_path):
    model = keras.Sequential([keras.Input((None, None, 4)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.layers[0]) is type(layer)
    picture = np.random.default_rng(0).normal(size=(1, 8, 10, 4)).astype("float32")
    np.testing.assert_array_equal(loaded(picture), model(picture))
    assert loaded(picture).shape == shape


def multiplying(layer, shape):
    """The kinds of a graph's operations that multiply."""
    if not layer.built:
        layer.build(shape)
    graph = tf.function(layer).get_concrete_function(tf.TensorSpec(shape)).graph
    types = [operation.type for operation in graph.get_operations()]
    return [name for name in types if "MatMul" in name or name.startswith("Conv2D")]


@pytest.mark.parametrize(
    ("filters", "batch", "kind"), [(32, 2, "MatMul"), (31, 2, "Conv2D"), (32, None, "Conv2D")]
)
def test_deep_conv_multiplies_patches_where_it_has_four_filters_for_each_pixel(
    filters, batch, kind
):
    assert multiplying(DeepConv2D(filters, 4, 2, "same"), (batch, 4, 4, 3)) == [kind]


@pytest.mark.parametrize(
    ("layer", "shape", "otherwise"),
    [
        (UpsampleConv2D(128), (16, 12, 12, 256), "Conv2DBackpropInput"),
        (DeepConv2D(256, 4, 2, "same"), (16, 16, 16, 128), "Conv2D"),
        (DeepConv2DTranspose(128, 4, 2, "same"), (16, 8, 8, 256), "Conv2DBackpropInput"),
        (ReflectedConv2D(256, 3), (1, 32, 32, 256), "Conv2D"),
    ],
)
def test_wide_layers_filter_where_the_batch_is_known(layer, shape, otherwise):
    assert otherwise not in multiplying(layer, shape)
    assert multiplying(layer, (None, *shape[1:])) == [otherwise]


@pytest.mark.parametrize("kind", [DeepConv2D, DeepConv2DTranspose])
def test_wide_layers_filter_in_half_precision(kind):
    shape = (16, 16, 16, 256)
    inputs = tf.constant(np.random.default_rng(0).normal(size=shape), tf.float32)
    half, full = (kind(256, 4, 2, "same", dtype=dtype) for dtype in ("mixed_bfloat16", "float32"))
    assert "BatchMatMulV2" in multiplying(half, shape)
    full.build(shape)
    full.set_weights(half.get_weights())
    outputs, expected = half(inputs), full(inputs)
    assert outputs.dtype == tf.bfloat16
    assert np.std(tf.cast(outputs, tf.float32) - expected) < 0.01 * np.std(expected)


class _OfConcatenation(keras.layers.Conv2D):
    """Keras's convolution of an image and of the planes of a label."""

    def call(self, inputs):
        image, label = inputs
        planes = label[:, None, None] * tf.ones_like(image[..., :1])
        return super().call(tf.concat([image, planes], axis=-1))


@pytest.mark.parametrize("sides", [(8, 5), (3, 4), (2, 9), (1, 1)])
def test_labelled_conv_is_a_convolution_of_repeated_labels(sides):
    random = np.random.default_rng(0)
    image, label = (
        tf.constant(random.normal(size=shape), tf.float32) for shape in ((2, *sides, 2), (2, 3))
    )
    ours, theirs = LabelledConv2D(4, 3), _OfConcatenation(4, 3, padding="same", use_bias=False)
    ours.build([image.shape, label.shape])
    theirs.build((2, *sides, 5))
    theirs.input_spec = None
    compare_with_weights(ours, theirs, [image, label])


def test_labelled_conv_is_saved_with_its_model(tmp_path):
    image, label = keras.Input((None, None, 3)), keras.Input((2,))
    layer = LabelledConv2D(4, 7)
    keras.Model([image, label], layer([image, label])).save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    inputs = [np.ones((1, 4, 12, 3), "float32"), np.ones((1, 2), "float32")]
    np.testing.assert_array_equal(loaded(inputs), layer(inputs))
