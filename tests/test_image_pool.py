import numpy as np
import pytest
import tensorflow as tf

from kerasgan.models.image_pool import ImagePool


def numbered(*numbers):
    """Images of one pixel whose value is their number."""
    return tf.reshape(tf.constant(numbers, tf.float32), [-1, 1, 1, 1])


def exchange(pool, numbers, coins, slots):
    shown = pool.exchange(
        numbered(*numbers), tf.constant(coins, tf.float32), tf.constant(slots, tf.int64)
    )
    return np.asarray(shown).ravel().tolist()


def stored(pool):
    return np.asarray(pool.images).ravel().tolist()


def test_the_first_images_fill_the_pool_whatever_the_coin():
    pool = ImagePool(3, [1, 1, 1])
    assert exchange(pool, [1, 2], [0.1, 0.9], [2, 2]) == [1, 2]
    assert int(pool.count) == 2
    assert stored(pool) == [1, 2, 0]


def test_the_image_after_the_last_free_slot_is_already_exchanged():
    pool = ImagePool(2, [1, 1, 1])
    assert exchange(pool, [1, 2, 3], [0.1, 0.1, 0.1], [1, 1, 0]) == [1, 2, 1]
    assert stored(pool) == [3, 2]
    assert int(pool.count) == 2


def test_a_coin_below_one_half_brings_the_old_image_out():
    pool = ImagePool(2, [1, 1, 1])
    exchange(pool, [1, 2], [0, 0], [0, 0])
    assert exchange(pool, [3], [0.49], [1]) == [2]
    assert exchange(pool, [4], [0.5], [1]) == [4]
    assert stored(pool) == [1, 3]


def test_with_probability_1_every_new_image_enters_a_full_pool():
    pool = ImagePool(2, [1, 1, 1], exchange_probability=1.0)
    exchange(pool, [1, 2], [0, 0], [0, 0])
    assert exchange(pool, [3, 4, 5], [0.1, 0.9, 0.999], [0, 1, 0]) == [1, 2, 3]
    assert stored(pool) == [5, 4]


def test_a_slot_used_twice_in_a_batch_exchanges_the_first_image_with_the_second():
    pool = ImagePool(2, [1, 1, 1])
    exchange(pool, [1, 2], [0, 0], [0, 0])
    assert exchange(pool, [3, 4, 5], [0.1, 0.1, 0.1], [0, 0, 1]) == [1, 3, 2]
    assert stored(pool) == [4, 5]


def test_a_pool_of_size_0_passes_images_through():
    pool = ImagePool(0, [1, 1, 1])
    assert exchange(pool, [1, 2], [0.1, 0.9], [0, 0]) == [1, 2]
    assert int(pool.count) == 0


def reference(size, numbers, coins, slots):
    """The pool of CycleGAN's PyTorch code, image by image."""
    pool, shown = [], []
    for number, coin, slot in zip(numbers, coins, slots, strict=True):
        if len(pool) < size:
            pool.append(number)
        elif coin < 0.5:
            number, pool[slot] = pool[slot], number
        shown.append(number)
    return shown


@pytest.mark.parametrize("batch_size", [1, 4])
def test_a_full_pool_replaces_half_of_the_images(batch_size):
    random = np.random.default_rng(0)
    count, size = 400, 5
    coins, slots = random.uniform(size=count), random.integers(size, size=count)
    pool = ImagePool(size, [1, 1, 1])
    step = tf.function(pool.exchange)
    shown = []
    for start in range(0, count, batch_size):
        chunk = slice(start, start + batch_size)
        numbers = numbered(*range(count)[chunk])
        random_inputs = tf.constant(coins[chunk], tf.float32), tf.constant(slots[chunk])
        shown += np.asarray(step(numbers, *random_inputs)).ravel().tolist()
    assert shown == reference(size, range(count), coins, slots)
    # Five standard errors around one half.
    through = np.mean(np.array(shown[size:]) == np.arange(size, count))
    assert through == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(count - size))
