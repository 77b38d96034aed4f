"""What each paper draws for a step, and its optimizers and networks."""

from types import SimpleNamespace

import numpy as np
import pytest

from kerasgan import registry
from kerasgan.labels import LabelSchema
from kerasgan.optimizers import FusedAdam, TorchRMSprop
from kerasgan.utils.errors import InvalidInput
from tests.conftest import tiny_config
from tests.known_networks import SCHEMA, SHAPE, build, sampled

COUNT = 256


def near(values, expected, spread):
    """Whether a mean of COUNT values of a spread is within five standard errors."""
    return abs(np.mean(values) - expected) < 5 * spread / np.sqrt(COUNT)


def independent(first, second):
    """Whether two arrays of random numbers are uncorrelated."""
    first, second = np.ravel(first), np.ravel(second)
    return abs(np.corrcoef(first, second)[0, 1]) < 5 / np.sqrt(first.size)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("gan", {"share_fakes": False, "d_steps": 2}),
        ("wgan", {"critic_steps": 2}),
        ("wgan-gp", {"critic_steps": 2}),
        ("cwgan", {"critic_steps": 2}),
        ("cwgan-gp", {"critic_steps": 2}),
        ("acgan", {"d_steps": 2, "g_steps": 2}),
        ("cgan", {}),
        ("r3gan", {}),
    ],
)
def test_noise_has_the_deviation_sigma_and_is_drawn_anew_for_every_update(name, changes):
    model, batch, _ = sampled(name, batch_size=COUNT, sigma=0.5, **changes)
    players = [player["noise"] for player in batch.values() if player]
    updates = [noise for player in players for noise in np.moveaxis(player, 1, 0)]
    assert len(updates) == model.d_steps + model.g_steps - getattr(model, "shares_fakes", False)
    for index, noise in enumerate(updates):
        assert noise.shape == (COUNT, model.config.latent_dim)
        assert np.std(noise) == pytest.approx(0.5, rel=0.1)
        assert abs(np.mean(noise)) < 0.1
        assert all(independent(noise, other) for other in updates[:index])
    # Nor do two players have one sequence of numbers, in another shape.
    first, last = np.ravel(players[0]), np.ravel(players[-1])
    assert len(players) == 1 or independent(first[: last.size], last[: first.size])


@pytest.mark.parametrize("name", ["gan", "acgan"])
def test_instance_noise_is_added_to_real_images_alone(name):
    for deviation in (0.0, 0.3):
        _, batch, given = sampled(name, batch_size=32, instance_noise=deviation, sigma=2.0)
        added = np.asarray(batch["discriminator"]["image"] - given["image"])
        assert np.std(added) == pytest.approx(deviation, rel=0.05)
        assert abs(np.mean(added)) < 0.03
        if deviation:
            # Each image and each pixel has its own.
            assert independent(added[1:], added[:-1])
            assert independent(added[..., 1:, :], added[..., :-1, :])


@pytest.mark.parametrize("label_noise", [False, True])
def test_targets_of_gan(label_noise):
    _, batch, _ = sampled("gan", batch_size=COUNT, label_noise=label_noise, share_fakes=False)
    critic, generator = batch["discriminator"], batch["generator"]
    for targets in (critic["real_target"], generator["real_target"]):
        low, high = (0.75, 1.25) if label_noise else (1.0, 1.0)
        assert np.min(targets) == pytest.approx(low, abs=0.02)
        assert np.max(targets) == pytest.approx(high, abs=0.02)
    high = 0.25 if label_noise else 0.0
    assert np.min(critic["fake_target"]) == pytest.approx(0, abs=0.01)
    assert np.max(critic["fake_target"]) == pytest.approx(high, abs=0.01)
    if label_noise:
        assert independent(critic["real_target"], critic["fake_target"])
        assert independent(critic["real_target"], generator["real_target"])


def joint(labels):
    return np.concatenate([labels[name] for name in SCHEMA.names], axis=-1)


@pytest.mark.parametrize("name", ["acgan", "r3gan", "cwgan", "cwgan-gp", "stargan"])
def test_real_images_have_their_own_labels(name):
    _, batch, given = sampled(name, batch_size=COUNT, mirror=False)
    for index, (label, size) in enumerate(SCHEMA.sizes.items()):
        expected = np.eye(size)[given["labels"][..., index]]
        np.testing.assert_array_equal(batch["discriminator"]["labels"][label], expected)
    np.testing.assert_array_equal(batch["discriminator"]["image"], given["image"])


