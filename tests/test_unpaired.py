import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerasgan.configs.cyclegan import CycleGANConfig
from kerasgan.datasets import sources, unpaired
from kerasgan.datasets.avatars import portrait, traits
from kerasgan.datasets.unpaired import UnpairedImages
from kerasgan.labels import LabelSchema
from kerasgan.models.step_random import UnpairedStepRandom
from kerasgan.utils.errors import InvalidInput
from tests.conftest import tiny_config

SIZE = 6


def marked(count, first):
    """Images whose red tells their number, green the row and blue the column."""
    red, green, blue = np.meshgrid(
        np.arange(first, first + count), np.arange(SIZE), np.arange(SIZE), indexing="ij"
    )
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


DOMAINS = UnpairedImages(marked(7, 0), marked(4, 100))


def drawn(steps, seed=0, batch_size=3, image_size=4, domains=DOMAINS):
    """Uint8 {"a", "b"}: [steps * B, S, S, 3] as a data set brings them."""

    def batch_of(step):
        given = next(iter(domains.steps(seed, batch_size, 1, step)))
        random = UnpairedStepRandom(given, seed, tf.constant(step, tf.int64), image_size)
        return {name: images.numpy() for name, images in random.images().items()}

    batches = [batch_of(step) for step in steps]
    assert {batch["a"].shape for batch in batches} == {(batch_size, 1, image_size, image_size, 3)}
    return {
        name: np.rint(np.concatenate([batch[name][:, 0] for batch in batches]) * 127.5 + 127.5)
        for name in ("a", "b")
    }


def numbers(images):
    return images[:, 0, 0, 0].astype(int).tolist()


def test_every_epoch_brings_every_image_once_in_another_order():
    images = drawn(range(7))
    a, b = numbers(images["a"]), numbers(images["b"])
    epochs = [a[start : start + 7] for start in range(0, 21, 7)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(7))] * 3
    assert epochs[0] != epochs[1] != epochs[2]
    assert [sorted(b[start : start + 4]) for start in range(0, 20, 4)] == [[100, 101, 102, 103]] * 5


def test_domains_of_one_length_have_orders_of_their_own():
    images = drawn(range(4), domains=UnpairedImages(marked(6, 0), marked(6, 0)))
    assert numbers(images["a"]) != numbers(images["b"])


def test_images_are_squares_cut_anywhere_and_flipped_half_of_the_time():
    images = drawn(range(3), batch_size=150)["a"].astype(int)
    rows, columns = images[..., 1], images[..., 2]
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


def test_a_image_is_cut_anew_every_time_it_comes():
    seen = drawn(range(12), batch_size=1, domains=UnpairedImages(marked(1, 0), marked(1, 0)))["a"]
    assert len({image.tobytes() for image in seen}) > 4


def test_a_step_and_a_seed_decide_everything():
    one, again = drawn([5, 6]), drawn(range(7))
    for name in ("a", "b"):
        np.testing.assert_array_equal(one[name], again[name][-6:])
        assert not np.array_equal(one[name], drawn([5, 6], seed=1)[name])


def test_images_of_the_wanted_size_are_taken_whole():
    images = drawn(range(3), image_size=SIZE)["a"]
    assert (np.sort(images[..., 2], axis=2) == np.arange(SIZE)).all()


@pytest.fixture
def make(tmp_path):
    """Make a folder of images that are messy but for their colour."""

    def make(name, colours):
        (tmp_path / name).mkdir(parents=True)
        for number, colour in enumerate(colours):
            pixels = np.full((20, 31, 3), colour, np.uint8)
            if number == 1:
                alpha = np.full((20, 31, 1), 0 if number % 2 else 255, np.uint8)
                pixels = np.concatenate([pixels, alpha], axis=-1)
            if number == 2:
                pixels = pixels[..., 0].astype(np.uint16) * 257
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")

    return make


def reds(images):
    assert images.shape[1:] == (36, 36, 3)
    return images[np.arange(images.shape[0])][:, 18, 18, 0].tolist()


