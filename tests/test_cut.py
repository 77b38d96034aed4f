import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasgan.datasets.unpaired import UnpairedImages
from kerasgan.losses import patch_nce
from kerasgan.models.cut import CUT
from kerasgan.models.variables import named_variables
from kerasgan.networks import cut, cyclegan
from kerasgan.runs import checkpoints
from tests import variables

TINY = {
    "image_size": 32,
    "load_size": 34,
    "width": 0.05,
    "blocks": 2,
    "num_patches": 12,
    "batch_size": 2,
    "steps": 10,
}
RANDOM = np.random.default_rng(0)
DOMAINS = UnpairedImages(
    *(RANDOM.integers(256, size=(5, 34, 34, 3), dtype=np.uint8) for _ in range(2))
)
LAYERS = ("image", "down_0", "down_1", "block_0_sum", "block_1_sum")


def untrained(**changes):
    keras.utils.set_random_seed(0)
    return CUT(**{**TINY, **changes})


def batch_of(model, step):
    config = model.config
    steps = DOMAINS.steps(config.seed, config.batch_size, 1, step)
    return next(iter(model.batches(steps, step)))


def update_of(model):
    batch = batch_of(model, 0)["discriminator"]
    return tf.nest.map_structure(lambda tensor: tensor[:, 0], batch)


def build(**changes):
    model = untrained(**changes)
    model.compile()
    model.build_players(tf.nest.map_structure(tf.TensorSpec.from_tensor, batch_of(model, 0)))
    return model


def train(model, steps):
    for step in steps:
        model.train_step(batch_of(model, step))


def unit_vectors(*shape):
    vectors = RANDOM.normal(size=shape)
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype("float32")


def nce(queries, keys, temperature):
    """Each query's cross-entropy, one by one, as a mean."""
    losses = []
    for image_queries, image_keys in zip(queries, keys, strict=True):
        for index, query in enumerate(image_queries):
            shares = np.exp(np.float64(image_keys @ query) / temperature)
            losses.append(-np.log(shares[index] / shares.sum()))
    return np.mean(losses)


@pytest.mark.parametrize("temperature", [0.07, 1.0])
def test_patch_nce_is_the_cross_entropy_among_the_patches_of_an_image(temperature):
    queries, keys = unit_vectors(3, 7, 5), unit_vectors(3, 7, 5)
    expected = nce(queries, keys, temperature)
    assert float(patch_nce(queries, keys, temperature)) == pytest.approx(expected, rel=1e-5)
    # A patch of another image is no negative.
    others = keys.copy()
    others[1:] = unit_vectors(2, 7, 5)
    first, second = (patch_nce(queries[:1], images[:1], temperature) for images in (keys, others))
    assert float(first) == float(second)


@pytest.mark.parametrize("temperature", [0.07, 0.5])
def test_patch_nce_of_orthogonal_patches(temperature):
    patches = np.eye(6, dtype="float32")[None]
    expected = np.log(1 + 5 * np.exp(-1 / temperature))
    assert float(patch_nce(patches, patches, temperature)) == pytest.approx(expected, abs=1e-6)
    # Every query resembles a wrong patch alone.
    wrong = float(patch_nce(patches, np.roll(patches, 1, axis=1), temperature))
    assert wrong == pytest.approx(1 / temperature + expected, rel=1e-5)


def test_the_encoder_is_a_part_of_the_generator():
    generator = cyclegan.generator(blocks=6, width=0.05, name="a_to_b")
    encoder = cut.encoder(generator, blocks=6)
    shapes = {name: tuple(f.shape) for name, f in encoder(np.zeros((1, 16, 24, 3))).items()}
    assert shapes == {
        "image": (1, 16, 24, 3),
        "down_0": (1, 8, 12, 6),
        "down_1": (1, 4, 6, 13),
        "block_0_sum": (1, 4, 6, 13),
        "block_4_sum": (1, 4, 6, 13),
    }
    assert {id(v) for v in encoder.variables} < {id(v) for v in generator.variables}
    one_block = cut.encoder(cyclegan.generator(blocks=1, width=0.05), blocks=1)
    assert list(one_block.output) == ["image", "down_0", "down_1", "block_0_sum"]


def test_heads_return_unit_vectors_of_two_layers():
    heads = cut.heads({"down_0": 128, "image": 3})
    sizes = {
        name: 256 * channels + 256 + 256 * 256 + 256
        for name, channels in {"down_0": 128, "image": 3}.items()
    }
    assert heads.count_params() == sum(sizes.values())
    vectors = heads({"down_0": unit_vectors(2, 9, 128), "image": unit_vectors(2, 9, 3)})
    for rows in vectors.values():
        np.testing.assert_allclose(np.linalg.norm(rows, axis=-1), np.ones((2, 9)), rtol=1e-5)


