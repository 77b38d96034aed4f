import dataclasses
import os

import numpy as np
import pytest
from PIL import Image, ImageOps

from kerasgan.configs.stargan import StarGANConfig
from kerasgan.datasets import labelled, sources
from kerasgan.datasets.avatars.traits import colours
from kerasgan.datasets.colours import EYES, HAIR
from kerasgan.labels import BINARY, Label
from kerasgan.utils.errors import InvalidInput
from tests.conftest import tiny_config


@pytest.fixture
def folder(tmp_path):
    """Twelve 20x12 images with a left half of one colour and a right half of another."""
    random = np.random.default_rng(0)
    folder = tmp_path / "faces"
    (folder / "images").mkdir(parents=True)
    for number in range(12):
        halves = random.integers(0, 256, (2, 3), dtype=np.uint8)
        Image.fromarray(np.repeat(halves, 10, axis=0)[None].repeat(12, axis=0)).save(
            folder / "images" / f"{number}.png"
        )
    tags = [f"{number},{HAIR[number % 3]} hair {EYES[number % 2]} eyes\n" for number in range(12)]
    (folder / "tags.csv").write_text("".join(tags))
    return folder


def hair_and_eyes(training):
    """{label: its values}."""
    return {label.name: label.values for label in training.schema.labels}


def load(tiny, folder, **changes):
    return labelled.load(dataclasses.replace(tiny, data=str(folder), **changes))


def test_the_shipped_sample_has_48_faces(tiny):
    split = labelled.load(tiny)
    assert len(split.training.rows) + len(split.held_out.rows) == 48


def test_a_folder_is_read_with_its_labels_in_the_reports_order(tiny, folder):
    training, held_out = load(tiny, folder, val_fraction=0.0)
    assert hair_and_eyes(training) == {"hair": HAIR[:3], "eyes": EYES[:2]}
    combinations = [(number % 3, number % 2) for number in range(12)]
    assert training.schema.combinations == tuple(combinations[:6])
    assert training.combination.tolist() == list(range(6)) * 2
    assert training.labels.tolist() == list(map(list, combinations))
    assert len(held_out.rows) == 0
    left, right = training.pixels(np.array([0]))[0][8, [2, 13]]
    with Image.open(folder / "images" / "0.png") as image:
        assert (tuple(left), tuple(right)) == (image.getpixel((4, 6)), image.getpixel((15, 6)))


def test_held_out_images_are_others_and_stay_the_same(tiny, folder):
    training, held_out = load(tiny, folder, val_fraction=0.4)
    assert set(training.rows) | set(held_out.rows) == set(range(12))
    assert len(training.rows) + len(held_out.rows) == 12
    (folder / "tags.csv").write_text((folder / "tags.csv").read_text().split("\n", 1)[1])
    (without_first, _) = load(tiny, folder, val_fraction=0.4)
    assert {row - 1 for row in training.rows if row} == set(without_first.rows)


def test_copies_and_mirror_images_are_held_out_together(tiny, folder):
    for number in range(0, 12, 3):
        with Image.open(folder / "images" / f"{number}.png") as image:
            ImageOps.mirror(image).save(folder / "images" / f"{number + 1}.png")
            image.save(folder / "images" / f"{number + 2}.png")
    (_, held_out) = load(tiny, folder, val_fraction=0.4)
    assert 0 < len(held_out.rows) < 12
    assert len(held_out.rows) == 3 * len({row // 3 for row in held_out.rows})


def test_avatars_beyond_the_training_ones_are_held_out(tiny):
    training, held_out = labelled.load(
        dataclasses.replace(tiny, data="avatars", num_avatars=20, val_fraction=0.25)
    )
    assert training.rows.tolist() == list(range(20))
    assert held_out.rows.tolist() == list(range(20, 25))
    pixels = sources.draw_avatar(22, 16, "animation")
    hair, eyes = colours(sources.AVATAR_SEED, 22)
    np.testing.assert_array_equal(held_out.pixels(np.array(2)), pixels)
    assert held_out.schema.values(held_out.labels[2]) == {"hair": hair, "eyes": eyes}


def test_what_cannot_be_used_is_named_and_left_out(tiny, folder, caplog):
    (folder / "images" / "5.png").write_bytes(b"no image")
    with (folder / "tags.csv").open("a") as tags:
        tags.write("77,red hair red eyes\nnonsense\n0,red hair red eyes\n")
    caplog.set_level("INFO", "kerasgan")
    training, _ = load(tiny, folder, val_fraction=0.0)
    assert len(training.rows) == 11
    assert training.schema.labels[0].values == HAIR[:3]
    for message in (
        "left out 1 unreadable images: images/5.png is not an image",
        "left out 1 lines without an image: line 13: 77",
        "left out 1 unusable lines: line 14: 'nonsense' is not of the form 'NAME,TAGS'",
        "left out 1 repeated names: line 15: 0",
    ):
        assert message in caplog.text


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ("0,red hair red eyes\n77,red hair red eyes\n", "1 lines without an image: line 2: 77"),
        ("0,red hair red eyes\nnonsense\n", "1 unusable lines: line 2"),
        ("".join(f"{n},red hair red eyes\n" for n in range(12)), "1 unreadable images: .*5.png"),
    ],
)
def test_strict_refuses_it(tiny, folder, tags, message):
    (folder / "images" / "5.png").write_bytes(b"no image")
    (folder / "tags.csv").write_text(tags)
    with pytest.raises(InvalidInput, match=message):
        load(tiny, folder, strict=True)


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ("0,mauve hair long eyes\n", "has no labels, and acgan needs some; allowed: images with a"),
        ("0,red hair long eyes\n1,mauve hair red eyes\n", "no image to train on: 1 no eyes"),
        ("hair and eyes\n", "has no labels, and acgan needs some; allowed: images with a"),
        ("", "has no labels, and acgan needs some"),
    ],
)
def test_data_without_labels_is_refused(tiny, folder, tags, message):
    (folder / "tags.csv").write_text(tags)
    with pytest.raises(InvalidInput, match=message):
        load(tiny, folder)