def test_folders_of_messy_images_are_read_and_their_tests_held_out(make):
    for name, colours in {"trainA": (10, 20, 30), "trainB": (40, 50), "testA": (60,)}.items():
        make(f"two/{name}", colours)
    config = tiny_config("cyclegan", data="two", val_fraction=0.0)
    training, held_out = unpaired.load(config)
    # What is transparent shows white, and 16 bits become 8.
    assert reds(training.a) == [10, 255, 30]
    assert reds(training.b) == [40, 255]
    assert reds(held_out.a) == [60]
    # There is no testB, and no share of trainB is held out.
    assert reds(held_out.b) == []
    assert training.schema == LabelSchema()
    assert training.key == held_out.key


def test_any_two_folders_are_two_domains(make):
    make("summer", (10, 20))
    make("deep/winter", range(100, 220, 10))
    config = tiny_config("cyclegan", domain_a="summer", domain_b="deep/winter", val_fraction=0.3)
    training, held_out = unpaired.load(config)
    assert training.a.shape[0] + held_out.a.shape[0] == 2
    assert training.b.shape[0] + held_out.b.shape[0] == 12
    assert 0 < held_out.b.shape[0] < 12


def test_avatars_are_shared_out_and_those_held_out_are_drawn_in_both_styles():
    config = tiny_config("cyclegan", num_avatars=5, val_fraction=0.4)
    training, held_out = unpaired.load(config)
    shown = {
        "a": (training.a, (0, 2, 4), "cartoon"),
        "b": (training.b, (1, 3), "animation"),
        "held-out a": (held_out.a, (5, 6), "cartoon"),
        "held-out b": (held_out.b, (5, 6), "animation"),
    }
    for images, numbers, style in shown.values():
        expected = [
            portrait.draw(traits.face(sources.AVATAR_SEED, number), 36, style) for number in numbers
        ]
        np.testing.assert_array_equal(images[np.arange(len(numbers))], np.stack(expected))
        assert images.shape[0] == len(numbers)


def test_a_domain_without_images_is_refused(make, tmp_path):
    make("two/trainA", (10,))
    with pytest.raises(InvalidInput, match=r"no folder 'two/trainB'; allowed: .* Found trainA"):
        unpaired.load(tiny_config("cyclegan", data="two"))
    (tmp_path / "two" / "trainB").mkdir()
    with pytest.raises(InvalidInput, match="two/trainB has no known layout"):
        unpaired.load(tiny_config("cyclegan", data="two"))
    Image.new("RGB", (9, 9)).save(tmp_path / "two" / "trainB" / "0.png")
    (tmp_path / "two" / "trainB" / "0.png").write_bytes(b"broken")
    with pytest.raises(
        InvalidInput, match="domain b of two must have a readable image that is not held out, got 0"
    ):
        unpaired.load(tiny_config("cyclegan", data="two"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"domain_a": "one"}, "domain-a and domain-b are given together"),
        ({"domain_a": "one", "domain_b": "two", "data": "three"}, "data is 'three' and domain-a"),
    ],
)
def test_domains_are_named_in_one_way(options, message):
    with pytest.raises(InvalidInput, match=message):
        tiny_config("cyclegan", **options)


def test_the_reports_faces_and_paintings_are_two_folders_all_of_which_is_trained_on(tmp_path):
    for domain, count in (("faces", 3), ("paintings", 4)):
        (tmp_path / domain).mkdir()
        for number in range(count):
            Image.new("RGB", (50, 40), (60 * number, 0, 0)).save(
                tmp_path / domain / f"{number}.png"
            )
    folders = {"domain_a": str(tmp_path / "faces"), "domain_b": str(tmp_path / "paintings")}
    config = CycleGANConfig.from_preset("ukiyo-e", image_size=32, load_size=36, **folders)
    training, held_out = unpaired.load(config)
    assert [part.shape for part in (training.a, training.b)] == [(3, 36, 36, 3), (4, 36, 36, 3)]
    assert (held_out.size, training.epoch_size) == (0, 4)