def expected_nce(model, images, translated, batch):
    """The mean of `nce` over the layers, from the networks' outputs, with NumPy."""
    encoder = cut.encoder(model.generator.get_layer("a_to_b"), model.config.blocks)
    features = [
        {name: np.array(maps) for name, maps in encoder(stack, training=True).items()}
        for stack in (translated, images)
    ]
    mirrored = np.array(batch["is_mirrored"])[:, 0]
    for maps in features[0].values():
        maps[mirrored] = maps[mirrored, :, ::-1]
    vectors = []
    for maps in features:
        patches = {
            name: np.stack(
                [
                    rows.reshape(-1, rows.shape[-1])[at]
                    for rows, at in zip(maps[name], np.array(batch["positions"][name]), strict=True)
                ]
            )
            for name in maps
        }
        vectors.append({name: np.array(rows) for name, rows in model.heads(patches).items()})
    assert tuple(vectors[0]) == LAYERS
    return np.mean([nce(*(rows[name] for rows in vectors), 0.07) for name in LAYERS])


@pytest.mark.parametrize("options", [{}, {"nce_weight": 0.5, "identity_weight": 0.25}])
def test_generator_losses_against_numpy(options):
    model = untrained(**options)
    batch = update_of(model)
    batch["is_mirrored"] = tf.constant([[True], [False]])
    fakes = model.generate(batch)
    losses, _ = model.generator_losses(batch, fakes)
    scores = np.array(model.discriminator(fakes, training=True))
    expected = {
        "g_fool": np.mean((scores - 1) ** 2),
        "g_nce": options.get("nce_weight", 10) * expected_nce(model, batch["source"], fakes, batch),
    }
    if options:
        mirrored = tf.stack([batch["image"][0, :, ::-1], batch["image"][1]])
        same = model.generator({"a": mirrored}, training=True)["b"]
        expected["g_nce_identity"] = 0.25 * expected_nce(model, batch["image"], same, batch)
    assert {name: float(loss) for name, loss in losses.items()} == pytest.approx(expected, rel=1e-4)


def test_discriminator_losses_against_numpy():
    model = untrained()
    batch = update_of(model)
    # One of two scores is above 1/2, the threshold of the accuracies.
    middle = np.mean(model.discriminator(batch["image"]))
    model.discriminator.layers[-1].bias.assign([0.5 - middle])
    fakes = tf.constant(RANDOM.uniform(-1, 1, (2, 32, 32, 3)), tf.float32)
    losses, metrics = model.discriminator_losses(batch, fakes)
    real, fake = (np.array(model.discriminator(stack)) for stack in (batch["image"], fakes))
    assert float(losses["d_real"]) == pytest.approx(np.mean((real - 1) ** 2), rel=1e-4)
    assert float(losses["d_fake"]) == pytest.approx(np.mean(fake**2), rel=1e-4)
    assert np.sum(metrics["d_accuracy_real"][0]) == 1
    np.testing.assert_array_equal(metrics["d_accuracy_real"][0], real.mean((1, 2, 3)) > 0.5)
    np.testing.assert_array_equal(metrics["d_accuracy_fake"][0], fake.mean((1, 2, 3)) <= 0.5)
    for kind, stack in (("real", batch["image"]), ("fake", fakes)):
        distance = np.sqrt(np.square(np.subtract(*np.array(stack))).mean())
        assert float(metrics[f"d_distance_{kind}"]) == pytest.approx(distance, rel=1e-5)


def test_keys_have_no_gradient_and_everything_trained_has_one():
    model = untrained()
    batch = update_of(model)
    fakes = model.generate(batch)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([batch["source"], fakes])
        losses, _ = model.generator_losses(batch, fakes)
    assert tape.gradient(losses["g_nce"], batch["source"]) is None
    assert np.abs(tape.gradient(losses["g_nce"], fakes)).max() > 0

    trained = (*model.generator.trainable_variables, *model.heads.trainable_variables)
    assert [id(v) for v in model.generator_variables] == [id(v) for v in trained]
    variables = [variable.value for variable in trained]
    with tf.GradientTape() as tape:
        nce_loss = model.generator_losses(batch, model.generate(batch))[0]["g_nce"]
    # Instance norm cancels the biases before it.
    for variable, gradient in zip(variables, tape.gradient(nce_loss, variables), strict=True):
        assert len(variable.shape) == 1 or np.abs(gradient).max() > 0