def test_unconditional_models_need_no_labels(folder):
    (folder / "tags.csv").unlink()
    training, _ = load(tiny_config("gan"), folder, val_fraction=0.0)
    assert len(training.rows) == 12
    assert training.labels.shape == (12, 0)


def test_missing_labels_are_marked_where_any_image_trains(tiny, folder):
    (folder / "tags.csv").write_text("0,red hair blue eyes\n1,blonde hair\n2,aqua eyes gray hair\n")
    training, _ = load(tiny, folder, val_fraction=0.0, label_rule="any")
    assert hair_and_eyes(training) == {
        "hair": ("gray", "red", "blonde"),
        "eyes": ("aqua", "blue"),
    }
    assert training.labels.tolist() == [[1, 1], [2, -1], [0, 0]] + [[-1, -1]] * 9
    assert training.combination.tolist() == [0, -1, 1] + [-1] * 9


def test_tags_select_images(tiny, folder):
    lines = (folder / "tags.csv").read_text().splitlines()
    lines[3] += " polychromatic"
    (folder / "tags.csv").write_text("\n".join(lines))
    training, _ = load(tiny, folder, val_fraction=0.0, exclude_tag=("Polychromatic",))
    assert len(training.rows) == 11
    training, _ = load(tiny, folder, val_fraction=0.0, require_tag=("polychromatic",))
    assert len(training.rows) == 1
    with pytest.raises(InvalidInput, match="12 a value of fewer than 9 images"):
        load(tiny, folder, min_per_class=9)


def test_images_are_padded_when_asked(tiny, folder):
    training, _ = load(tiny, folder, val_fraction=0.0, resize_mode="pad")
    image = training.pixels(np.array([0]))[0]
    assert (image[[0, 1, -2, -1]] == 255).all()
    assert (image[8] < 255).any()


def test_another_content_has_another_key(tiny, folder):
    keys = [load(tiny, folder).training.key for _ in range(2)]
    tags = (folder / "tags.csv").read_text()
    (folder / "tags.csv").write_text(tags.replace("0,orange", "0,white", 1))
    keys.append(load(tiny, folder).training.key)
    (folder / "tags.csv").write_text(tags)
    Image.new("RGB", (20, 12), "red").save(folder / "images" / "0.png")
    keys.append(load(tiny, folder).training.key)
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_unknown_data_is_refused(tiny, tmp_path):
    with pytest.raises(InvalidInput, match=r"no data .*allowed: avatars, tfds:NAME, a folder"):
        load(tiny, tmp_path / "nowhere")


def test_two_domains_are_refused(tiny, tmp_path):
    for name in ("trainA", "trainB"):
        (tmp_path / "two" / name).mkdir(parents=True)
        Image.new("RGB", (4, 4)).save(tmp_path / "two" / name / "0.png")
    with pytest.raises(
        InvalidInput,
        match=r"has two domains for cyclegan and cut, but acgan trains on one folder; name one",
    ):
        load(tiny, tmp_path / "two")


def test_real_faces_have_the_known_counts(tiny):
    """A user's own copy of the course's set, named by an environment variable."""
    folder = os.environ.get("KERASGAN_TEST_FACES")
    if not folder:
        pytest.skip("KERASGAN_TEST_FACES names no folder with the 12,249 faces of the course")
    training, held_out = labelled.load(dataclasses.replace(tiny, data=folder))
    assert len(training.rows) + len(held_out.rows) == 12_249
    assert len(training.schema.combinations) == 119


def test_attributes_of_a_celeba_list_are_binary_labels(folder):
    """An image that the list does not mention is not one that lacks everything."""
    (folder / "tags.csv").unlink()
    lines = [
        f"{number}.png {-1 if number % 3 else 1} {-1 if number < 4 else 1}" for number in range(11)
    ]
    (folder / "list_attr_celeba.txt").write_text("\n".join(["11", "Black_Hair Male", *lines]))
    options = {"data": str(folder), "labels": ("male", "Black_Hair"), "val_fraction": 0.0}
    training = labelled.load(tiny_config("stargan", **options)).training
    assert training.schema.labels == (Label("Male", BINARY), Label("Black_Hair", BINARY))
    expected = [[int(number >= 4), int(number % 3 == 0)] for number in range(11)]
    assert training.labels.tolist() == expected
    training = labelled.load(tiny_config("r3gan", **options)).training
    assert training.labels.tolist() == [*expected, [-1, -1]]


