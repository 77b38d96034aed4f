import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from kerasgan.inference import loading
from kerasgan.labels import MISSING, LabelSchema
from kerasgan.models import sampling
from kerasgan.utils.errors import InvalidInput


def test_noise_is_the_named_generators_row_by_row():
    noise = sampling.noise(tf.constant([7, 8, 7], tf.int64), 5, 0.5)
    expected = 0.5 * tf.random.stateless_normal([5], [8, 0], alg="philox")
    np.testing.assert_array_equal(noise[1], expected)
    np.testing.assert_array_equal(noise[0], noise[2])
    assert not np.array_equal(noise[0], noise[1])


def test_conditions_follow_the_runs_schema():
    labels = {"hair": ("red", "blue"), "eyes": ("green", "gray", "black")}
    schema = LabelSchema.of(labels, (("red", "gray"), ("red", "green"), ("blue", "gray")))
    names = ("noise", "hair", "eyes", "combination")
    one_hots = sampling.conditions(schema, names, np.array([[1, 1], [0, 0]]))
    np.testing.assert_array_equal(one_hots["hair"], [[0, 1], [1, 0]])
    np.testing.assert_array_equal(one_hots["eyes"], [[0, 1, 0], [1, 0, 0]])
    np.testing.assert_array_equal(one_hots["combination"], [[0, 0, 1], [0, 1, 0]])
    missing = sampling.conditions(schema, ["eyes"], np.array([[1, MISSING]]))
    np.testing.assert_array_equal(missing["eyes"], [[0, 0, 0]])
    with pytest.raises(
        InvalidInput,
        match="no image has hair=blue, eyes=green; near combinations: hair=red, eyes=green; hair",
    ):
        sampling.conditions(schema, ["combination"], np.array([[1, 0]]))
    assert sampling.conditions(schema, ["noise"], np.array([[0, 0]])) == {}


def test_random_labels_are_combinations_that_occur_and_depend_on_their_own_seed():
    labels = {"a": ("x", "y"), "b": ("u", "v", "w")}
    schema = LabelSchema.of(labels, (("x", "u"), ("y", "v"), ("x", "w")))
    drawn = sampling.random_labels(schema, {}, range(50))
    assert set(map(tuple, drawn.tolist())) == set(schema.combinations)
    np.testing.assert_array_equal(sampling.random_labels(schema, {}, [7]), drawn[7:8])
    of_x = sampling.random_labels(schema, {"a": 0}, range(50))
    assert set(map(tuple, of_x.tolist())) == {(0, 0), (0, 2)}
    # No image has y and w: the choice wins.
    assert sampling.random_labels(schema, {"a": 1, "b": 2}, [0]).tolist() == [[1, 2]]
    assert sampling.random_labels(LabelSchema(), {}, range(3)).shape == (3, 0)


def test_a_sheet_shows_one_label_by_another_and_fixes_the_rest():
    labels = {"a": ("x", "y"), "b": ("u", "v", "w"), "c": ("no", "yes")}
    schema = LabelSchema.of(labels)
    sheet = sampling.sheet_labels(schema)
    assert (sheet.rows, sheet.columns, sheet.width) == (["x", "y"], ["u", "v", "w"], 3)
    assert sheet.labels.tolist() == [
        [0, 0, 0],
        [0, 1, 0],
        [0, 2, 0],
        [1, 0, 0],
        [1, 1, 0],
        [1, 2, 0],
    ]
    sheet = sampling.sheet_labels(schema, {"a": 1}, rows="c")
    assert (sheet.rows, sheet.columns) == (["no c", "c"], ["u", "v", "w"])
    assert sheet.labels[:, 0].tolist() == [1] * 6
    sheet = sampling.sheet_labels(schema, {"a": 1, "b": 2})
    assert (sheet.rows, sheet.columns, sheet.width) == (["no c", "c"], [], 8)
    assert sampling.sheet_labels(LabelSchema()).labels.shape == (64, 0)


def test_an_image_depends_on_its_seed_and_not_on_its_batch(trained):
    generator = loading.load(trained).sampling_generator
    sampler = sampling.Sampler(generator, trained.schema, trained.config.sigma)
    together = sampler.generate(np.zeros((70, 2), int), 5)
    alone = sampler.generate(np.zeros((1, 2), int), 5 + 66)
    assert np.abs(together[66].astype(int) - alone[0]).max() <= 1
    assert together.dtype == np.uint8
    assert together.shape == (70, 16, 16, 3)


def test_without_noise_the_image_is_the_same_for_all_seeds(trained):
    generator = loading.load(trained).sampling_generator
    first, second = sampling.Sampler(generator, trained.schema, 0.0).generate(
        np.zeros((2, 2), int), 3
    )
    np.testing.assert_array_equal(first, second)


def test_the_averaged_generator_generates(trained):
    averaged = loading.load(trained).sampling_generator
    raw = loading.load(_without_average(trained)).sampling_generator
    assert not np.array_equal(averaged.get_weights()[0], raw.get_weights()[0])


def _without_average(run):
    # The checkpoint's copy of the config is compared too, so both are rewritten.
    from kerasgan.runs import checkpoints

    _, arrays = checkpoints.newest(run)
    config = dataclasses.replace(run.config, ema=0.0)
    changed = dataclasses.replace(run, config=config, path=run.path.parent / "raw")
    arrays = {key: value for key, value in arrays.items() if not key.startswith("averaged")}
    checkpoints.write(changed, arrays, 2, changed.checkpoints / "step-000002.npz")
    return changed