def symmetric_encoder(generator, blocks):
    image = generator.input
    pooled = keras.layers.AveragePooling2D(4)(image)
    return keras.Model(image, {"image": image, "pooled": pooled})


def toy_generator(slope):
    """Colours are inverted, and changed from left to right by a slope."""
    ramp = tf.linspace(0.0, slope, 32)[None, None, :, None]
    return lambda inputs, training: {"b": ramp - inputs["a"]}


def test_a_generator_that_mirrors_with_its_images_has_the_same_loss_mirrored(monkeypatch):
    monkeypatch.setattr(cut, "encoder", symmetric_encoder)
    model = untrained(identity_weight=1.0)
    batch = update_of(model)
    losses = []
    for slope in (0.0, 0.5):
        model.generator = toy_generator(slope)
        for is_mirrored in (False, True):
            batch["is_mirrored"] = tf.fill([2, 1], is_mirrored)
            fakes = model.generate(batch)
            terms, _ = model.generator_losses(batch, fakes)
            losses.append([float(terms[name]) for name in ("g_nce", "g_nce_identity")])
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)
    assert (np.abs(np.subtract(losses[3], losses[2])) > 1e-3).all()


def test_fastcut_mirrors_half_of_the_images_and_cut_none():
    for flip_equivariance, share in ((True, 0.5), (False, 0.0)):
        model = untrained(flip_equivariance=flip_equivariance)
        batches = model.batches(DOMAINS.steps(0, 2, 1, 0)).take(20)
        drawn = [batch["discriminator"]["is_mirrored"] for batch in batches]
        assert abs(np.mean(drawn) - share) <= 0.3 * share


def test_positions_are_of_each_layer_and_as_many_as_there_are():
    positions = update_of(untrained(num_patches=100))["positions"]
    areas = dict(zip(LAYERS, (32 * 32, 16 * 16, 8 * 8, 8 * 8, 8 * 8), strict=True))
    assert positions.keys() == areas.keys()
    for name, area in areas.items():
        rows = np.sort(positions[name], axis=1)
        assert rows.shape == (2, min(100, area))
        assert (np.diff(rows, axis=1) > 0).all()
        assert 0 <= rows.min() <= rows.max() < area
    assert not np.array_equal(positions["down_1"], positions["block_0_sum"])


def test_images_of_a_are_translated_and_compared_with_those_of_b():
    black, white = (np.full((3, 34, 34, 3), grey, np.uint8) for grey in (0, 255))
    batches = untrained().batches(UnpairedImages(black, white).steps(0, 2, 1, 0))
    batch = next(iter(batches))["discriminator"]
    np.testing.assert_array_equal(batch["source"], -np.ones((2, 1, 32, 32, 3)))
    np.testing.assert_array_equal(batch["image"], np.ones((2, 1, 32, 32, 3)))


def test_draws_depend_on_the_seed_and_the_step_alone():
    model = untrained()
    *_, third = model.batches(DOMAINS.steps(0, 2, 1, 0)).take(3)
    third, again, fourth = (
        batch["discriminator"] for batch in (third, batch_of(model, 2), batch_of(model, 3))
    )
    for name in LAYERS:
        np.testing.assert_array_equal(again["positions"][name], third["positions"][name])
        assert not np.array_equal(fourth["positions"][name], third["positions"][name])
    np.testing.assert_array_equal(again["is_mirrored"], third["is_mirrored"])


@pytest.mark.slow
def test_two_steps_and_one_are_three():
    settings = {"ema": 0.5, "steps": 3, "identity_weight": 1.0, "augment": ("shift",)}
    whole = build(**settings)
    before = [np.array(weight) for weight in whole.heads.weights]
    train(whole, range(2))
    moved = [np.abs(old - new).max() for old, new in zip(before, whole.heads.weights, strict=True)]
    assert min(moved) > 0
    arrays = {key: np.array(variable) for key, variable in named_variables(whole).items()}
    assert {key.split("/")[0] for key in arrays} == {
        "averaged_generator", "discriminator", "discriminator_player", "failed_step",
        "generator", "generator_player", "heads", "step",
    }  # fmt: skip
    train(whole, [2])
    second = build(**settings)
    checkpoints.restore(arrays, named_variables(second))
    train(second, [2])
    variables.assert_same(second, whole)


def test_cut_averages_what_the_paper_adds():
    preset = CUT.CONFIG.from_preset("cut")
    assert (preset.nce_weight, preset.identity_weight, preset.steps) == (0.5, 0.5, 400_000)
    fast = CUT.CONFIG()
    assert (fast.nce_weight, fast.identity_weight, fast.steps) == (10.0, 0.0, 200_000)
    assert (fast.flip_equivariance, preset.flip_equivariance) == (True, False)
