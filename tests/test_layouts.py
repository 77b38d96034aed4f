import os

import pytest
from PIL import Image

from kerasgan.commands.train import train
from kerasgan.datasets import layouts
from kerasgan.datasets.layouts.base import AnnotatedImage
from kerasgan.utils.errors import InvalidInput


@pytest.fixture
def make(tmp_path):
    """Write files below a folder: images where the content is None."""

    def make(**content):
        for name, text in content.items():
            file = tmp_path / "data" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                Image.new("RGB", (4, 4)).save(file)
            else:
                file.write_text(text)
        return tmp_path / "data"

    return make


def named(listing):
    return {image.name: dict(image.values) for image in listing.images}


RED = {"hair": ("red",), "eyes": ("blue",)}
AQUA = {"hair": ("aqua",), "eyes": ("red",)}


@pytest.mark.parametrize(
    ("files", "layout", "images"),
    [
        (
            {"images/0.jpg": None, "tags.csv": "0,red hair blue eyes\n"},
            "course-2018",
            {"images/0.jpg": RED},
        ),
        (
            {"faces/0.jpg": None, "tags_clean.csv": "0,red hair:1\tblue eyes:2\t\n"},
            "course-2017",
            {"faces/0.jpg": RED},
        ),
        (
            {"pics/0.png": None, "info.tsv": "file_name\thair\teyes\npics/0.png\tred\tblue\n"},
            "table",
            {"pics/0.png": RED},
        ),
        (
            {"0.png": None, "metadata.jsonl": '{"file_name": "0.png", "tags": ["Male"]}\n'},
            "table",
            {"0.png": {}},
        ),
        (
            {"aligned/img/1.jpg": None, "list_attr_celeba.txt": "1\nMale Bald\n1.jpg 1 -1\n"},
            "celeba",
            {"aligned/img/1.jpg": {"Male": ("yes",), "Bald": ("no",)}},
        ),
        (
            {"red_hair-blue_eyes/0.png": None, "aqua_hair-red_eyes/0.png": None},
            "class-folders",
            {"aqua_hair-red_eyes/0.png": AQUA, "red_hair-blue_eyes/0.png": RED},
        ),
        (
            {"cats/0.png": None, "dogs/0.png": None},
            "class-folders",
            {"cats/0.png": {"class": ("cats",)}, "dogs/0.png": {"class": ("dogs",)}},
        ),
        (
            {"train/0.png": None, "train/metadata.jsonl": '{"file_name": "0.png", "n": 7}\n',
             "test/1.png": None},
            "table",
            {"0.png": {"n": ("7",)}},
        ),
        (
            {"trainA/0.png": None, "trainB/0.png": None, "testA/1.png": None},
            "domains",
            {"testA/1.png": {}, "trainA/0.png": {}, "trainB/0.png": {}},
        ),
        (
            {"10.png": None, "9.png": None, "more/a.GIF": None, "README.txt": "faces"},
            "images",
            {"9.png": {}, "10.png": {}, "more/a.GIF": {}},
        ),
    ],
)  # fmt: skip
def test_layouts_are_recognised(make, files, layout, images):
    listing = layouts.read(make(**files))
    assert (listing.layout.name, named(listing), listing.problems) == (layout, images, {})
    assert [image.name for image in listing.images] == list(images)


def test_every_layout_can_be_asked_for():
    (option,) = (o for o in train.get_command(None, "gan").params if o.name == "layout")
    assert set(option.type.choices) == {"auto", *(layout.name for layout in layouts.LAYOUTS)}


def test_another_layout_can_be_asked_for(make):
    folder = make(**{"images/0.jpg": None, "tags.csv": "0,red hair blue eyes\n"})
    assert named(layouts.read(folder, "images")) == {"images/0.jpg": {}}
    assert layouts.read(folder, "class-folders").images == [
        AnnotatedImage("images/0.jpg", ("images",), {"class": ("images",)})
    ]
    with pytest.raises(InvalidInput, match=r"looked for celeba.*Found 1 images, images/, tags.csv"):
        layouts.read(folder, "celeba")


def test_a_label_file_can_be_named_among_several(make):
    folder = make(
        **{
            "images/0.jpg": None,
            "tags.csv": "0,red hair blue eyes\n",
            "mine.csv": "id,hair,eyes\n0,aqua,red\n",
        }
    )
    assert named(layouts.read(folder)) == {"images/0.jpg": RED}
    assert named(layouts.read(folder / "mine.csv")) == {"images/0.jpg": AQUA}


