import keras
import numpy as np
import pytest
from keras import layers

from kerasgan.networks import acgan, cgan, cwgan, dcgan

LABELS = {"hair": 3, "eyes": 2}


def test_the_generator_has_the_reports_parameters():
    model = acgan.generator(96, 100, {"hair": 12, "eyes": 11})
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
    model = acgan.discriminator(96, {"hair": 12, "eyes": 11})
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
    for model in (acgan.generator(16, 4, LABELS, 0.1), acgan.discriminator(16, LABELS, 0.1)):
        norms = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
        assert norms
        assert {norm.momentum for norm in norms} == {0.75}


@pytest.mark.parametrize("size", [16, 32, 48])
def test_images_have_the_requested_size_and_range(size):
    generator = acgan.generator(size, 4, LABELS, width=0.1, activation="leaky_relu")
    random = np.random.default_rng(0)
    inputs = {
        name: random.normal(size=(2, tensor.shape[1])).astype("float32")
        for name, tensor in generator.input.items()
    }
    image = np.asarray(generator(inputs, training=False))
    assert image.shape == (2, size, size, 3)
    assert np.abs(image).max() <= 1
    logits = acgan.discriminator(size, LABELS, width=0.1)(image, training=False)
    assert [logits[head].shape for head in ("source", *LABELS)] == [(2, 1), (2, 3), (2, 2)]


@pytest.mark.parametrize("minibatch_stddev", [False, True])
def test_logits_depend_on_the_batch_only_with_minibatch_stddev(minibatch_stddev):
    keras.utils.set_random_seed(0)
    model = acgan.discriminator(16, LABELS, width=0.1, minibatch_stddev=minibatch_stddev)
    random = np.random.default_rng(0)
    first, second = random.normal(size=(2, 1, 16, 16, 3)).astype("float32")
    logits = [
        np.concatenate([head[0] for head in model(np.concatenate(batch), training=False).values()])
        for batch in ((first, first), (first, second))
    ]
    assert np.allclose(*logits, atol=1e-6) != minibatch_stddev


def test_activation_reaches_every_block():
    model = acgan.generator(16, 4, LABELS, 0.1, activation="leaky_relu")
    slopes = [
        np.asarray(layer(np.array([-1.0], "float32")))
        for layer in model.layers
        if layer.name.startswith("activation")
    ]
    np.testing.assert_allclose(slopes, np.full((4, 1), -0.2), rtol=1e-6)


def test_dcgan_has_the_reports_parameters():
    # No biases. BatchNorm has four vectors, except in the last layer (generator) and the first.
    assert dcgan.generator(64, 100).count_params() == (
        16 * 100 * 512 + 4 * 512  # 1x1 -> 4x4
        + 16 * 512 * 256 + 4 * 256  # -> 8x8
        + 16 * 256 * 128 + 4 * 128  # -> 16x16
        + 16 * 128 * 64 + 4 * 64  # -> 32x32
        + 16 * 64 * 3  # -> 64x64
    )  # fmt: skip
    convolutions = 16 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512)
    norms = 4 * (128 + 256 + 512)
    assert dcgan.discriminator(64).count_params() == convolutions + norms
    assert dcgan.discriminator(64, norm="none").count_params() == convolutions


def test_conditional_dcgan_has_the_reports_parameters():
    stack = dcgan.generator(64, 219).count_params()
    assert cgan.generator(64, 100, 119).count_params() == 119 * 119 + 119 + stack
    # DCGAN's convolutions and norms without its score.
    convolutions = dcgan.discriminator(64).count_params() - 16 * 512
    assert cgan.discriminator(64, 119).count_params() == (
        convolutions
        + 119 * 119 + 119  # the label
        + 16 * 119 * 119  # to 4x4x119, no bias
        + 16 * (512 + 119) * 512 + 4 * 512  # 631 channels to 512, BatchNorm
        + 512 + 1
    )  # fmt: skip


def test_conditional_wgan_has_the_reports_parameters():
    assert (
        cwgan.generator(64, 100, {"hair": 12, "eyes": 11}).count_params()
        == dcgan.generator(64, 123).count_params()
    )
    assert cwgan.critic(64, {"hair": 12, "eyes": 11}).count_params() == (
        16 * (3 * 32 + 32 * 64 + 64 * 128 + 128 * 256) + 32 + 64 + 128 + 256
        + (256 + 23) * 128 + 128  # 1x1, with the condition
        + 16 * 128 + 1
    )  # fmt: skip


@pytest.mark.parametrize("size", [16, 32, 64])
def test_dcgan_generates_and_scores_images_of_its_size(size):
    noise = np.random.default_rng(0).normal(size=(2, 4)).astype("float32")
    image = dcgan.generator(size, 4, width=0.1)({"noise": noise}, training=False)
    assert image.shape == (2, size, size, 3)
    assert dcgan.discriminator(size, width=0.1)(image, training=False).shape == (2, 1)


def test_generator_dropout_follows_every_norm():
    names = [layer.name for layer in dcgan.generator(64, 4, 0.1, dropout=0.5).layers]
    for block in range(4):
        index = names.index(f"dropout_{block}")
        assert names[index - 1 : index + 2] == [
            f"norm_{block}",
            f"dropout_{block}",
            f"activation_{block}",
        ]


def test_clipped_weights_lie_in_the_box():
    weights = np.array([-3.0, -0.005, 0.0, 2.0], "float32")
    np.testing.assert_allclose(dcgan.ClipWeights(0.01)(weights), [-0.01, -0.005, 0.0, 0.01])


def test_the_critic_gets_the_condition_at_every_position():
    critic = cwgan.critic(16, {"hair": 3, "eyes": 2}, 0.2)
    plane = keras.Model(critic.inputs, critic.get_layer("plane").output)
    hair, eyes = np.eye(3, dtype="float32")[[1]], np.eye(2, dtype="float32")[[0]]
    values = plane({"image": np.zeros((1, 16, 16, 3), "float32"), "hair": hair, "eyes": eyes})
    np.testing.assert_array_equal(values, np.broadcast_to([0, 1, 0, 1, 0], (1, 4, 4, 5)))
