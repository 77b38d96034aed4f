"""The record in a PNG file that `kerasgan sample` wrote, and the image it generates again."""

import json
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import kerasgan as package
from kerasgan.inference import generated
from kerasgan.utils import images
from tests.stubs import ALL_PAIRS, made


@pytest.fixture
def sample(kerasgan, painted):
    return lambda *words: kerasgan("sample", "--run", painted.path, *words)


def record_in(file):
    with Image.open(file) as image:
        return json.loads(image.info[generated.KEYWORD])


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--hair", "red", "--columns", "eyes", "--seed", 3),
        ("-n", 5, "--eyes", "blue", "--sigma", 0.7),
        ("--grid", "3x2", "--seed", 2**63 - 2**32),
        ("--hair", "red", "--eyes", "blue", "--interpolate", "-n", 3),
    ],
)
def test_an_image_is_generated_again_from_its_file(sample, kerasgan, tmp_path, words):
    assert sample(*words, "--out", "one.png").exit_code == 0
    expected = (tmp_path / "one.png").read_bytes()

    done = kerasgan("sample", "--like", "one.png")
    assert done.exit_code == 0, done.output
    assert done.output.endswith("wrote one-again.png\n")
    assert (tmp_path / "one-again.png").read_bytes() == expected

    program, *typed = shlex.split(record_in("one.png")["command"])
    assert program == "kerasgan"
    assert kerasgan(*typed, "--out", "typed.png").exit_code == 0
    assert (tmp_path / "typed.png").read_bytes() == expected


def test_a_record_has_the_source_and_the_seed_and_the_labels(sample, painted):
    words = ("--seed", 60, "-n", 70, "--hair", "green", "--separate", "--out", "many")
    assert sample(*words).exit_code == 0
    (file,) = Path("many").glob("*-seed125.png")
    record = record_in(file)
    hair, eyes, _ = file.stem.split("-")
    command = (
        f"kerasgan sample --run {painted.path} --checkpoint 1 --set hair={hair} --set eyes={eyes} "
        "--seed 125 --sigma 0.1 -n 1 --separate"
    )
    assert record == {
        "kerasgan": package.__version__,
        "run": str(painted.path),
        "checkpoint": "1",
        "step": 1,
        "sigma": 0.1,
        "kind": "image",
        "seed": 125,
        "labels": [f"hair={hair}", f"eyes={eyes}"],
        # The second of two batches.
        "batch_seed": 124,
        "batch_count": 6,
        "batch_labels": ["hair=green"],
        "command": command,
    }


def test_single_images_are_generated_again(sample, kerasgan, tmp_path):
    (tmp_path / "list.txt").write_text("4,hair=red,eyes=blue\n5,hair=blue\n")
    assert sample("--text", "list.txt", "-n", 2, "--out", "listed").exit_code == 0
    assert sample("-n", 66, "--separate", "--out", "many").exit_code == 0
    (last,) = Path("many").glob("*-seed65.png")
    for file in (Path("listed/sample_5_2.png"), last):
        done = kerasgan("sample", "--like", file, "--out", "again.png")
        assert done.exit_code == 0, done.output
        assert Path("again.png").read_bytes() == file.read_bytes()


def test_the_same_image_of_another_run(sample, kerasgan, tmp_path):
    assert sample("-n", 2, "--seed", 5, "--out", "one.png").exit_code == 0
    other = made("acgan", ALL_PAIRS, image_size=32)
    words = ("--run", other.path, "--sigma", 0.1)
    assert kerasgan("sample", *words, "-n", 2, "--seed", 5, "--out", "other.png").exit_code == 0
    done = kerasgan("sample", "--like", "one.png", "--run", other.path, "--out", "again.png")
    assert done.output == f"run: {other.path}\nwrote again.png\n"
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "other.png").read_bytes()


def test_a_difference_from_the_original_is_named(sample, kerasgan, caplog):
    assert sample("-n", 1, "--out", "one.png").exit_code == 0
    with Image.open("one.png") as image:
        text = image.info[generated.KEYWORD]
        changed = np.asarray(image) ^ 1
    images.save(Image.fromarray(changed), Path("one.png"), {generated.KEYWORD: text})
    assert kerasgan("sample", "--like", "one.png").exit_code == 0
    assert "one-again.png differs from the original" in caplog.text


