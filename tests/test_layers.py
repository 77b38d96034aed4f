import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.layers import ReflectionPadding2D, UpsampleConv2D


@pytest.mark.parametrize("shape", [(2, 5, 4, 3), (1, 1, 1, 2), (3, 2, 7, 1)])
def test_upsample_conv_is_upsampling_then_convolution(shape):
    random = np.random.default_rng(0)
    inputs = tf.constant(random.normal(size=shape), tf.float32)
    ours = UpsampleConv2D(4)
    theirs = keras.Sequential(
        [keras.layers.UpSampling2D(), keras.layers.Conv2D(4, 3, padding="same")]
    )
    ours.build(shape)
    theirs.build(shape)
    weights = [random.normal(size=weight.shape) for weight in ours.weights]
    gradients = []
    for layer in (ours, theirs):
        layer.set_weights(weights)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
            loss = tf.reduce_sum(tf.sin(outputs))
        variables = [variable.value for variable in layer.trainable_variables]
        gradients.append([outputs, *tape.gradient(loss, [inputs, *variables])])
    for one, other in zip(*gradients, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5, rtol=1e-5)


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


@pytest.mark.parametrize("padding", [1, 3])
def test_reflection_padding_is_numpys(padding):
    pictures = np.random.default_rng(0).normal(size=(2, 5, 4, 3)).astype("float32")
    sides = (padding, padding)
    expected = np.pad(pictures, ((0, 0), sides, sides, (0, 0)), mode="reflect")
    np.testing.assert_array_equal(ReflectionPadding2D(padding)(pictures), expected)


def test_reflection_padding_knows_its_shape_before_it_is_called():
    assert ReflectionPadding2D(3).compute_output_shape((None, None, 8, 3)) == (None, None, 14, 3)
