import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.datasets.labelled import LabelledImages
from kerasgan.labels import BINARY, LabelSchema
from kerasgan.models.stargan import StarGAN
from kerasgan.models.variables import named_variables
from kerasgan.runs import checkpoints
from tests import variables

TINY = {
    "image_size": 16,
    "width": 0.05,
    "batch_size": 4,
    "critic_steps": 2,
    "steps": 10,
}
COLOURS = LabelSchema.of({"hair": ("red", "blue", "gray"), "eyes": ("red", "blue")})
BINARIES = LabelSchema.of({"Male": BINARY, "Young": BINARY})


@pytest.fixture
def data():
    """Six images whose index determines their colours."""
    random = np.random.default_rng(0)
    images = random.integers(256, size=(6, 16, 16, 3), dtype=np.uint8)
    labels = np.stack([np.arange(6) % 3, np.arange(6) // 3], axis=1)
    return LabelledImages.of("six", images, COLOURS, labels)


def untrained(schema=COLOURS, **changes):
    keras.utils.set_random_seed(0)
    return StarGAN(schema, **{**TINY, **changes})


def batch_of(model, data, step):
    config = model.config
    steps = data.steps(config.seed, config.batch_size, model.d_steps, step)
    return next(iter(model.batches(steps, step)))


def build(data, **changes):
    model = untrained(**changes)
    spec = tf.nest.map_structure(tf.TensorSpec.from_tensor, batch_of(model, data, 0))
    model.compile()
    model.build_players(spec)
    return model


def floats(values):
    return {name: float(value) for name, value in values.items() if not isinstance(value, tuple)}


@pytest.mark.parametrize("mirror", [True, False])
def test_half_of_the_real_images_are_mirrored_as_in_the_authors_code(mirror):
    half = np.zeros((6, 16, 16, 3), np.uint8)
    half[:, :, :8] = 255
    data = LabelledImages.of("half", half, COLOURS, np.zeros((6, 2), np.int64))
    images = np.asarray(
        batch_of(untrained(mirror=mirror, batch_size=6), data, 0)["discriminator"]["image"]
    )
    is_mirrored = images[:, :, 0, 0, 0] < 0
    assert (0 < is_mirrored.mean() < 1) == mirror
    np.testing.assert_array_equal(images[:, :, 0, 0, 0], -images[:, :, 0, -1, 0])
    assert StarGAN(COLOURS).config.mirror


def test_target_labels_are_those_of_the_batchs_other_images(data):
    batch = batch_of(untrained(critic_steps=3), data, 0)
    critic = batch["discriminator"]
    assert critic["image"].shape == (4, 3, 16, 16, 3)
    for name in ("hair", "eyes"):
        own = np.asarray(critic["labels"][name])
        np.testing.assert_array_equal(critic["target"][name], np.roll(own, 1, axis=0))


class Editor:
    """A generator that adds the first component of every label to every pixel."""

    def __call__(self, inputs, training):
        labels = [inputs[name][:, 0] for name in inputs if name != "image"]
        return inputs["image"] + sum(labels)[:, None, None, None]


class Critic:
    """A map of scores, the red of each pixel, and fixed class logits."""

    def __init__(self, **logits):
        self.logits = logits

    def __call__(self, image, training):
        return {"source": image[:, ::8, ::8, :1], **self.logits}


def sample(**sizes):
    random = np.random.default_rng(0)

    def one_hots():
        return {
            name: tf.one_hot(random.integers(size, size=4), size) for name, size in sizes.items()
        }

    return {
        "image": tf.constant(random.uniform(-1, 1, (4, 16, 16, 3)), tf.float32),
        "labels": one_hots(),
        "target": one_hots(),
        "alpha": tf.constant(random.uniform(size=(4, 1)), tf.float32),
        "real_augmentation": {},
        "augmentation": {},
        "logits": {name: random.normal(size=(4, k)).astype("float32") for name, k in sizes.items()},
    }


def cross_entropy(logits, labels):
    log_p = logits - np.log(np.exp(logits.astype("float64")).sum(-1, keepdims=True))
    return -(np.asarray(labels) * log_p).sum(-1).mean()


def binary_cross_entropy(logits, labels):
    """That of the paper's one logit, the difference of the two."""
    p = 1 / (1 + np.exp(logits[:, 0].astype("float64") - logits[:, 1]))
    return -np.where(np.asarray(labels)[:, 1] == 1, np.log(p), np.log(1 - p)).mean()


@pytest.mark.parametrize(
    ("schema", "classification"),
    [(COLOURS, cross_entropy), (BINARIES, binary_cross_entropy)],
    ids=["categorical", "binary"],
)
def test_losses_against_numpy(schema, classification):
    model = untrained(schema, class_weight=0.5, reconstruction_weight=3.0, penalty_weight=7.0)
    batch = sample(**schema.sizes)
    logits = batch.pop("logits")
    model.generator, model.discriminator = Editor(), Critic(**logits)
    fakes = model.generate(batch)
    image = np.asarray(batch["image"])
    first = {
        kind: sum(np.asarray(labels)[:, 0] for labels in batch[kind].values())[:, None, None, None]
        for kind in ("labels", "target")
    }
    losses, metrics = model.discriminator_losses(batch, fakes)
    real, fake = image[:, ::8, ::8, 0].mean(), (image + first["target"])[:, ::8, ::8, 0].mean()
    expected = {
        "d_real": -real,
        "d_fake": fake,
        # A map of four pixels, each with gradient 1 at one value: together of norm 2.
        "d_penalty": 7 * (2 - 1) ** 2,
    }
    for name in schema.sizes:
        expected[f"d_{name}"] = 0.5 * classification(logits[name], batch["labels"][name])
    assert floats(losses) == pytest.approx(expected, rel=1e-5)
    assert float(metrics["d_wasserstein"]) == pytest.approx(real - fake, rel=1e-5)
    losses, _ = model.generator_losses(batch, fakes)
    expected = {
        "g_fool": -fake,
        # Edited to the target, then back to its own labels.
        "g_reconstruction": 3 * np.abs(first["target"] + first["labels"]).mean(),
    }
    for name in schema.sizes:
        expected[f"g_{name}"] = 0.5 * classification(logits[name], batch["target"][name])
    assert floats(losses) == pytest.approx(expected, rel=1e-5)


def test_cross_entropy_with_zero_centred_penalties_against_numpy():
    model = untrained(loss="bce", penalty_weight=3.0, penalty_share=0.5, class_weight=0.0)
    batch = sample(**COLOURS.sizes)
    model.generator, model.discriminator = Editor(), Critic(**batch.pop("logits"))
    fakes = model.generate(batch)
    losses, metrics = model.discriminator_losses(batch, fakes)
    real, fake = (np.asarray(images)[:, ::8, ::8, 0] for images in (batch["image"], fakes))
    assert float(losses["d_real"]) == pytest.approx(np.logaddexp(0, -real).mean(), rel=1e-5)
    assert float(losses["d_fake"]) == pytest.approx(np.logaddexp(0, fake).mean(), rel=1e-5)
    # The mean score has gradient 1/4 at four values.
    for name in ("d_r1", "d_r2"):
        assert float(metrics[name]) == pytest.approx(4 / 4**2, rel=1e-5)
    assert float(losses["d_penalty"]) == pytest.approx(3.0 / 2 * (0.25 + 0.25), rel=1e-5)
    assert "d_wasserstein" not in metrics
    losses, _ = model.generator_losses(batch, fakes)
    assert float(losses["g_fool"]) == pytest.approx(np.logaddexp(0, -fake).mean(), rel=1e-5)


@pytest.mark.slow
def test_a_step_makes_all_critic_updates_at_one_rate(data):
    model = build(data, critic_steps=3, steps=3)
    for step in range(2):
        model.train_step(batch_of(model, data, step))
    critic, generator = model.discriminator_player, model.generator_player
    assert int(critic.optimizer.iterations) == 6
    assert int(generator.optimizer.iterations) == 2
    # After two of three steps both are at the last one's rate.
    rates = [float(player.optimizer.learning_rate) for player in (critic, generator)]
    assert rates == [0.0, 0.0]
    record = model.record()
    assert record["d_loss"] == pytest.approx(
        sum(record[f"d_{term}"] for term in ("real", "fake", "penalty", "hair", "eyes")), rel=1e-5
    )
    assert record["g_loss"] == pytest.approx(
        sum(record[f"g_{term}"] for term in ("fool", "hair", "eyes", "reconstruction")), rel=1e-5
    )
    assert int(model.failed_step) == 0


@pytest.mark.parametrize(
    ("player", "other"), [("discriminator", "generator"), ("generator", "discriminator")]
)
def test_an_update_changes_its_own_network_only(data, player, other):
    model = build(data)
    batch = batch_of(model, data, 0)["discriminator"]
    batch = tf.nest.map_structure(lambda tensor: tensor[:, 0], batch)
    tape = model.generator_player.tape()
    with tape:
        fakes = model.generate(batch)
    moving, fixed = getattr(model, player), getattr(model, other)
    before = [
        [np.array(variable) for variable in network.trainable_variables]
        for network in (moving, fixed)
    ]
    getattr(model, f"{player}_player").update(
        batch, fakes, tape=tape if player == "generator" else None
    )
    same = [
        [np.array_equal(*pair) for pair in zip(old, network.trainable_variables, strict=True)]
        for old, network in zip(before, (moving, fixed), strict=True)
    ]
    assert not any(same[0])
    assert all(same[1])


@pytest.mark.slow
def test_two_steps_and_one_are_three(data):
    whole, first, second = (build(data, ema=0.5, steps=3) for _ in range(3))
    for step in range(3):
        whole.train_step(batch_of(whole, data, step))
    for step in range(2):
        first.train_step(batch_of(first, data, step))
    saved = named_variables(first)
    arrays = {key: np.array(variable) for key, variable in saved.items()}
    checkpoints.restore(arrays, named_variables(second))
    second.train_step(batch_of(second, data, 2))
    variables.assert_same(second, whole)
