import re
from itertools import product

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.datasets.unpaired import UnpairedImages
from kerasgan.models.calls import call_each
from kerasgan.models.cyclegan import CycleGAN
from kerasgan.models.variables import named_variables
from kerasgan.runs import checkpoints
from tests import variables

TINY = {
    "image_size": 32,
    "load_size": 34,
    "width": 0.05,
    "blocks": 1,
    "pool_size": 3,
    "batch_size": 2,
    "steps": 10,
}
RANDOM = np.random.default_rng(0)
DOMAINS = UnpairedImages(
    *(RANDOM.integers(256, size=(5, 34, 34, 3), dtype=np.uint8) for _ in range(2))
)


def batch_of(model, step):
    config = model.config
    steps = DOMAINS.steps(config.seed, config.batch_size, 1, step)
    return next(iter(model.batches(steps, step)))


def untrained(**changes):
    keras.utils.set_random_seed(0)
    return CycleGAN(**{**TINY, **changes})


def build(**changes):
    model = untrained(**changes)
    spec = tf.nest.map_structure(tf.TensorSpec.from_tensor, batch_of(model, 0))
    model.compile()
    model.build_players(spec)
    return model


def train(model, steps):
    for step in steps:
        model.train_step(batch_of(model, step))


def values(variables):
    return [np.array(variable) for variable in variables]


def changed(before, variables):
    return [not np.array_equal(old, new) for old, new in zip(before, variables, strict=True)]


class Watched:
    """A network that records its inputs."""

    def __init__(self, network):
        self.network = network
        self.seen = []

    def __call__(self, inputs, training):
        assert training
        self.seen.append({name: np.asarray(tensor) for name, tensor in inputs.items()})
        return self.network(inputs)

    def __getattr__(self, name):
        return getattr(self.network, name)


NO_DRAWS = {"a": {}, "b": {}}


def toy(model):
    """Replace the networks: a becomes b by + 1, b becomes a by * 2; a score is the mean pixel."""
    generator = Watched(lambda images: {"a": 2 * images["b"], "b": images["a"] + 1})
    discriminator = Watched(
        lambda images: {name: tf.reduce_mean(images[name], (1, 2, 3), True) for name in "ab"}
    )
    model.generator, model.discriminator = generator, discriminator
    return generator, discriminator


def images(seed):
    pixels = np.random.default_rng(seed).uniform(-1, 1, size=(2, 2, 4, 4, 3)).astype("float32")
    return {"a": pixels[0], "b": pixels[1], "augmentation": NO_DRAWS}


def floats(losses):
    return {name: float(loss) for name, loss in losses.items()}


def fool(score, loss):
    if loss == "lsgan":
        return np.mean((score - 1) ** 2)
    return np.mean(np.logaddexp(0, -score.astype("float64")))


@pytest.mark.parametrize("loss", ["lsgan", "bce"])
def test_generator_losses_against_numpy(loss):
    model = untrained(loss=loss, cycle_weight=4.0, identity_weight=0.25)
    toy(model)
    real = images(0)
    a, b = real["a"], real["b"]
    losses, metrics, fake = model.generator_losses(real)
    np.testing.assert_allclose(fake["a"], 2 * b)
    np.testing.assert_allclose(fake["b"], a + 1)
    # How much a translation differs from its own input.
    assert float(metrics["g_change_a"]) == pytest.approx(np.abs(b).mean(), rel=1e-5)
    assert float(metrics["g_change_b"]) == pytest.approx(1.0, rel=1e-5)
    assert floats(losses) == pytest.approx(
        {
            "g_fool_a": fool((2 * b).mean(axis=(1, 2, 3)), loss),
            "g_fool_b": fool((a + 1).mean(axis=(1, 2, 3)), loss),
            # a -> a + 1 -> 2 (a + 1), and b -> 2 b -> 2 b + 1.
            "g_cycle_a": 4 * np.abs(2 * (a + 1) - a).mean(),
            "g_cycle_b": 4 * np.abs(2 * b + 1 - b).mean(),
            # The generator from b to a leaves a as it is, and the other one b.
            "g_identity_a": 4 * 0.25 * np.abs(2 * a - a).mean(),
            "g_identity_b": 4 * 0.25 * 1.0,
        },
        rel=1e-5,
    )


