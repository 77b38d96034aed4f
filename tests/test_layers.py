import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.layers import (
    ByteDropout,
    FusedBatchNormalization,
    InstanceNormalization,
    MinibatchStddev,
    PenaltyLeakyReLU,
    ReflectionPadding2D,
)
from tests.gradients import compare


@pytest.mark.parametrize("padding", [1, 3])
def test_reflection_padding_is_numpys(padding):
    images = np.random.default_rng(0).normal(size=(2, 5, 4, 3)).astype("float32")
    sides = (padding, padding)
    expected = np.pad(images, ((0, 0), sides, sides, (0, 0)), mode="reflect")
    np.testing.assert_array_equal(ReflectionPadding2D(padding)(images), expected)


def test_reflection_padding_computes_its_shape_before_it_is_called():
    assert ReflectionPadding2D(3).compute_output_shape((None, None, 8, 3)) == (None, None, 14, 3)


def normal(*shape):
    return tf.constant(np.random.default_rng(0).normal(3, 2, size=shape), tf.float32)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(4, 5, 3, 2), (1, 1, 1, 3), (6, 4)])
def test_fused_batch_norm_is_keras_batch_norm(shape, training):
    ours, theirs = (
        kind(momentum=0.75) for kind in (FusedBatchNormalization, keras.layers.BatchNormalization)
    )
    for layer in (ours, theirs):
        layer.build(shape)
        layer.set_weights([np.full(shape[-1:], value) for value in (0.5, 0.2, 1.0, 2.0)])
    compare(ours, theirs, normal(*shape), training=training)
    assert [weight.path.split("/")[-1] for weight in ours.weights] == [
        weight.path.split("/")[-1] for weight in theirs.weights
    ]
    for our_weight, their_weight in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(our_weight, their_weight, rtol=1e-5)


def test_penalty_leaky_relu_is_keras_leaky_relu():
    inputs = normal(4, 5, 3, 2) - 3
    compare(PenaltyLeakyReLU(0.2), keras.layers.LeakyReLU(0.2), inputs)


def test_a_gradient_penalty_through_leaky_relu_ends_at_its_slopes():
    inputs, weights = normal(4, 3) - 3, normal(3, 2)
    activation = PenaltyLeakyReLU(0.2)
    with tf.GradientTape(persistent=True) as penalised:
        penalised.watch([inputs, weights])
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            scores = activation(inputs @ weights)
        penalty = tf.reduce_sum(tf.square(tape.gradient(scores, inputs)))
    slopes = np.where(inputs @ weights > 0, 1.0, 0.2)
    # d/dW of sum_b |W s_b|^2, where the slopes s are constants.
    expected = 2 * weights.numpy() @ (slopes.T @ slopes)
    np.testing.assert_allclose(penalised.gradient(penalty, weights), expected, rtol=1e-5)
    assert penalised.gradient(penalty, inputs) is None


@pytest.mark.parametrize("count", [1, 2, 9])
@pytest.mark.parametrize("affine", [False, True])
def test_instance_norm_is_keras_group_norm_of_single_channels(count, affine):
    shape = (count, 5, 4, 3)
    ours = InstanceNormalization(affine)
    settings = {"epsilon": 1e-5, "center": affine, "scale": affine}
    theirs = keras.layers.GroupNormalization(-1, **settings)
    for layer in (ours, theirs):
        layer.build(shape)
        layer.set_weights([np.full(3, value) for value in (0.5, 0.2)][: 2 * affine])
    compare(ours, theirs, normal(*shape))


def test_instance_norm_is_numpys():
    images = normal(2, 5, 4, 3).numpy()
    mean = images.mean(axis=(1, 2), keepdims=True)
    variance = images.var(axis=(1, 2), keepdims=True)
    norm = InstanceNormalization()
    expected = (images - mean) / np.sqrt(variance + 1e-5)
    np.testing.assert_allclose(norm(images), expected, atol=1e-5)
    assert norm.weights == []
    np.testing.assert_array_equal(norm(np.full((1, 4, 4, 3), 7, "float32")), np.zeros((1, 4, 4, 3)))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize(
    ("layer", "settings"),
    [(FusedBatchNormalization, {"training": True}), (InstanceNormalization, {})],
)
def test_norms_of_half_precision_have_statistics_in_float32(layer, settings, dtype):
    # Their squares overflow float16.
    images = 300 + 100 * normal(2, 4, 4, 3)
    norm = layer(dtype=f"mixed_{dtype}")
    outputs = norm(images, **settings)
    assert outputs.dtype == dtype
    expected = layer()(tf.cast(tf.cast(images, dtype), tf.float32), **settings)
    np.testing.assert_allclose(tf.cast(outputs, tf.float32), expected, atol=0.02)


@pytest.mark.parametrize("layer", [FusedBatchNormalization(), InstanceNormalization(affine=True)])
def test_norms_are_saved_with_their_model(tmp_path, layer):
    model = keras.Sequential([keras.Input((4, 4, 3)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    images = normal(2, 4, 4, 3)
    np.testing.assert_array_equal(loaded(images), model(images))
    assert loaded.layers[0].get_config() == layer.get_config()


@pytest.mark.parametrize("rate", [0.25, 0.5])
def test_byte_dropout_drops_its_rate_and_keeps_the_mean(rate):
    layer = ByteDropout(rate, seed=0)
    inputs = tf.fill([1001, 101], 3.0)
    outputs = np.asarray(layer(inputs, training=True))
    np.testing.assert_allclose(np.unique(outputs), [0, 3 / (1 - rate)], rtol=1e-6)
    # Five standard deviations of the fraction of 101,101 values.
    assert np.mean(outputs == 0) == pytest.approx(rate, abs=5 * np.sqrt(rate * (1 - rate) / 1e5))
    # Neighbours along either axis are independent.
    dropped = outputs == 0
    for pair in (dropped[1:] & dropped[:-1], dropped[:, 1:] & dropped[:, :-1]):
        assert np.mean(pair) == pytest.approx(rate**2, abs=0.005)
    assert not np.array_equal(outputs, layer(inputs, training=True))
    np.testing.assert_array_equal(layer(inputs, training=False), inputs)


def test_byte_dropout_refuses_a_rate_that_bytes_cannot_express():
    with pytest.raises(ValueError, match=r"rate must be a multiple of 1/256, got 0.3"):
        ByteDropout(0.3)


def test_the_gradient_of_byte_dropout_is_its_mask():
    layer = ByteDropout(0.5, seed=0)
    inputs = normal(3, 4, 4, 2)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs, training=True)
    np.testing.assert_allclose(tape.gradient(outputs, inputs), outputs / inputs, rtol=1e-5)


def test_minibatch_stddev_is_numpys():
    features = normal(6, 4, 3, 2)
    expected = np.log(np.std(features, axis=0).mean(axis=(0, 1)))
    np.testing.assert_allclose(MinibatchStddev()(features), np.tile(expected, (6, 1)), rtol=1e-4)


def test_equal_images_have_a_finite_minibatch_stddev_and_gradient():
    features = tf.ones([4, 2, 2, 3])
    with tf.GradientTape() as tape:
        tape.watch(features)
        stddev = MinibatchStddev()(features)
    assert np.isfinite(stddev).all()
    assert np.isfinite(tape.gradient(stddev, features)).all()
