"""Images in tar files, as WebDataset arranges them."""

import io
import json
import tarfile

import numpy as np
import pytest
from PIL import Image

from kerasgan.datasets import labelled, shards
from kerasgan.utils.errors import InvalidInput
from tests.conftest import tiny_config

SIZE = 16


def pixels(number):
    return np.random.default_rng(number).integers(0, 256, (SIZE, SIZE, 3), np.uint8)


def png(number):
    content = io.BytesIO()
    Image.fromarray(pixels(number)).save(content, "PNG")
    return content.getvalue()


def write(path, files):
    path.parent.mkdir(exist_ok=True)
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


@pytest.fixture
def folder(tmp_path):
    """Two shards of three images, of which one has no label."""
    folder = tmp_path / "shards"
    for shard in (8, 9):
        files = {}
        for number in range(3):
            stem = f"part/{shard}{number}"
            files[f"{stem}.png"] = png(10 * shard + number)
            if number < 2:
                record = {"coat": ("short", "long")[number], "age": {"nested": 1}}
                files[f"{stem}.json"] = json.dumps(record).encode()
            files[f"{stem}.caption.txt"] = b"ignored"
        write(folder / f"{shard:02d}.tar", files)
    return folder


def load(data, **options):
    return labelled.load(tiny_config("acgan", data=str(data), val_fraction=0.0, **options))


@pytest.mark.parametrize("pattern", ["{08..09}.tar", "*.tar", "0[89].tar"])
def test_images_and_labels_of_all_shards_are_read(folder, pattern):
    training = load(folder / pattern, label_rule="any").training
    assert training.size == 6
    assert training.schema.labels[0].name == "coat"
    values = ["long", "short"]
    expected = {(8, 0): "short", (8, 1): "long", (9, 0): "short", (9, 1): "long"}
    for index, (shard, number) in enumerate([(s, n) for s in (8, 9) for n in range(3)]):
        found = training.pixels(np.array([index]))[0]
        np.testing.assert_array_equal(found, pixels(10 * shard + number))
        value = expected.get((shard, number))
        assert training.labels[index, 0] == (values.index(value) if value else -1)


def test_a_class_is_a_label(tmp_path):
    files = {"a.png": png(0), "a.cls": b"3", "b.png": png(1), "b.cls": b"7\n"}
    write(tmp_path / "one.tar", files)
    training = load(tmp_path / "one.tar").training
    assert [label.name for label in training.schema.labels] == ["class"]
    assert training.schema.labels[0].values == ("3", "7")


def test_a_shard_that_changes_is_read_again(tmp_path):
    shard = tmp_path / "one.tar"
    write(shard, {"a.png": png(0), "a.cls": b"0", "b.png": png(1), "b.cls": b"1"})
    first = load(shard).training
    write(shard, {"a.png": png(2), "a.cls": b"0", "b.png": png(3), "b.cls": b"1"})
    again = load(shard).training
    assert first.key != again.key
    np.testing.assert_array_equal(again.pixels(np.array([0]))[0], pixels(2))


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:2000],
        lambda content: b"no archive" * 100,
        lambda content: b"",
        lambda content: content.replace(b'{"coat"', b'["coat"', 1),
    ],
    ids=["cut", "text", "empty", "bad labels"],
)
def test_a_damaged_shard_is_named_and_left_out_or_refused(folder, caplog, damage):
    shard = folder / "09.tar"
    shard.write_bytes(damage(shard.read_bytes()))
    pattern = folder / "{08..09}.tar"
    assert load(pattern, label_rule="any").training.size == 3
    assert f"left out 1 damaged shards: {shard}" in caplog.text
    with pytest.raises(InvalidInput, match=r"damaged shards: .*09\.tar .*\(--strict\)"):
        load(pattern, label_rule="any", strict=True)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("{08..11}.tar", r"no shard .*10\.tar"),
        ("none-*.tar", r"no shard .*none-\*\.tar"),
        ("gone.tar", r"no shard .*gone\.tar"),
        ("{09..08}.tar", r"no shard .*\{09\.\.08\}\.tar"),
    ],
)
def test_shards_that_are_missing_are_named(folder, pattern, message):
    with pytest.raises(InvalidInput, match=message):
        load(folder / pattern)


def test_options_of_folders_do_not_apply(kerasgan, folder):
    words = ("train", "gan", "--data", str(folder / "08.tar"), "--layout", "table")
    done = kerasgan(*words)
    assert done.exit_code == 2
    assert "layout does not apply to tar files; it is for files and folders" in done.output
    assert kerasgan("data", "check", folder / "08.tar").exit_code == 2


def test_ranges_keep_their_leading_zeros():
    assert list(shards._ranges("{0..1}/x-{098..101}.tar"))[:5] == [
        "0/x-098.tar", "0/x-099.tar", "0/x-100.tar", "0/x-101.tar", "1/x-098.tar"
    ]  # fmt: skip
