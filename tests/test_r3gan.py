"""R3GAN: its losses in closed form, and training on distributions in the plane."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from kerasgan.models.r3gan import R3GAN
from kerasgan.networks import r3gan
from tests.conftest import tiny_config
from tests.test_models import build, floats

LABELS = {"hair": 3, "eyes": 2}


class LinearCritic:
    """D(x, y) = slope * sum(x) + bias, plus class logits that equal their index."""

    def __init__(self, slope, bias=0.0):
        self.slope, self.bias = slope, bias

    def __call__(self, images, training):
        assert training
        score = self.slope * ops.sum(images, axis=(1, 2, 3))[:, None] + self.bias
        count = images.shape[0]
        logits = {
            name: ops.broadcast_to(ops.arange(size, dtype="float32"), (count, size))
            for name, size in LABELS.items()
        }
        return {"source": score, **logits}


def toy(**changes):
    model = R3GAN(**tiny_config("r3gan", **changes).model_options())
    model.discriminator = LinearCritic(0.5)
    return model


def inputs(real=0.0, fake=0.0, count=8):
    shape = [count, 2, 2, 3]
    labels = {name: tf.one_hot([1] * count, size) for name, size in LABELS.items()}
    return {"image": tf.fill(shape, real), "labels": labels}, tf.fill(shape, fake)


def test_a_score_is_the_source_plus_the_logit_of_each_label_and_nothing_for_a_missing_one():
    images = tf.zeros([2, 2, 2, 3])
    labels = {"hair": tf.constant([[0.0, 0, 1], [0, 0, 0]]), "eyes": tf.one_hot([1, 1], 2)}
    model = toy()
    model.discriminator = LinearCritic(0.5, bias=10.0)
    score, logits = model.score(images, labels)
    np.testing.assert_allclose(score, [10 + 2 + 1, 10 + 0 + 1])
    assert set(logits) == {"hair", "eyes"}


def test_both_players_losses_compare_pairs():
    # Scores of real images exceed those of generated ones by 0.5 * 12 * (0.2 - 0.1).
    losses, _ = toy().discriminator_losses(*inputs(0.2, 0.1))
    assert float(losses["d_relativistic"]) == pytest.approx(np.log1p(np.exp(-0.6)), rel=1e-5)
    losses, _ = toy().generator_losses(*inputs(0.2, 0.1))
    assert float(losses["g_relativistic"]) == pytest.approx(np.log1p(np.exp(0.6)), rel=1e-5)


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_the_penalty_is_half_gamma_times_the_squared_norms_of_both_kinds(share):
    model = toy(penalty_weight=3.0, penalty_share=share)
    losses, metrics = model.discriminator_losses(*inputs(0.2, 0.1))
    squared_norm = 0.5**2 * 12
    assert float(metrics["d_r1"]) == float(metrics["d_r2"]) == pytest.approx(squared_norm)
    assert float(losses["d_penalty"]) == pytest.approx(3.0 / 2 * 2 * squared_norm)


def test_the_penalty_is_of_the_conditional_score():
    class Projection(LinearCritic):
        def __call__(self, images, training):
            logits = super().__call__(images, training)
            logits["hair"] += 2.0 * ops.sum(images, axis=(1, 2, 3))[:, None]
            return logits

    model = toy()
    model.discriminator = Projection(0.5)
    _, metrics = model.discriminator_losses(*inputs())
    assert float(metrics["d_r1"]) == pytest.approx((0.5 + 2.0) ** 2 * 12)


def test_gamma_falls_along_a_cosine():
    model = toy(penalty_weight=2.0, penalty_decay=0.1, steps=11)
    penalties = []
    for step in (1, 6, 11):
        model.step.assign(step)
        penalties.append(float(model.discriminator_losses(*inputs())[0]["d_penalty"]))
    np.testing.assert_allclose(np.array(penalties) / 3.0, [2.0, 1.1, 0.2], rtol=1e-5)


def test_classes_are_learned_from_real_images_alone():
    losses, metrics = toy(class_weight=0.1).discriminator_losses(*inputs(0.2, 0.1))
    expected = np.log(np.exp([0, 1, 2]).sum()) - 1
    assert float(losses["d_hair"]) == pytest.approx(0.1 * expected, rel=1e-5)
    assert set(toy().generator_losses(*inputs())[0]) == {"g_relativistic"}
    # The logits are largest for the last class: wrong for hair, right for eyes.
    assert metrics["d_accuracy_hair"][0].numpy().max() == 0
    assert metrics["d_accuracy_eyes"][0].numpy().min() == 1


def test_generated_images_have_the_labels_of_their_real_ones():
    model, batch = build("r3gan")
    update = tf.nest.map_structure(lambda values: values[:, 0], batch["discriminator"])
    seen = {}

    def generator(inputs, training):
        seen.update(inputs)
        return inputs["noise"]

    model.generator = generator
    model.generate(update)
    for name, rows in update["labels"].items():
        np.testing.assert_array_equal(seen[name], rows)


def test_the_penalty_reaches_the_discriminators_weights():
    gradients = []
    for weight in (0.0, 50.0):
        keras.utils.set_random_seed(0)
        model, batch = build("r3gan", penalty_weight=weight)
        parts = tf.nest.map_structure(lambda values: values[:, 0], batch["discriminator"])
        # Heads start from zero, where no image has a gradient.
        for head in ("source", "label_hair", "label_eyes"):
            kernel = model.discriminator.get_layer(head).kernel
            kernel.assign(keras.random.normal(kernel.shape, seed=1))
        fakes = model.generate(parts)
        with tf.GradientTape() as tape:
            losses, _ = model.discriminator_losses(parts, fakes)
            loss = sum(losses.values())
        kernel = model.discriminator.get_layer("conv_full").kernel.value
        gradients.append(tape.gradient(loss, kernel))
    assert np.abs(gradients[0] - gradients[1]).max() > 1e-3
    assert floats(losses)["d_penalty"] > 0


@pytest.mark.parametrize(("size", "base"), [(32, 4), (48, 6), (64, 4), (112, 7), (256, 4)])
def test_networks_halve_images_to_a_base_of_4_to_7_pixels(size, base):
    discriminator = r3gan.discriminator(size, LABELS, width=0.1)
    assert discriminator.get_layer("stddev").output.shape[1:3] == (base, base)
    assert {k: v.shape for k, v in discriminator.output.items()} == {
        "source": (None, 1),
        "hair": (None, 3),
        "eyes": (None, 2),
    }
    generator = r3gan.generator(size, 8, LABELS, width=0.1)
    assert generator.get_layer("reshape").output.shape[1:3] == (base, base)
    assert generator.output.shape == (None, size, size, 3)


def test_a_missing_label_is_a_row_of_zeros_to_the_generator():
    generator = r3gan.generator(16, 8, {"hair": 3}, width=0.1)
    noise = np.random.default_rng(0).normal(size=(2, 8)).astype("float32")
    embedding = generator.get_layer("embed_hair")
    images = generator({"noise": noise, "hair": np.zeros((2, 3), "float32")}, training=False)
    embedding.set_weights([np.zeros_like(embedding.get_weights()[0])])
    same = generator({"noise": noise, "hair": np.eye(3, dtype="float32")[:2]}, training=False)
    np.testing.assert_allclose(images, same, atol=1e-6)


def eight_gaussians(random, count):
    angle = random.integers(8, size=count) * np.pi / 4
    return np.stack([np.cos(angle), np.sin(angle)], 1) + random.normal(0, 0.02, (count, 2))


def ring(random, count):
    angle = random.uniform(0, 2 * np.pi, count)
    return np.stack([np.cos(angle), np.sin(angle)], 1) + random.normal(0, 0.02, (count, 2))


def planar(hidden=128, latent=8):
    """An R3GAN of points in the plane, as images of one pixel and two channels."""
    config = tiny_config(
        "r3gan", latent_dim=latent, steps=1500, penalty_weight=0.5,
        learning_rate=2e-3, final_learning_rate=2e-4, batch_size=128, penalty_share=0.5,
    )  # fmt: skip
    model = R3GAN(**config.model_options())
    noise = keras.Input((latent,), name="noise")
    x = layers.Dense(hidden, "relu")(noise)
    x = layers.Dense(hidden, "relu")(x)
    model.generator = keras.Model({"noise": noise}, layers.Reshape((1, 1, 2))(layers.Dense(2)(x)))
    point = keras.Input((1, 1, 2))
    x = layers.Dense(hidden, layers.LeakyReLU(0.2))(layers.Flatten()(point))
    x = layers.Dense(hidden, layers.LeakyReLU(0.2))(x)
    model.discriminator = keras.Model(point, {"source": layers.Dense(1)(x)})
    model.averaged_generator = None
    return model


def fitted(model, sample):
    """Generated points [2000, 2] after training on those of `sample`."""
    config = model.config
    random = np.random.default_rng(0)
    points = sample(random, 20_000).astype("float32").reshape(-1, 1, 1, 1, 2)

    def batch(step):
        seeds = tf.stack([step, 0])
        rows = tf.random.stateless_uniform([config.batch_size], seeds, 0, len(points), tf.int64)
        noise = tf.random.stateless_normal([config.batch_size, 1, config.latent_dim], seeds)
        real = {"image": tf.gather(points, rows), "noise": noise, "labels": {}}
        real |= {"augmentation": {}, "real_augmentation": {}}
        return {"discriminator": real, "generator": {}}

    data = tf.data.Dataset.counter(dtype=tf.int64).map(batch)
    model.compile()
    model.build_players(data.element_spec)
    model.fit_batches(data, config.steps, [])
    noise = random.normal(size=(2000, config.latent_dim)).astype("float32")
    return model.generator({"noise": noise}, training=False).numpy().reshape(-1, 2)


def test_all_eight_gaussians_are_found():
    keras.utils.set_random_seed(0)
    points = fitted(planar(), eight_gaussians)
    angles = np.arange(8) * np.pi / 4
    modes = np.stack([np.cos(angles), np.sin(angles)], 1)
    distances = np.linalg.norm(points[:, None] - modes, axis=-1)
    shares = np.bincount(distances.argmin(axis=1), minlength=8) / len(points)
    # An eighth each, near its mode, whose neighbours are 0.77 away.
    assert shares.min() > 0.06
    assert np.mean(distances.min(axis=1) < 0.15) > 0.8


@pytest.mark.slow
def test_all_of_a_ring_is_found():
    keras.utils.set_random_seed(0)
    points = fitted(planar(), ring)
    assert np.abs(np.linalg.norm(points, axis=1) - 1).mean() < 0.1
    sectors = ((np.arctan2(*points.T) / (2 * np.pi) * 16) % 16).astype(int)
    assert np.bincount(sectors, minlength=16).min() > 0.3 * len(points) / 16
