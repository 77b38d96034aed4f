"""The losses of each paper on scores of our own or in closed form."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from kerasgan import registry, tasks
from kerasgan.datasets import labelled
from kerasgan.models.gradient_penalty import gradient_norms
from kerasgan.models.shared_fakes import SharedFakesModel
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


class Critic:
    """Fixed scores for each kind of image; real images are tagged by a pixel of 9."""

    def __init__(self, real, fake, mismatched=None, condition=None):
        self.real, self.fake, self.mismatched, self.condition = real, fake, mismatched, condition

    def __call__(self, inputs, training):
        image = inputs["image"] if isinstance(inputs, dict) else inputs
        if float(image[0, 0, 0, 0]) != 9:
            # Keeps the gradient towards the image, which the penalty needs, at norm 1.
            return self.fake + image[:, 0, 0, :1] - tf.stop_gradient(image[:, 0, 0, :1])
        if self.condition is not None and not np.array_equal(inputs["hair"], self.condition):
            return self.mismatched
        return self.real


def scores(seed, count=1):
    values = np.random.default_rng(seed).normal(size=(count, 4, 1))
    return [tf.constant(each, tf.float32) for each in values]


def tagged(batch):
    batch = one_update(batch)
    return {**batch, "image": tf.fill(batch["image"].shape, 9.0)}


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


def shared(model, batch):
    """Arguments of both losses of a `SharedFakesModel`, its real images tagged."""
    batch = tagged(batch["discriminator"])
    return batch, model.generate(batch)


def softplus(x):
    return np.logaddexp(0, np.asarray(x, "float64"))


def test_gan_losses_against_numpy():
    model, batch = build("gan")
    real, fake = scores(0, 2)
    model.discriminator = Critic(real, fake)
    batch, fakes = shared(model, batch)
    losses, metrics = model.discriminator_losses(batch, fakes)
    assert floats(losses) == pytest.approx(
        {"d_real": softplus(-real).mean(), "d_fake": softplus(fake).mean()}, rel=1e-5
    )
    probability = 1 / (1 + np.exp(-np.asarray(real)))
    assert float(metrics["d_score_real"]) == pytest.approx(probability.mean(), rel=1e-5)
    losses, _ = model.generator_losses(batch, fakes)
    assert floats(losses) == pytest.approx({"g_fool": softplus(-fake).mean()}, rel=1e-5)


def test_lsgan_losses_against_numpy():
    model, batch = build("gan", loss="lsgan")
    real, fake = scores(0, 2)
    model.discriminator = Critic(real, fake)
    batch, fakes = shared(model, batch)
    losses, _ = model.discriminator_losses(batch, fakes)
    expected = {"d_real": np.mean((real - 1) ** 2), "d_fake": np.mean(fake**2)}
    assert floats(losses) == pytest.approx(expected, rel=1e-5)
    losses, _ = model.generator_losses(batch, fakes)
    assert floats(losses) == pytest.approx({"g_fool": np.mean((fake - 1) ** 2)}, rel=1e-5)


def test_label_noise_has_the_reports_ranges_and_reaches_the_generator():
    model, batch = build("gan", label_noise=True, batch_size=256)
    targets = batch["discriminator"]
    assert 0.75 <= np.min(targets["real_target"]) < 0.77
    assert 1.23 < np.max(targets["real_target"]) < 1.25
    assert 0 <= np.min(targets["fake_target"]) < 0.02
    assert 0.23 < np.max(targets["fake_target"]) < 0.25
    model.discriminator = Critic(None, tf.linspace(-2.0, 2.0, 256)[:, None])
    batch, fakes = shared(model, {"discriminator": targets})
    losses, _ = model.generator_losses(batch, fakes)
    logits, targets = (
        np.asarray(x, "float64") for x in (model.discriminator.fake, batch["real_target"])
    )
    expected = {"g_fool": np.mean(softplus(logits) - targets * logits)}
    assert floats(losses) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", ["gan", "cgan", "acgan", "wgan-gp", "stargan"])
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


@pytest.mark.parametrize("name", ["cwgan", "cwgan-gp"])
def test_the_generator_is_asked_for_the_labels_of_real_images(name):
    _, batch = build(name, batch_size=32)
    for label, rows in batch["generator"]["labels"].items():
        np.testing.assert_array_equal(rows[:, 0], batch["discriminator"]["labels"][label][:, -1])


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


def test_cgan_losses_against_numpy():
    model, batch = build("cgan")
    real, fake = scores(0, 2)
    model.discriminator = Critic(real, fake)
    batch, fakes = shared(model, batch)
    losses, _ = model.discriminator_losses(batch, fakes)
    expected = {"d_real": softplus(-real).mean(), "d_fake": softplus(fake).mean()}
    assert floats(losses) == pytest.approx(expected, rel=1e-5)
    losses, _ = model.generator_losses(batch, fakes)
    assert floats(losses) == pytest.approx({"g_fool": softplus(-fake).mean()}, rel=1e-5)


@pytest.mark.parametrize("name", ["wgan", "wgan-gp", "cwgan"])
def test_wasserstein_losses_are_mean_scores(name):
    model, batch = build(name)
    real, fake = scores(0, 2)
    model.discriminator = Critic(real, fake)
    update = tagged(batch["discriminator"])
    fakes = [model.generate(update)] if isinstance(model, SharedFakesModel) else []
    losses, metrics = model.discriminator_losses(update, *fakes)
    losses = floats(losses)
    penalty = losses.pop("d_penalty", 0.0)
    assert losses == pytest.approx({"d_real": -np.mean(real), "d_fake": np.mean(fake)}, rel=1e-5)
    # The stand-in's gradient towards an image has norm 1, where the penalty vanishes.
    assert penalty == pytest.approx(0, abs=1e-9)
    expected = np.mean(real) - np.mean(fake)
    assert float(metrics["d_wasserstein"]) == pytest.approx(expected, rel=1e-5)
    losses, _ = model.generator_losses(one_update(batch["generator"]), *fakes)
    assert floats(losses) == pytest.approx({"g_fool": -np.mean(fake)}, rel=1e-5)


@pytest.mark.parametrize("mismatch", ["max", "mean"])
def test_matching_aware_losses_join_per_sample(mismatch):
    model, batch = build("cwgan-gp", mismatch=mismatch)
    real, fake, wrong = scores(1, 3)
    update = tagged(batch["discriminator"])
    hair = update["labels"]["hair"]
    update["mismatched_labels"] = {**update["labels"], "hair": 1 - hair}
    model.discriminator = Critic(real, fake, wrong, hair)
    losses, metrics = model.discriminator_losses(update)
    fake, wrong = np.asarray(fake), np.asarray(wrong)
    joined = {"max": np.maximum(fake, wrong), "mean": (fake + wrong) / 2}[mismatch]
    # Neither image's score is the larger one everywhere: a maximum of means would be smaller.
    assert 0 < np.mean(fake > wrong) < 1
    assert floats(losses) == pytest.approx(
        {"d_real": -np.mean(real), "d_fake": joined.mean(), "d_penalty": 0.0}, rel=1e-5, abs=1e-6
    )
    assert float(metrics["d_mismatch"]) == pytest.approx(np.mean(real) - wrong.mean(), rel=1e-5)


def test_mismatched_labels_are_never_the_images_own():
    _, batch = build("cwgan-gp", batch_size=64)
    batch = batch["discriminator"]
    own, wrong = (
        np.concatenate([batch[key]["hair"], batch[key]["eyes"]], axis=-1)
        for key in ("labels", "mismatched_labels")
    )
    assert (own != wrong).any(axis=-1).all()


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
        "stargan",
    }
    assert {name for name in fields if "mismatch" in fields[name]} == {"cwgan-gp"}
    assert {name for name in fields if "optimizer" in fields[name]} == {"wgan-gp"}
    assert {name for name in fields if "critic_norm" in fields[name]} == {"wgan", "wgan-gp"}
