import numpy as np
import pytest
from keras import layers

from kerasgan.networks import acgan


def test_the_generator_has_the_reports_parameters():
    model = acgan.generator(96, 100, 12, 11)
    # Dense (100 + 12 + 11) -> 128 * 6 * 6, and BatchNorm's four vectors.
    assert model.count_params() == (
        (123 * 4608 + 4608 + 4 * 128)
        # Conv 3x3 with bias, BatchNorm: 128 -> 512 -> 256 -> 128 -> 64.
        + (9 * 128 * 512 + 512 + 4 * 512)
        + (9 * 512 * 256 + 256 + 4 * 256)
        + (9 * 256 * 128 + 128 + 4 * 128)
        + (9 * 128 * 64 + 64 + 4 * 64)
        # Conv 3x3 to RGB.
        + (9 * 64 * 3 + 3)
    )
    assert model.count_params() == 2_716_547


def test_the_discriminator_has_the_reports_parameters():
    model = acgan.discriminator(96, 12, 11)
    assert model.count_params() == (
        (9 * 3 * 32 + 32)
        # Conv 3x3 with bias, BatchNorm: 32 -> 64 -> 128 -> 256 -> 256.
        + (9 * 32 * 64 + 64 + 4 * 64)
        + (9 * 64 * 128 + 128 + 4 * 128)
        + (9 * 128 * 256 + 256 + 4 * 256)
        + (9 * 256 * 256 + 256 + 4 * 256)
        # 96 pixels, halved three times; heads of 1 + 12 + 11.
        + (12 * 12 * 256 * 24 + 24)
    )
    assert model.count_params() == 1_866_072


def test_every_batch_norm_has_the_reports_momentum():
    for model in (acgan.generator(16, 4, 2, 2, 0.1), acgan.discriminator(16, 2, 2, 0.1)):
        norms = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
        assert norms
        assert {norm.momentum for norm in norms} == {0.75}


@pytest.mark.parametrize("size", [16, 32, 48])
def test_pictures_have_the_wanted_size_and_range(size):
    generator = acgan.generator(size, 4, 3, 2, width=0.1, activation="leaky_relu")
    random = np.random.default_rng(0)
    inputs = {
        name: random.normal(size=(2, tensor.shape[1])).astype("float32")
        for name, tensor in generator.input.items()
    }
    image = np.asarray(generator(inputs, training=False))
    assert image.shape == (2, size, size, 3)
    assert np.abs(image).max() <= 1
    logits = acgan.discriminator(size, 3, 2, width=0.1)(image, training=False)
    assert [head.shape for head in logits] == [(2, 1), (2, 3), (2, 2)]


def test_activation_reaches_every_block():
    model = acgan.generator(16, 4, 2, 2, 0.1, activation="leaky_relu")
    slopes = [
        np.asarray(layer(np.array([-1.0], "float32")))
        for layer in model.layers
        if layer.name.startswith("activation")
    ]
    np.testing.assert_allclose(slopes, np.full((4, 1), -0.2), rtol=1e-6)
