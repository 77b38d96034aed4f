import zlib

import numpy as np
import pytest
import tensorflow as tf

from kerasgan.datasets.labelled import LabelledImages
from kerasgan.labels import LabelSchema
from kerasgan.models.step_random import LabelledStepRandom

COUNT = 10
SCHEMA = LabelSchema.of({"hair": ("red", "blue"), "eyes": ("red", "blue", "gray")})


@pytest.fixture
def data():
    """Ten images whose grey value is their number; number 3 has no eye label."""
    images = np.repeat(np.arange(COUNT, dtype=np.uint8), 4 * 4 * 3).reshape(COUNT, 4, 4, 3)
    rows = np.arange(COUNT)[::-1].copy()
    eyes = np.where(rows == 3, -1, rows % 3)
    combination = np.where(rows == 3, -1, rows % 2 * 3 + rows % 3)
    labels = np.stack([rows % 2, eyes], axis=1)
    return LabelledImages("ten", images, rows, SCHEMA, labels, combination)


def sample_batch(random):
    return {
        "real": random.examples(),
        "noise": random.normal("noise", 2, [5], 0.5),
        "labels": random.labels("wanted", 2),
        "uniform": random.uniform("uniform", 2),
        "combinations": random.combinations("combinations", 2),
    }


def collect(data, seed, done, count):
    def batch(step, given):
        return sample_batch(LabelledStepRandom(given, SCHEMA, seed, step))

    numbers = tf.data.Dataset.counter(start=np.int64(done))
    endless = tf.data.Dataset.zip((numbers, data.steps(seed, 4, 2, done))).map(batch)
    return list(endless.take(count).as_numpy_iterator())


def random_of(data, batch_size, schema=SCHEMA):
    given = next(iter(data.steps(0, batch_size, 2, 0)))
    return LabelledStepRandom(given, schema, 0, tf.constant(0, tf.int64))


def equal(first, second):
    return [
        np.array_equal(a, b)
        for a, b in zip(tf.nest.flatten(first), tf.nest.flatten(second), strict=True)
    ]


def test_a_step_has_the_same_batch_wherever_the_data_set_starts(data):
    assert all(equal(collect(data, 7, 0, 4)[2:], collect(data, 7, 2, 2)))


def shuffled(data, batch_size, updates, done=0, count=6, seed=7):
    """Numbers of the images of `count` steps, in the order of the updates, int [count, n]."""
    steps = data.shuffled_steps(seed, batch_size, updates, done).take(count)
    batches = [step["image"][..., 0, 0, 0] for step in steps.as_numpy_iterator()]
    assert batches[0].shape == (batch_size, updates)
    return np.array([batch.T.ravel() for batch in batches])


@pytest.mark.parametrize(("batch_size", "updates"), [(5, 1), (4, 1), (2, 2), (3, 3), (12, 2)])
def test_an_epoch_has_each_image_once_before_any_repeats(data, batch_size, updates):
    per_epoch = -(-COUNT // (batch_size * updates))
    epochs = shuffled(data, batch_size, updates, count=3 * per_epoch).reshape(3, -1)
    for epoch in epochs:
        assert sorted(epoch[:COUNT]) == list(range(COUNT))
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_an_epoch_is_the_same_wherever_the_data_set_starts(data):
    np.testing.assert_array_equal(shuffled(data, 4, 2)[3:], shuffled(data, 4, 2, 3, 3))
    assert (shuffled(data, 4, 2) != shuffled(data, 4, 2, seed=8)).any()


def test_steps_and_seeds_have_different_batches(data):
    first, second = collect(data, 7, 0, 2)
    assert not any(equal(first, second))
    assert not any(equal(first, collect(data, 8, 0, 1)[0]))


def test_tensors_of_other_names_differ(data):
    random = random_of(data, 4)
    assert not np.array_equal(random.normal("one", 1, [5]), random.normal("other", 1, [5]))


def test_examples_have_their_own_labels(data):
    for batch in collect(data, 0, 0, 5):
        number = np.rint((batch["real"]["image"][..., 0, 0, 0] + 1) * 127.5).astype(int)
        np.testing.assert_array_equal(batch["real"]["labels"]["hair"], np.eye(2)[number % 2])
        eyes = np.eye(3)[number % 3]
        eyes[number == 3] = 0
        np.testing.assert_array_equal(batch["real"]["labels"]["eyes"], eyes)


def test_noise_has_the_given_deviation_and_labels_are_uniform(data):
    random = random_of(data, 3000)
    noise = random.normal("noise", 2, [5], 0.5)
    # Five standard errors of 30,000 random.
    assert np.std(noise) == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(2 * 30_000))
    shares = np.mean(random.labels("wanted", 2)["eyes"], axis=(0, 1))
    np.testing.assert_allclose(shares, 1 / 3, atol=5 * np.sqrt(2 / 9 / 6000))


def test_combinations_occur_in_the_data_and_mismatched_ones_differ(data):
    combinations = SCHEMA.combinations[:4]
    random = random_of(data, 400, SCHEMA._replace(combinations=combinations))
    of_data = random.combinations("one", 2)
    mismatched = random.mismatched_combinations("other", of_data["combination"])
    for sampled in (of_data, mismatched):
        indices = np.argmax(sampled["combination"], axis=-1)
        # Five standard errors around a quarter.
        np.testing.assert_allclose(np.bincount(indices.ravel()) / 800, 1 / 4, atol=5 * 0.0154)
        for column, name in enumerate(SCHEMA.names):
            values = np.argmax(sampled["labels"][name], axis=-1)
            np.testing.assert_array_equal(values, np.array(combinations)[indices][..., column])
    assert not np.any(np.argmax(of_data["combination"], axis=-1) == indices)


def test_uniform_numbers_stay_in_their_range(data):
    sampled = random_of(data, 1000).uniform("alpha", 2, 0.75, 1.25)
    assert sampled.shape == (1000, 2, 1)
    assert 0.75 <= np.min(sampled) < 0.76
    assert 1.24 < np.max(sampled) < 1.25


def test_numbers_are_those_of_the_philox_generator(data):
    """On a CPU TensorFlow chooses Philox, whose numbers are the same on every device."""
    random = random_of(data, 4)
    key = tf.random.fold_in(tf.constant([0, 0], tf.int64), zlib.crc32(b"z"), alg="philox")
    normal = 0.5 * tf.random.stateless_normal([4, 2, 5], key, alg="philox")
    np.testing.assert_array_equal(random.normal("z", 2, [5], 0.5), normal)
    integers = tf.random.stateless_uniform([4, 2], key, 0, 9, tf.int64, alg="philox")
    np.testing.assert_array_equal(random.integers("z", 2, 9), integers)
