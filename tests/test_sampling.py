import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from kerasgan.inference import sampling
from kerasgan.labels import Vocabulary
from kerasgan.utils.errors import InvalidInput


def test_noise_is_the_named_generators_row_by_row():
    noise = sampling.noise(tf.constant([7, 8, 7], tf.int64), 5, 0.5)
    expected = 0.5 * tf.random.stateless_normal([5], [8, 0], alg="philox")
    np.testing.assert_array_equal(noise[1], expected)
    np.testing.assert_array_equal(noise[0], noise[2])
    assert not np.array_equal(noise[0], noise[1])


def test_slerp_between_perpendicular_vectors_walks_the_quarter_circle():
    points = sampling.slerp(np.array([1.0, 0.0]), np.array([0.0, 1.0]), [0.0, 0.5, 1.0])
    half = np.sqrt(0.5)
    np.testing.assert_allclose(points, [[1, 0], [half, half], [0, 1]], atol=1e-12)


def test_slerp_begins_and_ends_where_it_should_and_keeps_its_length():
    start, end = np.random.default_rng(0).normal(size=(2, 100))
    points = sampling.slerp(start, end, np.linspace(0, 1, 9))
    np.testing.assert_allclose(points[[0, -1]], [start, end])
    lengths = np.linalg.norm(points, axis=1)
    np.testing.assert_allclose(lengths, np.linspace(*lengths[[0, -1]], 9))


@pytest.mark.parametrize("end", [[2.0, 0.0], [0.0, 0.0], [-1.0, 0.0]])
def test_slerp_without_a_circle_is_a_line(end):
    points = sampling.slerp(np.array([1.0, 0.0]), np.array(end), np.linspace(0, 1, 5))
    np.testing.assert_allclose(points, np.linspace([1.0, 0.0], end, 5))


def test_conditions_follow_the_runs_vocabulary():
    pairs = (("red", "gray"), ("red", "green"), ("blue", "gray"))
    vocabulary = Vocabulary(("red", "blue"), ("green", "gray", "black"), pairs)
    names = ("noise", "hair", "eyes", "pair")
    one_hots = sampling.conditions(vocabulary, names, [("blue", "gray"), ("red", "green")])
    np.testing.assert_array_equal(one_hots["hair"], [[0, 1], [1, 0]])
    np.testing.assert_array_equal(one_hots["eyes"], [[0, 1, 0], [1, 0, 0]])
    np.testing.assert_array_equal(one_hots["pair"], [[0, 0, 1], [0, 1, 0]])
    with pytest.raises(
        InvalidInput, match=r"unknown eyes colour 'red' .*allowed: green, gray, black"
    ):
        sampling.conditions(vocabulary, ["eyes"], [("blue", "red")])
    with pytest.raises(
        InvalidInput, match="no image has blue hair green eyes; near pairs: red hair gr"
    ):
        sampling.conditions(vocabulary, ["pair"], [("blue", "green")])
    assert sampling.conditions(vocabulary, ["noise"], [("", "")]) == {}


def test_an_image_depends_on_its_seed_and_not_on_its_batch(trained):
    generator = sampling.load(trained).sampling_generator
    sampler = sampling.Sampler(generator, trained.vocabulary, trained.config.sigma)
    pair = (trained.vocabulary.hair[0], trained.vocabulary.eyes[0])
    together = sampler.generate([pair] * 70, 5)
    alone = sampler.generate([pair], 5 + 66)
    assert np.abs(together[66].astype(int) - alone[0]).max() <= 1
    assert together.dtype == np.uint8
    assert together.shape == (70, 16, 16, 3)


def test_without_noise_the_image_is_the_same_for_all_seeds(trained):
    sampler = sampling.Sampler(
        sampling.load(trained).sampling_generator, trained.vocabulary, sigma=0.0
    )
    pair = (trained.vocabulary.hair[0], trained.vocabulary.eyes[0])
    first, second = sampler.generate([pair] * 2, 3)
    np.testing.assert_array_equal(first, second)


def test_the_averaged_generator_generates(trained):
    averaged = sampling.load(trained).sampling_generator
    raw = sampling.load(_without_average(trained)).sampling_generator
    assert not np.array_equal(averaged.get_weights()[0], raw.get_weights()[0])


def _without_average(run):
    # The checkpoint's copy of the config is compared too, so both are rewritten.
    from kerasgan.runs import checkpoints

    _, arrays = checkpoints.newest(run)
    config = dataclasses.replace(run.config, ema=0.0)
    changed = dataclasses.replace(run, config=config, path=run.path.parent / "raw")
    arrays = {key: value for key, value in arrays.items() if not key.startswith("averaged")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "named_variables", lambda model: arrays)
        checkpoints.save(changed, None, 2)
    return changed