@pytest.mark.parametrize("loss", ["lsgan", "bce"])
def test_discriminator_losses_are_divided_by_their_ratio(loss):
    model = untrained(loss=loss, d_ratio=4.0)
    toy(model)
    # Scores on both sides of the threshold of the accuracy.
    real, fake = images(0), images(1)
    real["a"] += np.float32([0.5, 0.75])[:, None, None, None]
    losses, metrics = model.discriminator_losses(real, fake, {"real": NO_DRAWS, "fake": NO_DRAWS})
    correct, weights = metrics["d_accuracy_real"]
    means = np.concatenate([real[name].mean(axis=(1, 2, 3)) for name in "ab"])
    np.testing.assert_array_equal(correct, means > (0.5 if loss == "lsgan" else 0))
    assert weights.shape == correct.shape
    expected = {}
    for name in "ab":
        for kind, shown in (("real", real[name]), ("fake", fake[name])):
            difference = np.sqrt(np.mean((shown[0] - shown[1]) ** 2))
            found = float(metrics[f"d_distance_{kind}_{name}"])
            assert found == pytest.approx(difference, rel=1e-5)
        score = real[name].mean(axis=(1, 2, 3))
        expected[f"d_real_{name}"] = fool(score, loss) / 4
        score = fake[name].mean(axis=(1, 2, 3))
        # The distance from 0 is that of 1 - score from 1; of logits, the sign changes.
        expected[f"d_fake_{name}"] = fool(1 - score if loss == "lsgan" else -score, loss) / 4
    assert floats(losses) == pytest.approx(expected, rel=1e-5)
    assert model.config.loss_factors([]) == dict.fromkeys(expected, 1 / 4)


def test_without_identity_loss_its_translations_are_left_out():
    model = untrained(identity_weight=0.0)
    generator, _ = toy(model)
    losses, _, _ = model.generator_losses(images(0))
    assert not any("identity" in name for name in losses)
    assert len(generator.seen) == 2


def test_both_cycle_terms_reach_both_generators():
    model = untrained()
    real = update_of(batch_of(model, 0)["generator"])
    for term in ("g_cycle_a", "g_cycle_b"):
        with tf.GradientTape() as tape:
            losses, _, _ = model.generator_losses(real)
        variables = [variable.value for variable in model.generator.trainable_variables]
        # Instance norm cancels the biases before it.
        kernels = [variable for variable in variables if len(variable.shape) == 4]
        assert all(np.abs(gradient).max() > 0 for gradient in tape.gradient(losses[term], kernels))


def test_each_image_is_translated_once_and_the_pools_reach_the_discriminators():
    model = build(norm="batch", d_norm="batch")
    generator = model.generator = Watched(model.generator)
    discriminator = model.discriminator = Watched(model.discriminator)
    for step in range(3):
        batch = batch_of(model, step)
        stored = {"a": np.array(model.pool_a.images), "b": np.array(model.pool_b.images)}
        count = int(model.pool_a.count)
        model.train_step(batch)
        # Translation, identity and cycle; and no other pass for the discriminators.
        real, crossed, fake = generator.seen
        scored, genuine, shown = discriminator.seen
        pool = batch["discriminator"]
        for name, other in (("a", "b"), ("b", "a")):
            np.testing.assert_array_equal(real[name], batch["generator"][name][:, 0])
            np.testing.assert_array_equal(crossed[name], real[other])
            np.testing.assert_array_equal(scored[name], fake[name])
            np.testing.assert_array_equal(genuine[name], real[name])
            coins, slots = pool["coins"][name][:, 0], pool["slots"][name][:, 0]
            expected = pooled(stored[name], count, fake[name], coins, slots)
            np.testing.assert_array_equal(shown[name], expected)
        generator.seen.clear()
        discriminator.seen.clear()
    assert int(model.pool_a.count) == int(model.pool_b.count) == 3