def test_fakes_of_acgan_have_any_labels_equally_often():
    _, batch, _ = sampled("acgan", batch_size=COUNT, g_steps=2)
    critic, generator = batch["discriminator"], batch["generator"]
    for label, size in SCHEMA.sizes.items():
        rows = [critic["fake_labels"][label][:, 0]]
        rows += [generator["fake_labels"][label][:, update] for update in (0, 1)]
        for index, labels in enumerate(rows):
            shares = np.mean(labels, axis=0)
            assert abs(shares - 1 / size).max() < 5 * 0.5 / np.sqrt(COUNT)
            others = [*rows[:index], critic["labels"][label][:, 0]]
            assert all(independent(labels[:, 0], other[:, 0]) for other in others)
        drawn = [
            np.argmax(player["fake_labels"][label], axis=-1).ravel()[:COUNT]
            for player in (critic, generator)
        ]
        assert independent(*drawn)


def test_fakes_of_cgan_have_combinations_of_their_own():
    _, batch, given = sampled("cgan", batch_size=COUNT)
    critic = batch["discriminator"]
    np.testing.assert_array_equal(critic["combination"], np.eye(6)[given["combination"]])
    shares = np.mean(critic["fake_combination"], axis=(0, 1))
    assert abs(shares - 1 / 6).max() < 5 * 0.38 / np.sqrt(COUNT)
    assert independent(critic["fake_combination"][..., 0], critic["combination"][..., 0])


@pytest.mark.parametrize("name", ["cwgan", "cwgan-gp"])
def test_the_generator_of_cwgan_has_labels_of_the_critics_last_images(name):
    _, batch, _ = sampled(name, batch_size=32, critic_steps=3)
    expected = joint(batch["discriminator"]["labels"])[:, -1:]
    np.testing.assert_array_equal(joint(batch["generator"]["labels"]), expected)


def test_mismatched_labels_of_cwgan_gp_are_never_the_images_own():
    _, batch, _ = sampled("cwgan-gp", batch_size=COUNT)
    own, wrong = (joint(batch["discriminator"][key]) for key in ("labels", "mismatched_labels"))
    assert (own != wrong).any(axis=-1).all()
    assert (wrong.sum(axis=-1) == 2).all()


def test_two_combinations_of_cwgan_gp_are_enough_and_one_is_not():
    labels = {"hair": ["blue", "red"]}
    registry.build_model(tiny_config("cwgan-gp"), LabelSchema.of(labels))
    with pytest.raises(InvalidInput, match="at least two combinations of labels for cwgan-gp"):
        registry.build_model(tiny_config("cwgan-gp"), LabelSchema.of({"hair": ["blue"]}))


def test_targets_of_stargan_are_labels_of_the_other_images_of_the_update():
    _, batch, _ = sampled("stargan", batch_size=32, critic_steps=2)
    critic = batch["discriminator"]
    np.testing.assert_array_equal(
        joint(critic["target"]), np.roll(joint(critic["labels"]), 1, axis=0)
    )


@pytest.mark.parametrize("name", ["wgan-gp", "cwgan-gp", "stargan"])
def test_alpha_is_uniform_from_0_to_1_for_every_image(name):
    _, batch, _ = sampled(name, batch_size=COUNT, critic_steps=2)
    alpha = np.asarray(batch["discriminator"]["alpha"])
    assert alpha.shape == (COUNT, 2, 1)
    assert 0 <= alpha.min() < 0.02
    assert 0.98 < alpha.max() <= 1
    assert near(alpha[:, 0], 0.5, 0.29)
    assert independent(alpha[:, 0], alpha[:, 1])


ADAM = {"beta_2": 0.999, "epsilon": 1e-8}


