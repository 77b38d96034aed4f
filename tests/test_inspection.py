import numpy as np
import pytest
from PIL import Image, ImageOps

from kerasgan.datasets import layouts
from kerasgan.datasets.avatars.portrait import draw
from kerasgan.datasets.avatars.traits import colours, face
from kerasgan.datasets.checks import cleaning, inspection

COUNT = 8


@pytest.fixture
def folder(tmp_path):
    """Eight clean faces in the layout of the course of 2018."""
    folder = tmp_path / "faces"
    (folder / "images").mkdir(parents=True)
    lines = []
    for number in range(COUNT):
        draw(face(0, number), 32).save(folder / "images" / f"{number}.png")
        lines.append("{},{} hair {} eyes\n".format(number, *colours(0, number)))
    (folder / "tags.csv").write_text("".join(lines))
    return folder


@pytest.fixture
def messy(folder):
    """The same with one of everything that can be wrong."""
    images = folder / "images"
    with Image.open(images / "0.png") as first:
        first.save(images / "copy.png")
        ImageOps.mirror(first).save(images / "mirrored.png")
        first.resize((50, 40)).save(images / "scaled.jpg", quality=95)
    content = (images / "1.png").read_bytes()
    (images / "cut.png").write_bytes(content[: len(content) // 2])
    (images / "text.jpg").write_text("no image")
    frames = [draw(face(0, number), 32) for number in (20, 21)]
    frames[0].save(images / "moving.gif", save_all=True, append_images=frames[1:])
    draw(face(0, 22), 32).convert("RGBA").save(images / "two.png")
    with (folder / "tags.csv").open("a") as tags:
        tags.write("nonsense\n")
        tags.write(
            "".join(f"{name},red hair red eyes\n" for name in ("moving", "gone", "0", "cut"))
        )
        tags.write("two,red hair aqua hair red eyes\n")
    return folder


def test_a_clean_folder(kerasgan, folder):
    report = inspection.check(folder)
    assert report.problems == {}
    assert report.readable == COUNT
    assert report.trains == dict.fromkeys(("exactly-one", "first", "any"), COUNT)
    pairs = {colours(0, number) for number in range(COUNT)}
    counts = report.pair_counts(0, 1)
    hair, eyes = report.labels
    assert {(hair.values[a], eyes.values[b]) for a, b in np.argwhere(counts)} == pairs
    assert counts.sum() == COUNT == sum(report.counts(0).values())
    assert kerasgan("data", "check", folder).exit_code == 0


def test_everything_that_is_wrong_is_named(messy):
    report = inspection.check(messy)
    assert report.problems == {
        "unusable lines": ["line 9: 'nonsense' is not of the form 'NAME,TAGS'"],
        "lines without an image": ["line 11: gone"],
        "repeated names": ["line 12: 0"],
        "images without a line": [
            f"images/{name}" for name in ("copy.png", "mirrored.png", "scaled.jpg", "text.jpg")
        ],
        "unreadable images": report.problems["unreadable images"],
        "animations, of which only the first frame is used": ["images/moving.gif: 2 frames"],
        "copies": [
            "images/copy.png: a copy of images/0.png",
            "images/mirrored.png: a mirror image of images/0.png",
            "images/scaled.jpg: a mirrored, scaled or compressed version of images/0.png",
        ],
        "images with several values of hair": ["images/two.png"],
    }
    cut, text = report.problems["unreadable images"]
    assert cut.startswith("images/cut.png cannot be read: ")
    assert text == "images/text.jpg is not an image"


def test_the_counts_add_up_to_the_images(messy):
    report = inspection.check(messy)
    on_disk = len(list((messy / "images").iterdir()))
    unreadable = len(report.problems["unreadable images"])
    assert sum(report.values_per_image["hair"].values()) + unreadable == on_disk
    assert report.trains == {"exactly-one": COUNT + 1, "first": COUNT + 2, "any": on_disk - 2}


def test_the_command_reports_and_exits_with_1(kerasgan, messy, tmp_path):
    page, heat_map = tmp_path / "page.html", tmp_path / "pairs.png"
    result = kerasgan("data", "check", messy, "--html", page, "--heat-map", heat_map)
    assert result.exit_code == 1
    for words in (
        "layout: course-2018",
        "images: 15, of which 2 unreadable",
        "sizes, height x width: 32x32 12, 40x50 1",
        "would train with --label-rule exactly-one: 9",
        "1 repeated names: line 12: 0",
    ):
        assert words in result.output
    html = page.read_text()
    assert "images/cut.png" in html
    assert "data:image/png;base64," in html
    assert "http" not in html.replace("http-equiv", "")
    with Image.open(heat_map) as image:
        assert image.width > 300


@pytest.mark.parametrize("content", ["", "0,red hair red eyes\n"])
def test_what_nothing_could_train_on_exits_with_2(kerasgan, tmp_path, content):
    (tmp_path / "tags.csv").write_text(content)
    result = kerasgan("data", "check", tmp_path)
    assert result.exit_code == 2
    assert ("has no image to train on" if content else "has no known layout") in result.output
    if content:
        assert "lines that would train with --label-rule exactly-one: 1" in result.output


def test_a_clean_copy_is_clean_and_the_original_untouched(kerasgan, messy, tmp_path):
    before = {path: path.read_bytes() for path in messy.rglob("*") if path.is_file()}
    result = kerasgan("data", "check", messy, "--fix", tmp_path / "clean")
    assert result.exit_code == 1
    assert f"wrote {COUNT + 1} images" in result.output
    assert before == {path: path.read_bytes() for path in messy.rglob("*") if path.is_file()}

    fixed = kerasgan("data", "check", tmp_path / "clean")
    assert (fixed.exit_code, "images: 9, of which 0 unreadable" in fixed.output) == (0, True)
    listing = layouts.read(tmp_path / "clean")
    original = {image.name: image.values for image in layouts.read(messy).images}
    for image in listing.images:
        assert image.values == original[image.name.replace(".gif.png", ".gif")]
    log = (tmp_path / "clean" / "fix.log").read_text().splitlines()
    assert "left out images/copy.png: a copy of images/0.png" in log
    assert "left out images/two.png: several values of hair" in log
    assert "converted images/moving.gif to images/moving.gif.png" in log
    assert len(log) == 15 - 9 + 1


def test_a_clean_copy_needs_a_vacant_folder(kerasgan, folder, tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine").touch()
    result = kerasgan("data", "check", folder, "--fix", tmp_path / "taken")
    assert (result.exit_code, "is not empty" in result.output) == (2, True)


def test_two_domains_are_copied_as_they_are(tmp_path):
    for domain in ("trainA", "trainB"):
        (tmp_path / "two" / domain).mkdir(parents=True)
        for number in range(2):
            drawn = draw(face(0, number), 16, "cartoon" if domain == "trainA" else "animation")
            drawn.save(tmp_path / "two" / domain / f"{number}.png")
    report = inspection.check(tmp_path / "two")
    assert (report.listing.layout.name, report.problems) == ("domains", {})
    assert cleaning.write(report, tmp_path / "copy") == 4
    assert layouts.read(tmp_path / "copy").layout.name == "domains"
    np.testing.assert_array_equal(
        *(Image.open(tmp_path / name / "trainB" / "1.png") for name in ("two", "copy"))
    )


def test_labels_of_a_table_are_counted(kerasgan, folder, tmp_path):
    (folder / "tags.csv").unlink()
    lines = [f"{number}.png,{'ab'[number % 2]},{number // 4}" for number in range(COUNT)]
    (folder / "metadata.csv").write_text("\n".join(["file_name,breed,indoors", *lines]))
    done = kerasgan("data", "check", folder, "--heat-map", tmp_path / "counts.png")
    assert done.exit_code == 0, done.output
    for words in (
        "breed: a 4, b 4",
        "indoors: no 4, yes 4",
        "breed, values per image: none 0, one 8, several 0",
        f"labels of {folder}: breed (2 values), indoors",
        "combinations of labels: 4",
        "would train with --label-rule any: 8",
    ):
        assert words in done.output
    assert (tmp_path / "counts.png").is_file()
    refused = kerasgan("data", "check", folder, "--labels", "bread")
    assert refused.exit_code == 2
    assert f"unknown label of {folder} 'bread' (did you mean breed?)" in refused.output


def test_a_list_of_attributes_has_no_tags_of_colours(kerasgan, folder):
    (folder / "tags.csv").unlink()
    names = [f"Attribute_{number}" for number in range(38)] + ["Narrow_Eyes", "Young"]
    lines = [
        f"{number}.png " + " ".join("1" if number % 2 else "-1" for _ in names)
        for number in range(COUNT)
    ]
    text = "\n".join([str(COUNT), " ".join(names), *lines])
    (folder / "list_attr_celeba.txt").write_text(text)
    done = kerasgan("data", "check", folder, "--labels", "Narrow_Eyes,Young")
    assert "Narrow_Eyes: no 4, yes 4" in done.output
    assert "without a known colour" not in done.output
    refused = kerasgan("data", "check", folder, "--labels", "Yuong")
    assert "'Yuong' (did you mean Young?)" in refused.output