def test_with_instance_norm_batches_share_a_pass_without_affecting_each_other():
    model = build(identity_weight=0.5)
    real = update_of(batch_of(model, 0)["generator"])
    straight = images_of(real)
    crossed = {"a": real["b"], "b": real["a"]}
    for network in (model.generator, model.discriminator):
        shared = call_each(network, True, straight, crossed)
        alone = [network(images, training=True) for images in (straight, crossed)]
        for one, other in zip(tf.nest.flatten(shared), tf.nest.flatten(alone), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)
    watched = model.generator = Watched(model.generator)
    model.generator_losses(real)
    assert [len(inputs["a"]) for inputs in watched.seen] == [2 * len(real["a"]), len(real["a"])]


@pytest.mark.parametrize(
    "d_norm", ["spectral", *(pytest.param(n, marks=pytest.mark.slow) for n in ("none", "instance"))]
)
def test_the_penalties_are_gamma_half_times_the_squared_gradients_of_the_mean_score(d_norm):
    model = build(d_norm=d_norm, penalty_weight=3.0, penalty_share=0.5, batch_size=4)
    batch = batch_of(model, 0)
    real, pool = (update_of(batch[player]) for player in ("generator", "discriminator"))
    fakes = {name: -real[name] for name in "ab"}
    losses, metrics = model.discriminator_losses(real, fakes, pool)
    for name in "ab":
        critic = model.discriminator.get_layer(f"discriminator_{name}")
        expected = {}
        for kind, images in (("r1", real[name][:2]), ("r2", fakes[name][:2])):
            images = tf.convert_to_tensor(images)
            with tf.GradientTape() as tape:
                tape.watch(images)
                score = tf.reduce_mean(critic(images), axis=(1, 2, 3))
            gradient = tape.gradient(score, images).numpy()
            expected[kind] = (gradient**2).sum(axis=(1, 2, 3)).mean()
            assert float(metrics[f"d_{kind}_{name}"]) == pytest.approx(expected[kind], rel=1e-2)
        penalty = 3.0 / 2 * (expected["r1"] + expected["r2"])
        assert penalty > 0
        assert float(losses[f"d_penalty_{name}"]) == pytest.approx(penalty, rel=1e-2)


def update_of(batch):
    return tf.nest.map_structure(lambda tensor: tensor[:, 0], batch)


def images_of(batch):
    return {name: batch[name] for name in "ab"}


def pooled(stored, count, images, coins, slots):
    shown = []
    for image, coin, slot in zip(images, coins, slots, strict=True):
        old = image
        if count < len(stored):
            stored[count] = image
            count += 1
        elif coin < 0.5:
            old, stored[slot] = stored[slot].copy(), image
        shown.append(old)
    return np.stack(shown)


@pytest.mark.parametrize(
    ("player", "other"),
    [
        ("generator", "discriminator"),
        pytest.param("discriminator", "generator", marks=pytest.mark.slow),
    ],
)
def test_an_update_changes_its_own_networks_only(player, other):
    model = build(norm="batch", d_norm="batch")
    real = update_of(batch_of(model, 0)["generator"])
    pool = update_of(batch_of(model, 0)["discriminator"])
    inputs = {"generator": [real], "discriminator": [real, images_of(real), pool]}[player]
    moving, fixed = getattr(model, player), getattr(model, other)
    before = values(moving.trainable_variables), values(fixed.trainable_variables)
    getattr(model, f"{player}_player").update(*inputs)
    assert all(changed(before[0], moving.trainable_variables))
    assert not any(changed(before[1], fixed.trainable_variables))


