"""Runs and images on the page of `kerasgan demo`, without Gradio."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kerasgan.configs.generation import GenerationConfig
from kerasgan.configs.translation import TranslationConfig
from kerasgan.demo import generate_images, run_selection, translate_images
from kerasgan.inference import image_to_image, packing
from kerasgan.labels import BINARY, LabelSchema
from kerasgan.runs import checkpoints, directory, lookup
from kerasgan.utils import images
from kerasgan.utils.errors import InvalidInput
from tests.conftest import tiny_config
from tests.stubs import (
    ALL_PAIRS,
    BAD_FILES,
    FEW_PAIRS,
    made,
    painted,
    recoloured,
    seen,
    write_bad_files,
)


@pytest.fixture
def run():
    return painted()


def image_halves(run, hair, eyes, *, weights=generate_images.AVERAGED, seed=0):
    """The upper and the lower half of one image."""
    (face,) = generate_images.by_seed(str(run.path), weights, 0.0, seed, 1, hair, eyes).pixels()
    return face[:16], face[16:]


@pytest.mark.parametrize(("hair", "eyes"), [("blue", "red"), ("red", "green")])
def test_faces_have_the_requested_colours(run, hair, eyes):
    assert tuple(map(seen, image_halves(run, hair, eyes))) == (hair, eyes)


def test_raw_weights_are_those_that_training_updates(run):
    raw, _ = image_halves(run, "blue", "red", weights=generate_images.RAW)
    assert np.asarray(raw).min() == 255


# Settings whose run is not read, as the error is found before.
NOWHERE = ("runs/none", generate_images.AVERAGED, 1.0, 0)


def settings(run, sigma=1.0, seed=7):
    return str(run.path), generate_images.AVERAGED, sigma, seed


def difference(first, second):
    return np.abs(np.subtract(first, second, dtype=int)).max()


def test_a_walk_passes_the_images_of_its_seeds_and_returns_to_the_first(run):
    def image(seed):
        return generate_images.by_seed(*settings(run, seed=seed), 1, "blue", "red").pixels()[0]

    seeds, frames = (7, 3, 12), generate_images.FRAMES
    walked = generate_images.walk(*settings(run), "3, 12", "blue", "red")
    assert len(walked) == 3 * frames
    for index, seed in enumerate(seeds):
        assert difference(walked[index * frames], image(seed)) <= 1
        stopped = generate_images.walk_frame(
            *settings(run), "3, 12", index / len(seeds), "blue", "red"
        )
        assert difference(stopped, image(seed)) <= 1
    assert difference(image(7), image(3)) > 10
    # Neighbours differ less than the seeds, also the last frame and the first.
    steps = [difference(frame, walked[index - 1]) for index, frame in enumerate(walked)]
    assert max(steps) < difference(image(7), image(3))
    end = generate_images.walk_frame(*settings(run), "3, 12", 1.0, "blue", "red")
    np.testing.assert_array_equal(
        end, generate_images.walk_frame(*settings(run), "3, 12", 0.0, "blue", "red")
    )
    np.testing.assert_array_equal(
        walked, generate_images.walk(*settings(run), " 3,12 ", "blue", "red")
    )
    # All have the random labels of the first.
    still = generate_images.walk(*settings(run, sigma=0.0), "3", "", "")
    first = generate_images.by_seed(*settings(run, sigma=0.0), 1, "", "").pixels()
    assert difference(still, first) <= 1


@pytest.mark.parametrize(
    "others", ["", ",", "1,", "-1", "1.5", "nan", "1 2", "1,2,3,4,5,6,7,8", "9" * 17, "x" * 10**6]
)
def test_walks_through_anything_but_a_few_seeds_are_refused(others):
    with pytest.raises(InvalidInput, match="the other seeds must be 1 to 7 integers") as error:
        generate_images.walk(*NOWHERE, others)
    assert len(str(error.value)) < 250


def test_a_seed_of_a_walk_has_the_limit_of_the_first():
    with pytest.raises(InvalidInput, match="the seed must be from 0 to 9007199254740928"):
        generate_images.walk(*NOWHERE, str(2**53))


def test_variations_of_strength_0_are_the_image_byte_for_byte(run):
    sheet = generate_images.by_seed(*settings(run), 16, "blue", "red")
    varied = generate_images.vary(sheet, 3, 0.0)
    np.testing.assert_array_equal(varied.pixels(), np.tile(sheet.pixels()[3], (9, 1, 1, 1)))
    assert varied.captions == ["blue", "red"]
    others = generate_images.vary(sheet, 3, 0.8).pixels()
    np.testing.assert_array_equal(others[generate_images.MIDDLE], sheet.pixels()[3])
    assert difference(others, sheet.pixels()[3]) > 10


@pytest.fixture
def sheet():
    """Four images with labels of their own."""
    noise = np.random.default_rng(0).normal(size=(4, 50)).astype("float32")
    return generate_images.Shown(*NOWHERE, noise, np.array([[0, 0], [0, 1], [1, 0], [1, 1]]))


def test_a_chosen_image_stays_in_the_middle_of_its_variations(sheet):
    middle, distances = generate_images.MIDDLE, []
    for strength in (0.1, 1.0):
        varied = generate_images.vary(sheet, 2, strength)
        assert varied.labels.tolist() == [[1, 0]] * 9
        np.testing.assert_array_equal(varied.noise[middle], sheet.noise[2])
        others = np.delete(varied.noise, middle, axis=0)
        distances.append(np.linalg.norm(others - sheet.noise[2], axis=1))
    assert (distances[0] > 0).all()
    assert (distances[0] < distances[1]).all()


def test_variations_are_a_function_of_the_seed_and_the_choices(sheet):
    first, again = (generate_images.vary(sheet, 3, 0.4) for _ in range(2))
    np.testing.assert_array_equal(first.noise, again.noise)
    # The same image once more has variations in other directions.
    second = generate_images.vary(first, generate_images.MIDDLE, 0.4)
    np.testing.assert_array_equal(second.noise[generate_images.MIDDLE], sheet.noise[3])
    assert not np.isclose(second.noise[0], first.noise[0]).all()
    # Another strength has the same directions, so one can return.
    stronger = generate_images.vary_again(first, 0.8)
    assert not np.isclose(stronger.noise[0], first.noise[0]).all()
    np.testing.assert_array_equal(generate_images.vary_again(stronger, 0.4).noise, first.noise)


@pytest.mark.parametrize("index", [-1, 4, 10**30, 0.5, float("nan"), True, "0" * 10**6, None, [0]])
def test_only_images_that_are_shown_are_varied(sheet, index):
    with pytest.raises(InvalidInput, match="the index of the image must be") as error:
        generate_images.vary(sheet, index, 0.5)
    assert len(str(error.value)) < 150


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan"), float("inf"), "1", None])
def test_strengths_out_of_range_are_refused(sheet, strength):
    with pytest.raises(InvalidInput, match="the strength must be from 0 to 1, got"):
        generate_images.vary(sheet, 0, strength)
    with pytest.raises(InvalidInput, match="the strength must be from 0 to 1, got"):
        generate_images.vary_again(generate_images.vary(sheet, 0, 0.5), strength)


def test_nothing_is_varied_before_there_are_images_and_one_is_chosen(sheet):
    with pytest.raises(InvalidInput, match="there are no images to vary"):
        generate_images.vary(None, 0, 0.5)
    for shown in (None, sheet):
        with pytest.raises(InvalidInput, match="no image was chosen to be varied"):
            generate_images.vary_again(shown, 0.5)


def test_the_sheet_is_that_of_the_sample_command(run, kerasgan):
    assert kerasgan("sample", "--seed", 5, "--out", "sheet.png").exit_code == 0
    sheet = generate_images.sheet(str(run.path), generate_images.AVERAGED, run.config.sigma, 5)
    with Image.open("sheet.png") as expected:
        np.testing.assert_array_equal(sheet, expected)


def test_an_unconditional_model_ignores_labels():
    run = made("gan", ALL_PAIRS)
    shown = generate_images.by_seed(*settings(run), 3, None)
    assert shown.pixels().shape == (3, 16, 16, 3)
    assert shown.captions == []


def test_a_label_without_a_value_is_random_as_in_the_sample_command(run, kerasgan):
    assert kerasgan("sample", "--hair", "blue", "-n", 9, "--out", "nine.png").exit_code == 0
    nine = generate_images.by_seed(*settings(run, run.config.sigma, 0), 9, "blue", "").pixels()
    with Image.open("nine.png") as expected:
        np.testing.assert_array_equal(images.grid(nine, 3), expected)


@pytest.mark.parametrize(
    ("hair", "eyes", "seed", "message"),
    [
        (
            "red",
            "red",
            0,
            "no image has hair=red, eyes=red; near combinations: hair=red, eyes=blue",
        ),
        ("red", "blue", None, "a seed is missing; allowed: integers from 0"),
        ("red", "blue", 0.5, "the seed must be an integer from 0 to 9007199254740928, got 0.5"),
        ("red", "blue", -1, "the seed must be from 0 to 9007199254740928, got -1"),
        ("red", "blue", True, "the seed must be from 0 to 9007199254740928, got True"),
    ],
)
def test_unknown_pairs_and_invalid_seeds_are_refused(hair, eyes, seed, message):
    run = made("cgan", FEW_PAIRS)
    with pytest.raises(InvalidInput, match=message):
        image_halves(run, hair, eyes, seed=seed)


@pytest.mark.parametrize(
    ("sigma", "count", "message"),
    [
        (float("nan"), 1, "sigma must be from 0 to .*, got nan"),
        (float("inf"), 1, "sigma must be from 0 to .*, got inf"),
        ("1", 1, "sigma must be from 0 to .*, got '1'"),
        (1.0, 3.5, "the number of images must be an integer from 1 to 64, got 3.5"),
        (1.0, 65, "the number of images must be from 1 to 64, got 65"),
        (1.0, float("nan"), "the number of images must be from 1 to 64, got nan"),
    ],
)
def test_numbers_out_of_range_are_refused(sigma, count, message):
    with pytest.raises(InvalidInput, match=message):
        generate_images.by_seed("runs/none", generate_images.AVERAGED, sigma, 0, count)
    with pytest.raises(InvalidInput, match="the position must be from 0 to 1, got nan"):
        generate_images.walk_frame(*NOWHERE, "1", float("nan"))


def test_a_model_is_loaded_again_only_for_a_new_checkpoint(run):
    model = run_selection.load_model(run)
    assert run_selection.load_model(directory.read(run.path)) is model
    checkpoints.save(run, model, 2)
    assert run_selection.load_model(run) is not model


def test_runs_of_a_kind_are_offered_the_named_one_first(monkeypatch):
    monkeypatch.setattr(lookup, "_SHIPPED_MODELS", ())
    gan, cyclegan, wgan = (
        made(model, schema)
        for model, schema in (("gan", ALL_PAIRS), ("cyclegan", LabelSchema()), ("wgan", ALL_PAIRS))
    )
    directory.create(tiny_config("gan"), ALL_PAIRS, "0123", "report", "no checkpoint yet")
    assert run_selection.runs_of(GenerationConfig) == [wgan, gan]
    assert run_selection.runs_of(GenerationConfig, "1") == [gan, wgan]
    assert run_selection.runs_of(GenerationConfig, "2") == [wgan, gan]
    assert run_selection.runs_of(TranslationConfig, "1") == [cyclegan]
    (wgan.path / "config.json").write_text("{")
    assert run_selection.runs_of(GenerationConfig) == [gan]


def test_bundled_runs_are_offered_last_and_have_no_raw_weights(run, monkeypatch, tmp_path):
    packing.pack(run, tmp_path / "shipped" / "acgan")
    monkeypatch.setattr(directory, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setattr(lookup, "_SHIPPED_MODELS", ("acgan",))
    own, shipped = run_selection.runs_of(GenerationConfig)
    assert (own, shipped.name) == (run, "pretrained/acgan")
    assert [run_selection.has_raw_weights(one) for one in (own, shipped)] == [True, False]
    assert tuple(map(seen, image_halves(shipped, "green", "blue"))) == ("green", "blue")


@pytest.fixture
def image_file(tmp_path):
    """A file of 100 x 60 pixels."""
    Image.new("RGB", (100, 60), (90, 120, 100)).save(tmp_path / "one.png")
    return str(tmp_path / "one.png")


def translated(run, file, *wanted):
    return translate_images.triptych(str(run.path), str(file), Path(file).parent, *wanted)


@pytest.mark.parametrize(
    "file", ["/etc/passwd", "page/../one.png", "page/link.png", "page", "absent"]
)
def test_a_file_outside_of_the_folder_is_refused(image_file, tmp_path, file):
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "link.png").symlink_to(image_file)
    run = recoloured()
    with pytest.raises(InvalidInput, match="this file was not uploaded here"):
        translate_images.triptych(
            str(run.path), str(tmp_path / file), tmp_path / "page", False, "b", None, None, []
        )


def test_an_image_of_too_many_pixels_is_refused(tmp_path):
    Image.new("1", (10_000, 5_001)).save(tmp_path / "large.png")
    run = recoloured()
    with pytest.raises(
        InvalidInput, match=r"large.png has 10000 x 5001 pixels, more than the limit"
    ):
        translated(run, tmp_path / "large.png", False, "b")


@pytest.mark.parametrize(("keep_size", "size"), [(False, (32, 53)), (True, (60, 100))])
def test_an_image_is_translated_and_back(image_file, keep_size, size):
    run = recoloured()
    triptych = translated(run, image_file, keep_size, "b")
    assert [seen(image) for image in triptych] == ["green", "red", "blue"]
    assert {image.shape for image in triptych} == {(*size, 3)}
    _, changed, _ = translated(run, image_file, keep_size, "a")
    assert seen(changed) == "blue"


def test_cut_translates_in_one_direction(image_file):
    run = recoloured("cut")
    assert [seen(image) for image in translated(run, image_file, False, "b")] == ["green", "red"]
    with pytest.raises(InvalidInput, match="unknown target domain of cut 'a'; allowed: b"):
        translated(run, image_file, False, "a")


@pytest.mark.parametrize(
    ("values", "changes"),
    [(("blue", "", None), {"hair": 2}), (("", "yes", "red"), {"Male": 1})],
)
def test_stargan_changes_the_requested_labels(image_file, values, changes):
    schema = LabelSchema.of({"hair": ("red", "green", "blue"), "Male": BINARY})
    run = made("stargan", schema)
    triptych = translated(run, image_file, False, None, *values)
    editor = image_to_image.Editor(run_selection.load_model(run), schema)
    expected = image_to_image.edit_round_trip(editor, changes)(triptych[0])
    for image, other in zip(triptych[1:], expected, strict=True):
        assert np.abs(image.astype(int) - other).max() <= 1


@pytest.mark.parametrize(("name", "message"), BAD_FILES.items())
def test_errors_name_the_file_that_cannot_be_translated(tmp_path, name, message):
    write_bad_files(tmp_path)
    run = recoloured()
    with pytest.raises(InvalidInput, match=message):
        translated(run, tmp_path / name, False, "b")


def test_a_new_avatar_has_the_style_of_the_source_domain():
    cyclegan, stargan = made("cyclegan", LabelSchema()), made("stargan", ALL_PAIRS, data="avatars")
    to_animation, to_cartoon, to_colours = (
        np.asarray(translate_images.new_avatar(str(run.path), domain, 7))
        for run, domain in ((cyclegan, "b"), (cyclegan, "a"), (stargan, None))
    )
    # Cartoons have a white background.
    assert (to_animation[0, 0] == 255).all()
    assert (to_cartoon[0, 0] != 255).any()
    assert (to_colours[0, 0] != 255).any()
    assert translate_images.domain_names(cyclegan.config) == {"a": "cartoon", "b": "animation"}


def test_domains_are_called_by_their_folders():
    config = tiny_config("cyclegan", domain_a="photos/summer", domain_b="photos/winter")
    assert translate_images.domain_names(config) == {"a": "summer", "b": "winter"}
    assert not config.has_avatars
    config = tiny_config("cyclegan", data="horses")
    assert translate_images.domain_names(config) == {"a": "a", "b": "b"}
