import numpy as np
import pytest
import tensorflow as tf

from kerasgan.datasets.domains import DomainDraws, Domains

SIZE = 6


def marked(count, first):
    """Pictures whose red tells their number, green the row and blue the column."""
    red, green, blue = np.meshgrid(
        np.arange(first, first + count), np.arange(SIZE), np.arange(SIZE), indexing="ij"
    )
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


DOMAINS = Domains(marked(7, 0), marked(4, 100))


def drawn(steps, seed=0, batch_size=3, image_size=4, domains=DOMAINS):
    """Return uint8 {"a", "b"}: [steps * B, S, S, 3] as a data set brings them."""

    def batch_of(step):
        return DomainDraws(domains, seed, step, batch_size, image_size).pictures()

    batches = [tf.data.Dataset.from_tensors(np.int64(step)).map(batch_of) for step in steps]
    batches = [next(batch.as_numpy_iterator()) for batch in batches]
    assert {batch["a"].shape for batch in batches} == {(batch_size, 1, image_size, image_size, 3)}
    return {
        name: np.rint(np.concatenate([batch[name][:, 0] for batch in batches]) * 127.5 + 127.5)
        for name in ("a", "b")
    }


def numbers(pictures):
    return pictures[:, 0, 0, 0].astype(int).tolist()


def test_every_epoch_brings_every_picture_once_in_another_order():
    pictures = drawn(range(7))
    a, b = numbers(pictures["a"]), numbers(pictures["b"])
    epochs = [a[start : start + 7] for start in range(0, 21, 7)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(7))] * 3
    assert epochs[0] != epochs[1] != epochs[2]
    assert [sorted(b[start : start + 4]) for start in range(0, 20, 4)] == [[100, 101, 102, 103]] * 5


def test_domains_of_one_length_have_orders_of_their_own():
    pictures = drawn(range(4), domains=Domains(marked(6, 0), marked(6, 0)))
    assert numbers(pictures["a"]) != numbers(pictures["b"])


def test_pictures_are_squares_cut_anywhere_and_flipped_half_of_the_time():
    pictures = drawn(range(3), batch_size=150)["a"].astype(int)
    rows, columns = pictures[..., 1], pictures[..., 2]
    # Rows and columns that follow one another: nothing is resized or turned upside down.
    assert (np.diff(rows, axis=1) == 1).all()
    steps = np.diff(columns, axis=2)
    assert set(steps.ravel()) == {-1, 1}
    flipped = steps[:, 0, 0] == -1
    assert (steps == np.where(flipped, -1, 1)[:, None, None]).all()
    # Five standard errors around one half, and around a third of each of the offsets 0 to 2.
    assert flipped.mean() == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(450))
    for offsets in (rows.min(axis=(1, 2)), columns.min(axis=(1, 2))):
        np.testing.assert_allclose(np.bincount(offsets) / 450, 1 / 3, atol=5 * 0.0222)


def test_a_picture_is_cut_anew_every_time_it_comes():
    seen = drawn(range(12), batch_size=1, domains=Domains(marked(1, 0), marked(1, 0)))["a"]
    assert len({picture.tobytes() for picture in seen}) > 4


def test_a_step_and_a_seed_decide_everything():
    one, again = drawn([5, 6]), drawn(range(7))
    for name in ("a", "b"):
        np.testing.assert_array_equal(one[name], again[name][-6:])
        assert not np.array_equal(one[name], drawn([5, 6], seed=1)[name])


def test_pictures_of_the_wanted_size_are_taken_whole():
    pictures = drawn(range(3), image_size=SIZE)["a"]
    assert (np.sort(pictures[..., 2], axis=2) == np.arange(SIZE)).all()