@pytest.mark.slow
def test_the_first_step_that_is_not_finite_is_remembered():
    model = build()
    train(model, [0])
    bad = batch_of(model, 1)
    bad["generator"] = tf.nest.map_structure(lambda image: image * np.nan, bad["generator"])
    model.train_step(bad)
    model.train_step(batch_of(model, 2))
    assert int(model.failed_step) == 2


@pytest.mark.slow
def test_two_steps_and_one_are_three():
    """Pools, optimizers, running means and the average come back from a checkpoint."""
    settings = {"ema": 0.5, "steps": 3, "final_learning_rate": 1e-5}
    whole = build(**settings)
    train(whole, range(2))
    arrays = {key: np.array(variable) for key, variable in named_variables(whole).items()}
    train(whole, [2])
    assert {key.split("/")[0] for key in arrays} == {
        "averaged_generator", "discriminator", "discriminator_player", "failed_step",
        "generator", "generator_player", "pool_a", "pool_b", "step",
    }  # fmt: skip
    second = build(**settings)
    checkpoints.restore(arrays, named_variables(second))
    train(second, [2])
    variables.assert_same(second, whole)


def test_a_generators_total_has_both_cycles_and_its_own_terms():
    names = ("fool", "cycle", "identity")
    losses = {
        f"g_{name}_{domain}": 10.0**at for at, (name, domain) in enumerate(product(names, "ab"))
    }
    assert CycleGAN._generator_totals(losses) == {"g_loss_a": 11101.0, "g_loss_b": 101110.0}


@pytest.mark.slow
def test_fit_records_terms_of_both_domains_that_add_up():
    model = build()

    model.fit_batches(model.batches(DOMAINS.steps(0, 2, 1, 0)), 2, [])
    record = model.record()
    assert list(record) == [
        "d_loss", "d_real_a", "d_real_b", "d_fake_a", "d_fake_b", "d_loss_a", "d_loss_b",
        "d_accuracy_real", "d_distance_real_a", "d_distance_real_b", "d_distance_fake_a",
        "d_distance_fake_b", "d_gradient_norm", "g_loss", "g_fool_a", "g_fool_b", "g_cycle_a",
        "g_cycle_b", "g_identity_a", "g_identity_b", "g_loss_a", "g_loss_b", "g_change_a",
        "g_change_b", "g_gradient_norm",
    ]  # fmt: skip
    for player in "dg":
        terms = [
            record[name]
            for name in record
            if re.fullmatch(f"{player}_(real|fake|fool|cycle|identity)_[ab]", name)
        ]
        assert record[f"{player}_loss"] == pytest.approx(sum(terms), rel=1e-5)
    totals = {}
    for name in "ab":
        totals[f"d_loss_{name}"] = record[f"d_real_{name}"] + record[f"d_fake_{name}"]
        # Both cycles pass through both generators.
        totals[f"g_loss_{name}"] = (
            record[f"g_fool_{name}"]
            + record["g_cycle_a"]
            + record["g_cycle_b"]
            + record[f"g_identity_{name}"]
        )
    assert {name: record[name] for name in totals} == pytest.approx(totals, rel=1e-5)
    assert int(model.step) == 2
    assert int(model.failed_step) == 0


@pytest.mark.slow
def test_the_average_is_of_both_generators():
    model = build(ema=0.75)
    expected = values(model.generator.weights)
    train(model, [0])
    expected = [
        0.75 * old + 0.25 * np.array(new)
        for old, new in zip(expected, model.generator.weights, strict=True)
    ]
    for average, weight in zip(model.averaged_generator.weights, expected, strict=True):
        np.testing.assert_allclose(average, weight, atol=1e-6)
    assert model.sampling_generator.get_layer("a_to_b") is not model.generator.get_layer("a_to_b")


def test_without_a_pool_nothing_is_stored():
    model = untrained(pool_size=0)
    assert model.pool_a.images.shape == (0, 32, 32, 3)
    assert not np.any(batch_of(model, 0)["discriminator"]["slots"]["a"])