def test_a_checkpoint_of_another_step_is_refused(kerasgan, painted, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(painted.path, run)
    (run / "checkpoints" / "step-000001.npz").rename(run / "checkpoints" / "best.npz")
    words = ("--run", "run", "--checkpoint", "best")
    assert kerasgan("sample", *words, "-n", 1, "--out", "one.png").exit_code == 0
    assert kerasgan("sample", "--like", "one.png").exit_code == 0
    record = record_in("one.png") | {"step": 3}
    write("one.png", json.dumps(record))
    done = kerasgan("sample", "--like", "one.png")
    assert done.exit_code == 2
    assert "best of run must be of step 3, as in the image's record, got 1" in done.output


def write(file, text):
    images.save(Image.new("RGB", (8, 8)), Path(file), {generated.KEYWORD: text})


GOOD = {
    "kerasgan": "0.1.0",
    "run": "RUN",
    "checkpoint": "1",
    "step": 1,
    "sigma": 0.1,
    "kind": "grid",
    "seed": 0,
    "labels": [],
    "count": 1,
    "columns": 1,
    "command": "",
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "film"}, "unknown kind 'film'; allowed: sheet, grid, interpolation, image"),
        ({"kind": ["grid"]}, "unknown kind"),
        ({"kind": "sheet"}, "missing or unknown fields: column_label, columns, count, row_label"),
        ({"more": 1}, "missing or unknown fields: more"),
        ({"run": 3}, "run is 3; allowed: a text"),
        ({"run": "nowhere\x1b[31m"}, r"no run 'nowhere\x1b[31m'"),
        ({"run": "\x00"}, "no run"),
        ({"checkpoint": "../../x"}, "has no checkpoint '../../x'"),
        ({"step": 2}, "must be of step 2"),
        ({"sigma": float("nan")}, "sigma must be from 0 to 1000, got nan"),
        ({"sigma": "1"}, "sigma is '1'; allowed: a number"),
        ({"seed": True}, "seed is True; allowed: a whole number"),
        ({"seed": -1}, "seed must be from 0"),
        ({"seed": 2**63}, "seed must be from 0"),
        ({"count": 10**9}, "count must be from 1 to 10,000, got 1000000000"),
        ({"columns": 0}, "columns must be from 1"),
        ({"labels": "hair=red"}, "labels is 'hair=red'; allowed: a list of a text"),
        ({"labels": ["hair=mauve"]}, "unknown hair value 'mauve'"),
        ({"labels": ["hair"]}, "must be given as NAME=VALUE"),
    ],
)
def test_a_record_that_cannot_be_used_is_refused(kerasgan, painted, tmp_path, changes, message):
    record = GOOD | {"run": str(painted.path)} | changes
    write("one.png", json.dumps(record))
    check_refused(kerasgan, tmp_path, message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be used"),
        ("[1, 2]", "it must be a JSON object"),
        ("[" * 10_000, "cannot be used"),
        (" " * 2**20 + "{}", "must have at most 1,048,576 characters, got 1,048,578"),
    ],
)
def test_a_text_that_is_no_record_is_refused(kerasgan, tmp_path, text, message):
    write("one.png", text)
    check_refused(kerasgan, tmp_path, message)


def check_refused(kerasgan, tmp_path, message):
    done = kerasgan("sample", "--like", "one.png")
    assert done.exit_code == 2, done.output
    assert message in done.output
    assert "\x1b" not in done.output
    assert done.output.count("\n") == 1 + done.output.startswith("run: ")
    assert [path.name for path in tmp_path.iterdir()] == ["one.png"]


def test_a_file_without_a_record_and_other_options_are_refused(sample, kerasgan, tmp_path):
    Image.new("RGB", (8, 8)).save("one.png")
    check_refused(kerasgan, tmp_path, "one.png has no record of its images")
    Path("one.png").write_text("no image")
    check_refused(kerasgan, tmp_path, "one.png cannot be read")
    done = kerasgan("sample", "--like", "one.png", "--hair", "red", "-n", 3)
    assert done.exit_code == 2
    assert "--like excludes --hair, -n, which the record in one.png has" in done.output


def test_a_single_image_must_be_of_its_batch(kerasgan, painted, tmp_path):
    batch = {"batch_seed": 4, "batch_count": 2, "batch_labels": []}
    record = GOOD | {"run": str(painted.path), "kind": "image", "seed": 6} | batch
    write("one.png", json.dumps({k: v for k, v in record.items() if k not in ("count", "columns")}))
    check_refused(kerasgan, tmp_path, "seed must be from 4 to 5, got 6")
