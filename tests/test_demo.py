"""What the page shows, without the page."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kerasgan.configs.generation import GenerationConfig
from kerasgan.configs.translation import TranslationConfig
from kerasgan.demo import choices, generation, run_files, translation
from kerasgan.inference import image_to_image, packing, sampling
from kerasgan.labels import NO_LABELS, Vocabulary
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


def drawn(run, hair, eyes, *, weights=generation.AVERAGED, seed=0):
    """The upper and the lower half of the one face that is drawn."""
    picture = generation.faces(str(run.path), weights, 0.0, seed, hair, eyes, 1)
    return picture.crop((0, 0, 64, 32)), picture.crop((0, 32, 64, 64))


@pytest.mark.parametrize(("hair", "eyes"), [("blue", "red"), ("red", "green")])
def test_faces_have_the_colours_that_are_asked_for(run, hair, eyes):
    assert tuple(map(seen, drawn(run, hair, eyes))) == (hair, eyes)


def test_raw_weights_are_those_that_training_changes(run):
    raw, _ = drawn(run, "blue", "red", weights=generation.RAW)
    assert np.asarray(raw).min() == 255


def test_a_walk_leads_from_one_seeds_face_to_the_others(run):
    settings = (str(run.path), generation.AVERAGED, 1.0, 7, "blue", "red", 3)
    sampler = sampling.Sampler(run, choices.model(run).sampling_generator, 1.0)
    expected = [sampler.pictures([("blue", "red")], seed)[0].astype(int) for seed in (7, 3)]
    found = [generation.face_between(*settings, place) for place in (0.0, 1.0)]
    assert np.abs(np.subtract(found, expected)).max() <= 1
    assert np.abs(np.subtract(*expected)).max() > 10


def test_the_sheet_is_that_of_the_sample_command(run, kerasgan):
    assert kerasgan("sample", "--seed", 5, "--out", "sheet.png").exit_code == 0
    sheet = generation.sheet(str(run.path), generation.AVERAGED, run.config.sigma, 5)
    with Image.open("sheet.png") as expected:
        np.testing.assert_array_equal(sheet, expected)


def test_a_model_without_conditions_draws_without_colours():
    run = made("gan", ALL_PAIRS)
    assert generation.faces(str(run.path), generation.AVERAGED, 1.0, 0, None, None, 3).size == (
        132,
        132,
    )


@pytest.mark.parametrize(
    ("hair", "eyes", "seed", "message"),
    [
        ("red", "red", 0, "no image has red hair red eyes; near pairs: red hair blue eyes"),
        ("red", "blue", None, "a seed is missing; allowed: whole numbers"),
        ("red", "blue", 0.5, "the seed is 0.5; allowed: whole numbers from 0"),
        ("red", "blue", -1, "the seed is -1; allowed: from 0"),
        ("red", "blue", True, "the seed is True; allowed: from 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(hair, eyes, seed, message):
    run = made("cgan", FEW_PAIRS)
    with pytest.raises(InvalidInput, match=message):
        drawn(run, hair, eyes, seed=seed)


@pytest.mark.parametrize(
    ("sigma", "count", "message"),
    [
        (float("nan"), 1, "sigma is nan; allowed: from 0"),
        (float("inf"), 1, "sigma is inf"),
        ("1", 1, "sigma is '1'"),
        (1.0, 3.5, "the number of faces is 3.5; allowed: whole numbers from 1 to 64"),
        (1.0, 65, "the number of faces is 65"),
        (1.0, float("nan"), "the number of faces is nan"),
    ],
)
def test_numbers_out_of_range_are_refused(run, sigma, count, message):
    with pytest.raises(InvalidInput, match=message):
        generation.faces(str(run.path), generation.AVERAGED, sigma, 0, "red", "red", count)
    with pytest.raises(InvalidInput, match="the place is nan"):
        generation.face_between(
            str(run.path), generation.AVERAGED, 1.0, 0, "red", "red", 1, float("nan")
        )


def test_a_model_is_loaded_anew_only_where_a_checkpoint_is_new(run):
    model = choices.model(run)
    assert choices.model(directory.read(run.path)) is model
    checkpoints.save(run, model, 2)
    assert choices.model(run) is not model


def test_the_runs_that_fit_are_offered_the_wanted_one_first(monkeypatch):
    monkeypatch.setattr(lookup, "_SHIPPED_MODELS", ())
    gan, cyclegan, wgan = (
        made(model, vocabulary)
        for model, vocabulary in (("gan", ALL_PAIRS), ("cyclegan", NO_LABELS), ("wgan", ALL_PAIRS))
    )
    directory.create(tiny_config("gan"), ALL_PAIRS, "0123", "paper", "no checkpoint yet")
    assert choices.fitting(GenerationConfig) == [wgan, gan]
    assert choices.fitting(GenerationConfig, "1") == [gan, wgan]
    assert choices.fitting(GenerationConfig, "2") == [wgan, gan]
    assert choices.fitting(TranslationConfig, "1") == [cyclegan]
    (wgan.path / "config.json").write_text("{")
    assert choices.fitting(GenerationConfig) == [gan]
    assert [one.state for one in choices.listed("2")] == [
        "stopped",
        "stopped",
        "damaged",
        "stopped",
    ]


def test_shipped_runs_are_offered_last_and_draw_with_the_weights_they_have(
    run, monkeypatch, tmp_path
):
    packing.pack(run, tmp_path / "shipped" / "acgan")
    monkeypatch.setattr(directory, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setattr(lookup, "_SHIPPED_MODELS", ("acgan",))
    own, shipped = choices.fitting(GenerationConfig)
    assert (own, shipped.name) == (run, "pretrained/acgan")
    assert [choices.has_raw_weights(one) for one in (own, shipped)] == [True, False]
    assert tuple(map(seen, drawn(shipped, "green", "blue"))) == ("green", "blue")
    assert [one.path for one in choices.listed()] == [own.path, shipped.path]


@pytest.fixture
def picture(tmp_path):
    """A file of 100 x 60 pixels."""
    Image.new("RGB", (100, 60), (90, 120, 100)).save(tmp_path / "one.png")
    return str(tmp_path / "one.png")


def translated(run, file, *wanted):
    return translation.translate(str(run.path), str(file), Path(file).parent, *wanted)


@pytest.mark.parametrize(
    "file", ["/etc/passwd", "page/../one.png", "page/link.png", "page", "absent"]
)
def test_a_file_that_is_not_the_pages_is_refused(picture, tmp_path, file):
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "link.png").symlink_to(picture)
    run = recoloured()
    with pytest.raises(InvalidInput, match="this file was not uploaded here"):
        translation.translate(
            str(run.path), str(tmp_path / file), tmp_path / "page", False, "b", None, None, []
        )


def test_a_picture_of_too_many_pixels_is_refused(tmp_path):
    Image.new("1", (10_000, 5_001)).save(tmp_path / "large.png")
    run = recoloured()
    with pytest.raises(
        InvalidInput, match=r"large.png has 10000 x 5001 pixels, more than the limit"
    ):
        translated(run, tmp_path / "large.png", False, "b", None, None, [])


@pytest.mark.parametrize(("is_whole", "size"), [(False, (32, 53)), (True, (60, 100))])
def test_a_picture_is_shown_translated_and_back(picture, is_whole, size):
    run = recoloured()
    shown = translated(run, picture, is_whole, "b", None, None, [])
    assert [seen(one) for one in shown] == ["green", "red", "blue"]
    assert {one.shape for one in shown} == {(*size, 3)}
    _, changed, _ = translated(run, picture, is_whole, "a", None, None, [])
    assert seen(changed) == "blue"


@pytest.mark.parametrize(
    ("vocabulary", "asked", "wanted"),
    [
        (ALL_PAIRS, ("blue", "", []), [("hair", 2, None)]),
        (ALL_PAIRS, ("", "red", []), [("eyes", 0, None)]),
        (
            Vocabulary((), (), (), ("Male", "Young")),
            ("", "", ["Young"]),
            [("attributes", 1, None)],
        ),
    ],
)
def test_stargan_changes_what_is_asked_for(picture, vocabulary, asked, wanted):
    run = made("stargan", vocabulary)
    shown = translated(run, picture, False, None, *asked)
    editor = image_to_image.Editor(choices.model(run), vocabulary)
    expected = image_to_image.to_labels(editor, wanted)(shown[0])
    for one, other in zip(shown[1:], expected, strict=True):
        assert np.abs(one.astype(int) - other).max() <= 1


@pytest.mark.parametrize(("name", "message"), BAD_FILES.items())
def test_a_file_that_cannot_be_translated_is_refused_by_its_name(tmp_path, name, message):
    write_bad_files(tmp_path)
    run = recoloured()
    with pytest.raises(InvalidInput, match=message):
        translated(run, tmp_path / name, False, "b", None, None, [])


def test_a_drawn_face_is_in_the_style_that_shall_be_translated():
    cyclegan, stargan = made("cyclegan", NO_LABELS), made("stargan", ALL_PAIRS, data="avatars")
    to_animation, to_cartoon, to_colours = (
        np.asarray(translation.drawn_face(str(run.path), domain, 7))
        for run, domain in ((cyclegan, "b"), (cyclegan, "a"), (stargan, None))
    )
    # A cartoon stands before white.
    assert (to_animation[0, 0] == 255).all()
    assert (to_cartoon[0, 0] != 255).any()
    assert (to_colours[0, 0] != 255).any()
    assert translation.domain_names(cyclegan.config) == {"a": "cartoon", "b": "animation"}


def test_domains_are_called_by_their_folders():
    config = tiny_config("cyclegan", domain_a="photos/summer", domain_b="photos/winter")
    assert translation.domain_names(config) == {"a": "summer", "b": "winter"}
    assert not translation.knows_avatars(config)
    config = tiny_config("cyclegan", data="horses")
    assert translation.domain_names(config) == {"a": "a", "b": "b"}


def test_what_a_run_has_left_is_shown_as_far_as_it_is_there(trained, run):
    path = str(trained.path)
    assert run_files.losses(path).width > 100
    assert run_files.steps(path) == [1, 2]
    with Image.open(trained.samples / "step-000002.png") as expected:
        np.testing.assert_array_equal(run_files.sheet(path, 2), expected)
    assert (run_files.losses(str(run.path)), run_files.steps(str(run.path))) == (None, [])
