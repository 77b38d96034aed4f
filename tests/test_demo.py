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
from kerasgan.models import sampling
from kerasgan.runs import checkpoints, directory, lookup
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
    face = generate_images.image_grid(str(run.path), weights, 0.0, seed, 1, hair, eyes)
    return face.crop((0, 0, 64, 32)), face.crop((0, 32, 64, 64))


@pytest.mark.parametrize(("hair", "eyes"), [("blue", "red"), ("red", "green")])
def test_faces_have_the_requested_colours(run, hair, eyes):
    assert tuple(map(seen, image_halves(run, hair, eyes))) == (hair, eyes)


def test_raw_weights_are_those_that_training_updates(run):
    raw, _ = image_halves(run, "blue", "red", weights=generate_images.RAW)
    assert np.asarray(raw).min() == 255


def test_an_interpolation_begins_and_ends_at_the_faces_of_its_seeds(run):
    settings = (str(run.path), generate_images.AVERAGED, 1.0, 7, 3)
    blue_red = ALL_PAIRS.indices({"hair": "blue", "eyes": "red"})
    generator = run_selection.load_model(run).sampling_generator
    sampler = sampling.Sampler(generator, run.schema, 1.0)
    expected = [sampler.generate(np.array([blue_red]), seed)[0].astype(int) for seed in (7, 3)]
    found = [
        generate_images.interpolated_image(*settings, position, "blue", "red")
        for position in (0.0, 1.0)
    ]
    assert np.abs(np.subtract(found, expected)).max() <= 1
    assert np.abs(np.subtract(*expected)).max() > 10


def test_the_sheet_is_that_of_the_sample_command(run, kerasgan):
    assert kerasgan("sample", "--seed", 5, "--out", "sheet.png").exit_code == 0
    sheet = generate_images.sheet(str(run.path), generate_images.AVERAGED, run.config.sigma, 5)
    with Image.open("sheet.png") as expected:
        np.testing.assert_array_equal(sheet, expected)


def test_an_unconditional_model_ignores_labels():
    run = made("gan", ALL_PAIRS)
    grid = generate_images.image_grid(str(run.path), generate_images.AVERAGED, 1.0, 0, 3, None)
    assert grid.size == (132, 132)


def test_a_label_without_a_value_is_random_as_in_the_sample_command(run, kerasgan):
    assert kerasgan("sample", "--hair", "blue", "-n", 9, "--out", "nine.png").exit_code == 0
    grid = generate_images.image_grid(
        str(run.path), generate_images.AVERAGED, run.config.sigma, 0, 9, "blue", ""
    )
    with Image.open("nine.png") as expected:
        np.testing.assert_array_equal(grid, expected)


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
def test_numbers_out_of_range_are_refused(run, sigma, count, message):
    with pytest.raises(InvalidInput, match=message):
        generate_images.image_grid(
            str(run.path), generate_images.AVERAGED, sigma, 0, count, "red", "red"
        )
    with pytest.raises(InvalidInput, match="the position must be from 0 to 1, got nan"):
        generate_images.interpolated_image(
            str(run.path), generate_images.AVERAGED, 1.0, 0, 1, float("nan"), "red", "red"
        )


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
