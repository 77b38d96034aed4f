import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.convolutions import (
    ColourConv2D,
    DeepConv2D,
    LabelledConv2D,
    UpsampleConv2D,
)
from tests.gradients import compare


def compare_with_weights(ours, theirs, inputs, **settings):
    """Compare two layers that have the same random weights."""
    random = np.random.default_rng(1)
    for weights in zip(ours.weights, theirs.weights, strict=True):
        value = random.normal(size=weights[0].shape)
        for weight in weights:
            weight.assign(value)
    compare(ours, theirs, inputs, **settings)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("shape", [(2, 5, 4, 3), (1, 1, 1, 2), (3, 2, 7, 1)])
def test_upsample_conv_is_upsampling_then_convolution(shape, training, monkeypatch):
    monkeypatch.setattr(UpsampleConv2D, "MANY", 1)
    random = np.random.default_rng(0)
    inputs = tf.constant(random.normal(size=shape), tf.float32)
    ours = UpsampleConv2D(4)
    theirs = keras.Sequential(
        [keras.layers.UpSampling2D(), keras.layers.Conv2D(4, 3, padding="same")]
    )
    ours.build(shape)
    theirs.build(shape)
    compare_with_weights(ours, theirs, inputs, training=training)


@pytest.mark.parametrize(("channels", "training"), [(256, True), (255, True), (256, False)])
def test_upsample_conv_shares_differences_where_many_channels_are_trained(channels, training):
    layer = UpsampleConv2D(2)
    layer.build((1, 2, 2, channels))
    graph = (
        tf.function(layer)
        .get_concrete_function(tf.TensorSpec((None, 2, 2, channels)), training=training)
        .graph
    )
    multiplying = [op.type for op in graph.get_operations() if op.type.startswith("Conv2D")]
    shares = channels >= UpsampleConv2D.MANY and training
    assert multiplying == (["Conv2D"] * 4 if shares else ["Conv2DBackpropInput"])


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


def test_colour_conv_is_saved_with_its_model(tmp_path):
    model = keras.Sequential([keras.Input((None, None, 4)), ColourConv2D(3, 7, activation="tanh")])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    picture = np.random.default_rng(0).normal(size=(1, 8, 10, 4)).astype("float32")
    np.testing.assert_array_equal(loaded(picture), model(picture))
    assert loaded(picture).shape == (1, 2, 4, 3)


def norm_gradients(layer, inputs):
    """Return the gradient towards the kernel of a sum of the layer's input gradients' squares."""
    with tf.GradientTape() as penalised, tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = tf.sin(layer(inputs))
        gradient = tape.gradient(outputs, inputs)
        penalty = tf.reduce_sum(gradient**2)
    return penalised.gradient(penalty, layer.kernel.value)


@pytest.mark.parametrize(
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
def test_deep_conv_is_a_convolution(size, strides, padding, shape, monkeypatch):
    monkeypatch.setattr(DeepConv2D, "RATIO", 0)
    settings = {"strides": strides, "padding": padding, "activation": "tanh"}
    ours, theirs = (kind(5, size, **settings) for kind in (DeepConv2D, keras.layers.Conv2D))
    for layer in (ours, theirs):
        layer.build(shape)
    inputs = tf.constant(np.random.default_rng(0).normal(size=shape), tf.float32)
    compare_with_weights(ours, theirs, inputs)
    one, other = (norm_gradients(layer, inputs) for layer in (ours, theirs))
    np.testing.assert_allclose(one, other, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("filters", "batch", "kind"), [(32, 2, "MatMul"), (31, 2, "Conv2D"), (32, None, "Conv2D")]
)
def test_deep_conv_multiplies_patches_where_it_has_four_filters_for_each_pixel(
    filters, batch, kind
):
    layer = DeepConv2D(filters, 4, 2, "same")
    layer.build((batch, 4, 4, 3))
    graph = tf.function(layer).get_concrete_function(tf.TensorSpec((batch, 4, 4, 3))).graph
    types = [operation.type for operation in graph.get_operations()]
    assert [name for name in types if name in ("MatMul", "Conv2D")] == [kind]


class _OfConcatenation(keras.layers.Conv2D):
    """Keras's convolution of a picture and of the planes of a label."""

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