@pytest.mark.parametrize(
    ("name", "changes", "kind", "expected"),
    [
        ("gan", {"beta_1": 0.4}, FusedAdam, {**ADAM, "beta_1": 0.4}),
        ("cgan", {"beta_1": 0.4}, FusedAdam, {**ADAM, "beta_1": 0.4}),
        ("acgan", {"beta_1": 0.4, "beta_2": 0.8}, FusedAdam, {"beta_1": 0.4, "beta_2": 0.8}),
        ("wgan", {}, TorchRMSprop, {"rho": 0.99, "epsilon": 1e-8}),
        ("cwgan", {}, TorchRMSprop, {"rho": 0.99, "epsilon": 1e-8}),
        ("wgan-gp", {"optimizer": "rmsprop"}, TorchRMSprop, {"rho": 0.99, "epsilon": 1e-8}),
        (
            "wgan-gp", {"optimizer": "adam", "beta_1": 0.1, "beta_2": 0.8},
            FusedAdam, {"beta_1": 0.1, "beta_2": 0.8, "epsilon": 1e-8},
        ),
        ("r3gan", {}, FusedAdam, {"beta_1": 0.0, "beta_2": 0.99, "epsilon": 1e-8}),
        ("stargan", {"beta_1": 0.4}, FusedAdam, {**ADAM, "beta_1": 0.4}),
        ("cyclegan", {"beta_1": 0.4}, FusedAdam, {**ADAM, "beta_1": 0.4}),
        ("cut", {"beta_1": 0.4}, FusedAdam, {**ADAM, "beta_1": 0.4}),
    ],
)  # fmt: skip
def test_optimizers_of_the_papers(name, changes, kind, expected):
    config = tiny_config(name, **changes)
    chosen = registry.model_class(config).optimizers(SimpleNamespace(config=config))
    for optimizer in chosen.values():
        assert type(optimizer) is kind
        settings = {key: getattr(optimizer, key) for key in expected}
        assert settings == pytest.approx(expected)


@pytest.mark.parametrize("name", ["acgan", "stargan"])
def test_schedules_count_the_updates_of_each_player(name):
    updates = {"d_steps": 3, "g_steps": 2} if name == "acgan" else {"critic_steps": 3}
    config = tiny_config(
        name, steps=3, schedule="linear", learning_rate=1.0, final_learning_rate=0.5, **updates
    )
    chosen = registry.model_class(config).optimizers(SimpleNamespace(config=config))
    for player, count in {"discriminator": 3, "generator": updates.get("g_steps", 1)}.items():
        rate = chosen[f"{player}_optimizer"]._learning_rate
        rates = [float(rate(np.int64(update))) for update in range(3 * count)]
        assert rates == pytest.approx(np.repeat([1.0, 1.0, 0.5], count).tolist())


@pytest.mark.parametrize("name", ["wgan", "cwgan"])
def test_every_weight_of_a_clipped_critic_has_the_constraint(name):
    model = build(name, clip=0.003)
    constrained = 0
    for layer in model.discriminator.layers:
        for part, weights in (("kernel", layer.weights[:1]), ("bias", layer.weights[1:])):
            if weights:
                clipped = getattr(layer, f"{part}_constraint")(np.float32([-1, 0.001, 1]))
                np.testing.assert_allclose(clipped, [-0.003, 0.001, 0.003])
                constrained += 1
    assert constrained == len(model.discriminator.trainable_variables)
    assert not any(getattr(layer, "kernel_constraint", None) for layer in model.generator.layers)


@pytest.mark.parametrize("name", ["wgan-gp", "cwgan-gp"])
def test_a_critic_with_a_penalty_is_not_clipped(name):
    layers = build(name).discriminator.layers
    assert not any(getattr(layer, "kernel_constraint", None) for layer in layers)


@pytest.mark.parametrize(
    ("name", "changes", "updates"),
    [
        ("gan", {"d_steps": 3}, (3, 1)),
        ("acgan", {"d_steps": 3, "g_steps": 2}, (3, 2)),
        ("wgan", {"critic_steps": 4}, (4, 1)),
        ("wgan-gp", {"critic_steps": 4}, (4, 1)),
        ("cwgan", {"critic_steps": 4}, (4, 1)),
        ("cwgan-gp", {"critic_steps": 4}, (4, 1)),
        ("stargan", {"critic_steps": 4}, (4, 1)),
        ("cgan", {}, (1, 1)),
        ("r3gan", {}, (1, 1)),
    ],
)
def test_a_step_has_the_updates_of_the_options(name, changes, updates):
    model, batch, _ = sampled(name, **changes)
    assert (model.d_steps, model.g_steps) == updates
    assert batch["discriminator"]["image"].shape == (4, updates[0], *SHAPE)


@pytest.mark.parametrize(
    ("name", "changes", "shares"),
    [
        ("gan", {}, True),
        ("gan", {"share_fakes": False}, False),
        ("acgan", {}, False),
        ("acgan", {"share_fakes": True}, True),
        ("wgan", {}, False),
        ("wgan-gp", {}, False),
        ("wgan-gp", {"share_fakes": True}, True),
    ],
)
def test_players_share_fakes_where_the_options_do(name, changes, shares):
    assert sampled(name, **changes)[0].shares_fakes == shares
