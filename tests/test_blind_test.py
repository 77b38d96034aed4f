"""`kerasgan compare`: the page, its script, and the images on it."""

import base64
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kerasgan.evaluation.intervals import wilson_interval
from kerasgan.experiments import blind_test
from kerasgan.labels import LabelSchema
from kerasgan.models.sampling import random_labels

SCRIPT = blind_test.resources.files("kerasgan.reporting").joinpath("blind_test.js")
# The elements that the script uses, and a browser's store.
BROWSER = """
const elements = {};
global.document = { getElementById: (name) => (elements[name] ??= {}) };
const stored = {};
global.localStorage = {
  getItem: (key) => stored[key] ?? null,
  setItem: (key, value) => { stored[key] = value; },
  removeItem: (key) => { delete stored[key]; },
};
"""


def run_script(code):
    if (node := shutil.which("node")) is None:
        pytest.skip("needs Node.js")
    program = f"const page = require({json.dumps(str(SCRIPT))});{BROWSER}{code}"
    done = subprocess.run([node, "-e", program], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture
def folders(tmp_path):
    """Twelve red images and twelve blue ones."""
    for name, colour in (("a", "red"), ("b", "blue")):
        (tmp_path / name).mkdir()
        for number in range(12):
            Image.new("RGB", (40, 30), colour).save(tmp_path / name / f"{number}.png")
    return tmp_path / "a", tmp_path / "b"


def read(page):
    """The test in a page, with its images as colours of their first pixel."""
    test = json.loads(re.search(r'id="test">(.*)</script>\n<script>', page)[1])
    for pair in test["pairs"]:
        for side in ("left", "right"):
            data = base64.b64decode(pair[side].removeprefix("data:image/png;base64,"))
            pair[side] = Image.open(io.BytesIO(data))
    return test


def test_the_page_shows_each_source_on_both_sides_equally_often(kerasgan, folders):
    done = kerasgan("compare", *folders, "--count", 10)
    assert done.exit_code == 0, done.output
    test = read(Path("compare.html").read_text())
    assert test["names"] == [str(folder) for folder in folders]
    assert len(test["pairs"]) == 10
    assert sum(test["firstIsLeft"]) == 5
    for pair, first_is_left in zip(test["pairs"], test["firstIsLeft"], strict=True):
        left, right = (pair[side].getpixel((0, 0)) for side in ("left", "right"))
        assert (left, right) == ((255, 0, 0), (0, 0, 255))[:: 1 if first_is_left else -1]
        assert pair["left"].size == pair["right"].size == (128, 128)


def test_names_are_on_the_page_only_where_the_script_reads_them(kerasgan, folders, tmp_path):
    odd = tmp_path / "<b>odd<"
    shutil.copytree(folders[0], odd)
    kerasgan("compare", odd, folders[1], "-n", 2)
    page = Path("compare.html").read_text()
    assert str(odd) not in page
    assert read(page)["names"][0] == str(odd)


class Numbered:
    """A source of grey images whose level is the index of their label."""

    size = 8
    schema = LabelSchema.of({"kind": ("a", "b", "c"), "old": ("no", "yes")})

    def __init__(self, name):
        self.name = name

    def images(self, count, size, labels, seed):
        assert labels is not None
        return [Image.new("L", (size, size), int(kind)) for kind, _ in labels]


def test_both_images_of_a_pair_have_the_labels_of_the_caption():
    pairs = blind_test.pair(Numbered("a"), Numbered("b"), 20, seed=3)
    rows = random_labels(Numbered.schema, {}, range(3, 23))
    assert pairs.captions == [", ".join(Numbered.schema.captions(row)) for row in rows]
    for left, right, (kind, _) in zip(pairs.left, pairs.right, rows, strict=True):
        assert left.getpixel((0, 0)) == right.getpixel((0, 0)) == kind


def test_runs_and_folders_are_shown_at_the_size_of_the_run(kerasgan, trained, folders):
    done = kerasgan("compare", trained.path, folders[0], "-n", 4, "--seed", 5)
    assert done.exit_code == 0, done.output
    test = read(Path("compare.html").read_text())
    assert test["names"] == [trained.name, str(folders[0])]
    generated = [
        pair["left" if first_is_left else "right"]
        for pair, first_is_left in zip(test["pairs"], test["firstIsLeft"], strict=True)
    ]
    assert {image.size for image in generated} == {(16, 16)}
    assert len({image.tobytes() for image in generated}) == 4


def test_bad_sources_are_refused_and_no_page_is_written(kerasgan, folders, tmp_path):
    (tmp_path / "a" / "0.png").write_text("no image")
    for words, message in (
        ((*folders, "-n", 12), f"{folders[0]} has 11 readable images, and count is 12"),
        ((folders[0], "nowhere"), "no run 'nowhere'"),
        (("pretrained/cyclegan", folders[0]), "is a run of cyclegan; allowed: gan, cgan"),
    ):
        done = kerasgan("compare", *words)
        assert done.exit_code == 2, done.output
        assert message in done.output
    assert not (tmp_path / "compare.html").exists()


@pytest.mark.parametrize(("successes", "count"), [(0, 5), (32, 50), (31, 50), (220, 400), (7, 7)])
def test_the_script_has_the_interval_of_the_evaluation(successes, count):
    found = run_script(f"console.log(JSON.stringify(page.wilson({successes}, {count})))")
    expected = wilson_interval(successes, count)
    np.testing.assert_allclose(list(found.values()), expected, atol=1e-12)


def test_choices_are_counted_for_the_source_on_that_side_kept_and_undone():
    code = """
    const test = {
      id: "t", names: ["A", "B"], firstIsLeft: [true, false, false, true],
      pairs: ["w", "x", "y", "z"].map((c) => ({ left: c + 1, right: c + 2, caption: c })),
    };
    const press = (event) => document.onkeydown({ ...event, preventDefault() {} });
    page.start(test);
    press({ key: "ArrowLeft", altKey: true });
    elements.left.onclick();
    const second = elements.left.src;
    press({ key: "ArrowRight" });
    elements.same.onclick();
    elements.undo.onclick();
    page.start(test);
    const resumed = elements.progress.textContent;
    elements.left.onclick();
    press({ key: "ArrowDown" });
    press({ key: "ArrowLeft" });
    const record = JSON.parse(decodeURIComponent(elements.save.href.split(",")[1]));
    console.log(JSON.stringify(
      { second, resumed, record, hidden: elements.pair.hidden, text: elements.numbers.textContent }
    ));
    """
    found = run_script(code)
    assert found["second"] == "x1"
    assert found["resumed"] == "3 of 4"
    assert found["hidden"]
    assert found["record"]["choices"] == ["left", "right", "left", "same"]
    assert [found["record"][name] for name in ("first", "second", "same")] == [2, 1, 1]
    assert "A was chosen in 66.7% of the decided pairs" in found["text"]
    assert "No preference is certain" in found["text"]


def test_a_preference_is_named_once_it_is_beyond_chance():
    code = """
    const choices = (n, other) => [...Array(n).fill("left"), ...Array(other).fill("right")];
    const said = [[32, 18], [31, 19], [18, 32]].map(([n, other]) =>
      page.verdict(page.tally(choices(n, other), Array(50).fill(true)), ["A", "B"]));
    console.log(JSON.stringify(said));
    """
    first, none, second = run_script(code)
    assert first == "A is preferred."
    assert none.startswith("No preference is certain")
    assert second == "B is preferred."
