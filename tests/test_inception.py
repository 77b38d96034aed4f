import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from keras.src.legacy.saving import legacy_h5_format

from kerasgan.evaluation.features import inception
from kerasgan.utils.errors import InvalidInput


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (5, 12, 20, 3), dtype=np.uint8)


@pytest.fixture
def small(monkeypatch):
    """Put a network of one layer in the place of InceptionV3, which takes seconds to build."""

    def build(include_top, weights, pooling, input_shape):
        assert (include_top, weights, pooling) == (False, None, "avg")
        image = keras.Input(input_shape)
        return keras.Model(image, layers.GlobalAveragePooling2D()(layers.Conv2D(4, 1)(image)))

    monkeypatch.setattr(keras.applications, "InceptionV3", build)
    return build(False, None, "avg", (299, 299, 3))


@pytest.mark.parametrize("side", [12, 64, 299, 400])
def test_images_are_resized_as_by_tensorflow_1(side):
    images = np.random.default_rng(0).integers(0, 256, (2, side, 20, 3), dtype=np.uint8)
    expected = tf.compat.v1.image.resize_bilinear(
        images, (299, 299), align_corners=False, half_pixel_centers=False
    )
    found = inception.resized(images)
    assert found.dtype == np.float32
    # TensorFlow places pixels in float32: 255 levels * 400 pixels * 2^-24 twice.
    np.testing.assert_allclose(found, expected, atol=0.012)


def test_a_ramp_keeps_its_corner_and_ends_flat():
    ramp = np.arange(64.0).reshape(1, 64, 1, 1)
    expected = np.minimum(np.arange(299) * 64 / 299, 63)
    np.testing.assert_allclose(inception.resized(ramp)[0, :, 7, 0], expected, atol=1e-5)


def save(network, path):
    """Write weights as in the file that Keras downloads, which has Keras 2's format."""
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, network)


def test_features_are_those_of_the_network_with_the_kept_weights(
    small, images, tmp_path, monkeypatch
):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(inception, "_BATCH", 2)
    path = tmp_path / "models" / "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5"
    path.parent.mkdir()
    save(small, path)
    kernel, bias = small.get_weights()
    # A convolution of 1 x 1 and the mean change places.
    expected = (inception.resized(images) / 127.5 - 1).mean(axis=(1, 2)) @ kernel[0, 0] + bias
    found = inception.features(inception.load(), images)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    elsewhere = path.rename(tmp_path / "weights.h5")
    found = inception.features(inception.load(elsewhere), images)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_missing_weights_are_refused_with_where_they_belong(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    path = tmp_path / "models" / "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5"
    with pytest.raises(
        InvalidInput, match=f"weights of InceptionV3 are missing: no {path}; .*include_top=False"
    ):
        inception.load()


def test_other_weights_are_refused(small, tmp_path):
    path = tmp_path / "other.h5"
    path.write_bytes(b"no weights")
    with pytest.raises(InvalidInput, match=r"other.h5 must hold weights of InceptionV3"):
        inception.load(path)
    save(keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dense(2)]), path)
    with pytest.raises(InvalidInput, match=r"other.h5 must hold weights of InceptionV3"):
        inception.load(path)