def test_every_image_is_counted_once_and_every_line_accounted_for(make):
    folder = make(
        **{f"images/{name}": None for name in ("0.jpg", "1.jpg", "2.jpg", "2.png", "extra.jpg")},
        **{
            "tags.csv": "0,red hair blue eyes\n1,aqua hair red eyes\n0,red hair red eyes\n"
            "77,red hair red eyes\n../secret,red hair red eyes\n/etc/0.jpg,red hair red eyes\n"
            "2,red hair red eyes\nnonsense\n"
        },
    )
    listing = layouts.read(folder)
    assert named(listing) == {
        "images/0.jpg": RED,
        "images/1.jpg": AQUA,
        "images/2.jpg": {},
        "images/2.png": {},
        "images/extra.jpg": {},
    }
    assert listing.problems == {
        "unusable lines": ["line 8: 'nonsense' is not of the form 'NAME,TAGS'"],
        "repeated names": ["line 3: 0"],
        "lines without an image": ["line 4: 77"],
        "names that leave the folder": ["line 5: ../secret", "line 6: /etc/0.jpg"],
        "names of several images": ["line 7: 2"],
        "images without a line": ["images/2.jpg", "images/2.png", "images/extra.jpg"],
    }


def test_images_of_a_row_are_found_by_name_ending_or_not(make):
    folder = make(
        **{
            "images/Zoë a.PNG": None,
            "images/sub/b.jpg": None,
            "metadata.csv": "path,hair,eyes\nZoë a.PNG,red,blue\nimages\\sub\\b,aqua,red\n",
        }
    )
    listing = layouts.read(folder)
    assert listing.problems == {}
    assert named(listing)["images/Zoë a.PNG"] == RED


def test_the_most_specific_match_is_detected_whatever_the_order(make, monkeypatch):
    folder = make(
        **{"trainA/0.png": None, "trainB/0.png": None, "info.csv": "id,hair\ntrainA/0,red\n"}
    )
    monkeypatch.setattr(layouts, "LAYOUTS", layouts.LAYOUTS[::-1])
    assert layouts.read(folder).layout.name == "table"
    (folder / "info.csv").unlink()
    assert layouts.read(folder).layout.name == "domains"
    (folder / "trainB" / "0.png").rename(folder / "0.png")
    assert layouts.read(folder).layout.name == "images"


def test_two_equal_matches_are_refused_until_one_is_chosen(make):
    table = "id,hair,eyes\n0,aqua,red\n"
    folder = make(
        **{"images/0.jpg": None, "tags.csv": "0,red hair blue eyes\n", "metadata.csv": table}
    )
    with pytest.raises(InvalidInput, match="several layouts: course-2018, table; choose one"):
        layouts.read(folder)
    assert named(layouts.read(folder, "table")) == {"images/0.jpg": AQUA}
    assert named(layouts.read(folder / "tags.csv")) == {"images/0.jpg": RED}


def test_links_are_followed_only_when_asked(make, tmp_path):
    folder = make(**{"images/0.jpg": None})
    outside = tmp_path / "outside"
    outside.mkdir()
    Image.new("RGB", (4, 4)).save(outside / "1.jpg")
    os.symlink(outside, folder / "linked")
    os.symlink(outside / "1.jpg", folder / "images" / "9.jpg")
    os.symlink(folder, folder / "images" / "above")
    listing = layouts.read(folder)
    assert named(listing) == {"images/0.jpg": {}}
    links = ["images/9.jpg", "images/above", "linked"]
    assert sorted(listing.problems["symbolic links, not followed"]) == links
    listing = layouts.read(folder, follow_links=True)
    assert set(named(listing)) == {"images/0.jpg", "images/9.jpg", "linked/1.jpg"}
    assert listing.problems == {}


def test_paths_without_data_are_refused(make, tmp_path):
    with pytest.raises(InvalidInput, match=r"no data .*nowhere'; allowed: avatars, tfds:NAME"):
        layouts.read(tmp_path / "nowhere")
    folder = make(**{"notes.md": "nothing", "a.npz": "no"})
    with pytest.raises(InvalidInput, match=r"looked for course-2018: .*domains: "
                       r"trainA/ and trainB/.* Found 0 images, a.npz, notes.md"):  # fmt: skip
        layouts.read(folder)
    with pytest.raises(InvalidInput, match=r"notes.md is not a label file; looked for course-2018"):
        layouts.read(folder / "notes.md")
    with pytest.raises(
        InvalidInput, match=r"layout 'celebs' \(did you mean celeba.*: auto, course-"
    ):
        layouts.read(folder, "celebs")
