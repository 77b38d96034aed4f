"""Gradients of critics, and the updates and options of the papers' models."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from kerasgan import registry, tasks
from kerasgan.datasets import labelled
from kerasgan.models.gradient_penalty import gradient_norms
from kerasgan.models.two_players import unstack_updates
from kerasgan.training import trainer
from kerasgan.training.trends import unweighted
from tests.conftest import tiny_config


def build(name, **changes):
    config = tiny_config(name, **changes)
    data = labelled.load(config).training
    model = trainer.build(config, data)
    batch = next(iter(tasks.of(config).batches(data, model)))
    return model, batch


def one_update(batch):
    return tf.nest.map_structure(lambda tensor: tensor[:, 0], batch)


def floats(values):
    return {name: float(value) for name, value in values.items() if not isinstance(value, tuple)}


def test_the_norm_of_a_linear_critics_gradient_is_known_everywhere():
    count = 4 * 4 * 3
    images = tf.random.normal([5, 4, 4, 3])

    def critic(images):
        return 3 * ops.sum(images, axis=(1, 2, 3), keepdims=True)[:, :, 0, 0] / np.sqrt(count)

    norms = gradient_norms(critic, images)
    np.testing.assert_allclose(norms, np.full(5, 3.0), rtol=1e-5)
    # Report and paper: lambda (norm - 1)^2.
    assert 10 * np.mean((np.asarray(norms) - 1) ** 2) == pytest.approx(10 * (3 - 1) ** 2, rel=1e-4)


def test_a_critic_that_is_flat_has_a_finite_second_derivative():
    weight = tf.Variable(0.0)
    images = tf.ones([2, 4, 4, 3])
    with tf.GradientTape() as tape:
        norms = gradient_norms(lambda x: weight * tf.reduce_sum(x, axis=(1, 2, 3))[:, None], images)
        penalty = tf.reduce_mean((norms - 1) ** 2)
    assert np.isfinite(tape.gradient(penalty, weight))


@pytest.mark.parametrize("jit", [False, True])
def test_second_derivatives_work_in_half_precision_and_with_xla(jit):
    from kerasgan.networks import cwgan

    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        critic = cwgan.critic(16, {"hair": 2, "eyes": 2}, width=0.2)
    finally:
        keras.config.set_dtype_policy("float32")
    condition = {"hair": tf.eye(2), "eyes": tf.eye(2)}
    variables = [variable.value for variable in critic.trainable_variables]

    @tf.function(jit_compile=jit)
    def gradients(images):
        with tf.GradientTape() as tape:
            norms = gradient_norms(
                lambda x: critic({"image": x, **condition}, training=True), images
            )
            penalty = tf.reduce_mean((norms - 1) ** 2)
        return norms, tape.gradient(penalty, variables[0])

    norms, gradient = gradients(tf.random.stateless_normal([2, 16, 16, 3], [0, 0]))
    assert norms.dtype == gradient.dtype == tf.float32
    assert np.isfinite(gradient).all()
    assert np.abs(gradient).max() > 0


@pytest.mark.parametrize(
    "name",
    [
        "gan",
        *(pytest.param(n, marks=pytest.mark.slow) for n in ("acgan", "cgan", "wgan-gp", "stargan")),
    ],
)
def test_the_generators_first_update_reuses_the_fakes_of_the_discriminators_last(name):
    """It equals an update on images generated again of the same noise and conditions."""
    changes = {
        "gan": {"d_steps": 3},
        "stargan": {"critic_steps": 2},
        "acgan": {"g_steps": 2, "share_fakes": True},
        "wgan-gp": {"share_fakes": True},
    }
    steps = []
    for _ in range(2):
        keras.utils.set_random_seed(0)
        steps.append(build(name, **changes.get(name, {})))
    (reusing, batch), (repeating, _) = steps
    reusing.train_step(batch)

    def update_generator(update):
        tape = repeating.generator_player.tape()
        with tape:
            fakes = repeating.generate(update)
        repeating.generator_player.update(update, fakes, tape=tape)

    for last in unstack_updates(batch["discriminator"]):
        repeating.discriminator_player.update(last, repeating.generate(last))
    update_generator(last)
    for update in unstack_updates(batch["generator"]):
        update_generator(update)
    for first, second in zip(
        reusing.generator.trainable_variables, repeating.generator.trainable_variables, strict=True
    ):
        np.testing.assert_allclose(first, second, atol=1e-6)


def test_the_reports_acgan_draws_noise_and_labels_anew_for_every_update():
    model, batch = build("acgan", g_steps=2)
    assert not model.shares_fakes
    critic, generator = batch["discriminator"], batch["generator"]
    noise = np.concatenate([critic["noise"], generator["noise"]], axis=1)
    assert noise.shape[1] == 3
    assert all(not np.any(noise[:, first] == noise[:, (first + 1) % 3]) for first in range(3))
    model.train_step(batch)
    assert int(model.generator_player.optimizer.iterations) == 2


def test_the_papers_gan_draws_noise_and_targets_anew_for_the_generator():
    model, batch = build("gan", share_fakes=False, label_noise=True)
    assert not model.shares_fakes
    for name in ("noise", "real_target"):
        assert not np.any(batch["discriminator"][name] == batch["generator"][name])
    model.train_step(batch)
    assert int(model.generator_player.optimizer.iterations) == 1


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("acgan", {"loss_weights": (2.0, 0.1, 0.8)}),
        ("stargan", {"class_weight": 3.0}),
        ("r3gan", {"class_weight": 3.0}),
    ],
)
def test_without_the_configs_factors_losses_do_not_depend_on_weights(name, weights):
    found = []
    for changes in ({}, weights):
        config = tiny_config(name, **changes)
        data = labelled.load(config).training
        keras.utils.set_random_seed(0)
        model = registry.build_model(config, data.schema)
        batch = one_update(next(iter(tasks.of(config).batches(data, model)))["discriminator"])
        fakes = model.generate(batch)
        losses = model.discriminator_losses(batch, fakes)[0]
        losses |= model.generator_losses({"fake_labels": batch["labels"], **batch}, fakes)[0]
        factors = config.loss_factors(data.schema.names)
        assert factors.keys() <= losses.keys()
        found.append(unweighted(floats(losses), factors))
    assert found[0] == pytest.approx(found[1], rel=1e-4)


@pytest.mark.parametrize(
    ("name", "changes"), [("wgan", {}), ("wgan", {"critic_norm": "batch"}), ("cwgan", {})]
)
def test_after_an_update_every_weight_of_the_critic_is_clipped(name, changes):
    model, batch = build(name, clip=0.003, **changes)
    model.train_step(batch)
    largest = [np.abs(variable).max() for variable in model.discriminator.trainable_variables]
    assert max(largest) == pytest.approx(0.003)


@pytest.mark.parametrize("name", ["wgan", "wgan-gp", "cwgan", "cwgan-gp"])
def test_each_critic_update_sees_new_images(name):
    model, batch = build(name, critic_steps=3, batch_size=8)
    images = np.asarray(batch["discriminator"]["image"])
    assert images.shape[1] == 3
    assert not np.array_equal(images[:, 0], images[:, 1])
    model.train_step(batch)
    assert int(model.discriminator_player.optimizer.iterations) == 3
    assert int(model.generator_player.optimizer.iterations) == 1


@pytest.mark.parametrize("name", ["wgan", "wgan-gp"])
@pytest.mark.parametrize("norm", ["none", "batch"])
def test_the_norm_in_the_critic_is_a_choice(name, norm):
    model, _ = build(name, critic_norm=norm)
    assert any("norm" in v.path for v in model.discriminator.variables) == (norm == "batch")


def test_no_model_offers_an_option_of_another():
    fields = {
        name: set(registry.config_class(name).__dataclass_fields__) for name in registry.names()
    }
    assert {name for name in fields if "loss_weights" in fields[name]} == {"acgan"}
    assert {name for name in fields if "label_noise" in fields[name]} == {"gan"}
    assert {name for name in fields if "clip" in fields[name]} == {"wgan", "cwgan"}
    assert {name for name in fields if "penalty_weight" in fields[name]} == {
        "acgan",
        "r3gan",
        "wgan-gp",
        "cwgan-gp",
        "cyclegan",
        "cut",
        "stargan",
    }
    assert {name for name in fields if "mismatch" in fields[name]} == {"cwgan-gp"}
    assert {name for name in fields if "optimizer" in fields[name]} == {"wgan-gp"}
    assert {name for name in fields if "critic_norm" in fields[name]} == {"wgan", "wgan-gp"}