def test_the_reports_four_attributes_of_celeba_are_trained_on(folder):
    (folder / "tags.csv").unlink()
    names = ["Young", "Smiling", "Black_Hair", "Mustache", "Male"]
    rows = [
        " ".join([f"{image}.png", *("1" if 7 * image >> bit & 1 else "-1" for bit in range(5))])
        for image in range(11)
    ]
    (folder / "list_attr_celeba.txt").write_text("\n".join(["11", " ".join(names), *rows]))
    config = StarGANConfig.from_preset("report", data=str(folder), image_size=16)
    training, held_out = labelled.load(config)
    assert training.schema.names == ("Black_Hair", "Male", "Young", "Mustache")
    assert (training.size, held_out.size) == (11, 0)
    expected = [[7 * image >> bit & 1 for bit in (2, 4, 0, 3)] for image in range(11)]
    assert training.labels.tolist() == expected


@pytest.fixture
def table(folder):
    """The images with a table of three labels, one of them binary and one often missing."""
    (folder / "tags.csv").unlink()
    lines = ["file_name,breed,indoors,coat,weight"]
    for number in range(12):
        coat = ("", "", "long", "short")[number % 4]
        lines.append(f"{number}.png,{'abc'[number % 3]},{number % 2},{coat},{number + 0.5}")
    (folder / "metadata.csv").write_text("\n".join(lines))
    return folder


def test_columns_of_a_table_are_labels(table, caplog):
    caplog.set_level("INFO", "kerasgan")
    config = tiny_config("r3gan", data=str(table), val_fraction=0.0)
    training = labelled.load(config).training
    # Twelve numbers are few enough for a label.
    assert training.schema.names == ("breed", "indoors", "coat", "weight")
    assert f"labels of {table}: breed (3 values), indoors, coat (2 values), weig" in caplog.text
    config = dataclasses.replace(config, labels=("coat", "Breed"))
    training = labelled.load(config).training
    assert training.schema.sizes == {"coat": 2, "breed": 3}
    assert training.labels.tolist()[:4] == [[-1, 0], [-1, 1], [0, 2], [1, 0]]
    assert (training.combination >= 0).sum() == 6


def test_labels_can_be_left_out(table):
    config = tiny_config("r3gan", data=str(table), labels=("none",))
    assert labelled.load(config).training.schema.labels == ()
    with pytest.raises(InvalidInput, match="--labels is none, and acgan needs some"):
        labelled.load(tiny_config("acgan", data=str(table), labels=("none",)))
    with pytest.raises(InvalidInput, match="labels is breed; gan takes no labels, as acgan and r3"):
        tiny_config("gan", data=str(table), labels=("breed",))


def test_without_an_image_that_has_all_labels_fewer_are_asked_for(table):
    rows = [f"{number}.png,{'ab'[number % 2]}," for number in range(6)]
    rows += [f"{number}.png,,{'xy'[number % 2]}" for number in range(6, 12)]
    (table / "metadata.csv").write_text("\n".join(["file_name,one,other", *rows]))
    config = tiny_config("acgan", data=str(table), label_rule="any")
    with pytest.raises(InvalidInput, match="has all of the labels one, other; choose fewer with"):
        labelled.load(config)
    assert labelled.load(tiny_config("r3gan", data=str(table))).training.schema.combinations == ()


def test_folders_are_classes(folder, tmp_path):
    for number in range(12):
        target = tmp_path / "pets" / "train" / ("cat", "dog")[number % 2] / f"{number}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        (folder / "images" / f"{number}.png").rename(target)
    (tmp_path / "pets" / "test" / "cat").mkdir(parents=True)
    Image.new("RGB", (4, 4)).save(tmp_path / "pets" / "test" / "cat" / "0.png")
    config = tiny_config("acgan", data=str(tmp_path / "pets"), val_fraction=0.0)
    training = labelled.load(config).training
    assert training.schema.labels == (Label("class", ("cat", "dog")),)
    assert training.labels[:, 0].tolist() == [0] * 6 + [1] * 6


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("a.png,x\nb.png,y", r"metadata.csv: line 2: a.png names no image; lines and files must"),
        ("0.png,x\nsame,y", r"line 3: same names several images; name them with their folders"),
    ],
)
def test_lines_that_fit_no_image_or_several_are_refused(tiny, folder, lines, message):
    (folder / "tags.csv").unlink()
    for name in ("one/same.png", "other/same.png"):
        (folder / name).parent.mkdir()
        Image.new("RGB", (4, 4)).save(folder / name)
    (folder / "metadata.csv").write_text(f"file_name,breed\n{lines}\n")
    with pytest.raises(InvalidInput, match=message):
        load(tiny, folder)
