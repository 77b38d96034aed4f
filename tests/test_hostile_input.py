"""Input that no command can use: each is refused with a message, and nothing is overwritten."""

import json
import os
import resource
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerasgan import registry
from kerasgan.datasets import decoding, labelled, layouts
from kerasgan.datasets.checks import cleaning, inspection
from kerasgan.experiments import sweeps
from kerasgan.inference import exporting, loading
from kerasgan.labels import LabelSchema
from kerasgan.reporting import plots
from kerasgan.runs import checkpoints, directory, lookup
from kerasgan.training import error_messages, trainer
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput, TrainingFailed
from tests.conftest import tiny_config


@pytest.fixture
def images():
    """A folder of six images, and whatever else commands are pointed at."""
    folder = Path("images")
    folder.mkdir()
    for number in range(6):
        noise = np.random.default_rng(number).integers(0, 256, (16, 16, 3), np.uint8)
        Image.fromarray(noise).save(folder / f"{number}.png")
    Path("a-folder.png").mkdir()
    Path("link").symlink_to("nothing/at/all")
    Path("empty.txt").touch()
    os.mkfifo("pipe")
    return folder


QUICK = ("--preset", "quick")
LONG = "n" * 300
REFUSED = [
    # Options that change nothing.
    (("train", "acgan", *QUICK, "--require-tag", "unicorn"), "require-tag does not apply"),
    (("train", "acgan", *QUICK, "--exclude-tag", "unicorn"), "exclude-tag does not apply"),
    (("train", "acgan", *QUICK, "--min-per-class", 9), "min-per-class does not apply to avatars"),
    (("train", "acgan", *QUICK, "--label-rule", "first"), "label-rule does not apply to avatars"),
    (("train", "acgan", *QUICK, "--layout", "table"), "layout does not apply to avatars"),
    (("train", "gan", *QUICK, "--resize-mode", "pad"), "resize-mode does not apply to avatars"),
    (("train", "gan", *QUICK, "--strict"), "it is for TensorFlow Datasets and files and folders"),
    (("train", "gan", *QUICK, "--follow-links"), "follow-links does not apply to avatars"),
    (("train", "gan", "--data", "images", "--num-avatars", 9), "num-avatars does not apply"),
    (("train", "gan", "--data", "tfds:mnist", "--layout", "images"), "layout does not apply"),
    (("train", "gan", *QUICK, "--best-metric", "flatness_difference"), "evaluate-every is"),
    (("train", "gan", *QUICK, "--augment-probability", 0.5), "augment is not given"),
    (("train", "gan", *QUICK, "--sync-batch-norm"), "strategy is none"),
    (("train", "acgan", *QUICK, "--schedule", "constant", "--schedule-steps", 9), "schedule is"),
    (("train", "stargan", *QUICK, "--labels", "Nope"), "unknown label of avatars 'Nope'"),
    (("data", "check", "images", "--labels", "x"), "unknown label of images 'x'"),
    # Numbers.
    (("train", "gan", *QUICK, "--steps", "9" * 23), "steps is 999"),
    (("train", "gan", *QUICK, "--num-avatars", 10**12), "it must be at most 1000000"),
    (("train", "gan", *QUICK, "--num-avatars", 9, "--batch-size", 10**12), "GiB, and this machine"),
    (("sample", "--run", "RUN", "--sigma", "nan"), "must be a number, got nan"),
    (("sample", "--run", "RUN", "--sigma", "inf"), "inf is not in the range"),
    (("sample", "--run", "RUN", "--sigma", "1e39"), "is not in the range"),
    (("sample", "--run", "RUN", "-n", 10**9), "is not in the range"),
    (("sample", "--run", "RUN", "-n", 10**6), "one file holds 10,000 images: --separate"),
    (("data", "render", "new", "--seed", "9" * 40), "is not in the range"),
    (("data", "render", "new", "--image-size", 10**5), "is not in the range"),
    # Paths.
    (("train", "gan", *QUICK, "--data", ""), "data is empty"),
    (("train", "gan", *QUICK, "--out", ""), "must not be empty"),
    (("sample", "--run", "RUN", "--out", ""), "must not be empty"),
    (("train", "gan", *QUICK, "--out", LONG), "(File name too long)"),
    (("train", "gan", *QUICK, "--out", "link"), "is not a writable folder"),
    (("resume", LONG), "no run 'nnn"),
    (("sample", "--run", "RUN", "--out", "a-folder.png"), "it is a folder; allowed: a file"),
    (("sample", "--run", "RUN", "--out", "link/x.png"), "is not a writable folder"),
    (("sample", "--run", "RUN", "--out", "/proc/x.png"), "/proc is not a writable folder"),
    (("report", "RUN", "--html", "a-folder.png"), "it is a folder; allowed: a file"),
    (("runs", "delete", "/"), "/ is not a run directory"),
    (("data", "check", "images", "--html", "images/0.png"), "--html must end in .html"),
    (("data", "check", "images", "--heat-map", "images/7.png"), "must be outside of the data"),
    (("data", "check", "images", "--fix", "images/fixed"), "must be outside of the data"),
    (("data", "check", "images", "--heat-map", "map.png"), "--heat-map needs two labels"),
    (("data", "check", "pipe"), "neither a folder nor a regular file"),
    (("data", "check", "/dev/zero"), "neither a folder nor a regular file"),
    (("sample", "--run", "RUN", "--text", "empty.txt"), "empty.txt has no valid line\n"),
    # Sweeps.
    (("sweep", "gan", "--vary", "sigma=1,1"), "would have the folder sigma_1-seed0"),
    (("sweep", "gan", "--vary", "data=x/a_b,x_a b"), "each value of --vary data must have 1 word"),
    (("sweep", "gan", "--vary", "data=x/a,x_a"), "would have the folder data_x_a-seed0"),
    (("sweep", "gan", "--seeds", 10**9, "--vary", "sigma=1"), "a sweep has at most 10,000 runs"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"), REFUSED, ids=[" ".join(map(str, w))[:60] for w, _ in REFUSED]
)
def test_a_command_is_refused_by_what_is_wrong(kerasgan, images, painted, words, message):
    before = {path: path.stat().st_mtime_ns for path in images.iterdir()}
    done = kerasgan(*(painted.path if word == "RUN" else word for word in words))
    assert done.exit_code == 2, done.output
    assert message in done.output
    assert "--debug" not in done.output
    assert before == {path: path.stat().st_mtime_ns for path in images.iterdir()}


@pytest.mark.parametrize("cache", ["link", "empty.txt"])
def test_a_cache_that_is_no_folder_is_refused(kerasgan, images, monkeypatch, cache):
    monkeypatch.setenv("KERASGAN_CACHE", cache)
    done = kerasgan("train", "gan", *QUICK, "--num-avatars", 9)
    assert done.exit_code == 2
    assert "is not a writable folder" in done.output


def test_options_of_a_preset_are_not_refused():
    kind = registry.config_class("r3gan")
    preset = next(name for name, values in kind.PRESETS.items() if "num_avatars" in values)
    _, config = directory.configure(kind, preset, None, {"data": "x", "strict": True})
    assert config.data == "x"


def test_tags_of_avatars_select_them_where_a_config_says_so():
    config = tiny_config("gan", data="avatars", num_avatars=60, require_tag=("hair=red",))
    training, held_out = labelled.load(config)
    others = labelled.load(replace(config, require_tag=()))
    assert 0 < training.size < others.training.size
    assert held_out.size <= others.held_out.size


def test_networks_that_are_too_large_name_the_options():
    config = tiny_config("gan")
    for error in (
        MemoryError(),
        OverflowError("inf"),
        tf.errors.ResourceExhaustedError(None, None, "OOM"),
    ):
        with (
            pytest.raises(InvalidInput, match=r"width 0\.05 and latent-dim 8"),
            error_messages.too_large(config),
        ):
            raise error


def test_a_limit_of_the_memory_is_named_before_networks_are_built(monkeypatch, caplog):
    """At the limit TensorFlow may crash, which nothing can explain afterwards."""

    def build_model(config, schema):
        raise MemoryError

    monkeypatch.setattr(registry, "build_model", build_model)
    for limit, count in ((resource.RLIM_INFINITY, 0), (7 * 2**30, 1)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, limit=limit: (limit, limit))
        with pytest.raises(InvalidInput, match="do not fit into the memory"):
            trainer.build(tiny_config("gan"), SimpleNamespace(schema=LabelSchema()))
        assert caplog.text.count("limited to 7.0 GiB (ulimit -v)") == count


def test_a_full_disk_during_training_names_the_file_and_how_to_continue(painted):
    full = OSError(28, "No space left on device", "run/checkpoints/step-000001.npz")
    with (
        pytest.raises(TrainingFailed, match=r"step-000001\.npz: No space left .* kerasgan resume"),
        error_messages.explained(painted),
    ):
        raise full


def test_a_closed_standard_error_is_no_error():
    command = [sys.executable, "-m", "kerasgan", "runs", "delete", "no-such-run"]
    closed = " ".join(map(str, command)) + " 2>&-"
    assert subprocess.run(closed, shell=True, stdout=subprocess.PIPE).returncode == 2


def test_names_with_dollars_are_no_formulas(tmp_path):
    metrics = {"step": np.array([1.0, 2.0]), "d_loss": np.array([1.0, 2.0])}
    plots.save_losses(metrics, tmp_path / "losses.png", r"cost_$5_\frac{$")
    plots.save_curves({r"$\x$": [(np.arange(2), np.arange(2))]}, tmp_path / "c.png", r"$\x$")
    label = next(iter(LabelSchema.of({r"price": (r"$5_\frac{$", "$6")}).labels))
    assert plots.draw_confusion(np.ones((2, 2), int), label).startswith(b"\x89PNG")


def _odd(name):
    """A name in Shift-JIS, which is not UTF-8."""
    return os.fsdecode(name.encode("shift-jis"))


def test_names_that_are_not_utf_8_are_reported_and_fixed(kerasgan, images):
    shutil.copy(images / "0.png", images / _odd("絵.png"))
    (images / "1.png").rename(images / _odd("画像.png"))
    done = kerasgan("data", "check", images, "--html", "x.html", "--fix", "fixed")
    assert done.exit_code == 1, done.output
    assert "--debug" not in done.output
    assert "UnicodeEncodeError" not in done.output
    assert len(list(Path("fixed").glob("*.png"))) == 6
    assert "converted" in Path("fixed/fix.log").read_text()
    assert "\\udc" in Path("x.html").read_text()


def test_a_converted_image_takes_no_other_image_s_name(images):
    for number, name in enumerate(("a.gif", "a.gif.png"), start=7):
        noise = np.random.default_rng(number).integers(0, 256, (16, 16, 3), np.uint8)
        Image.fromarray(noise).save(images / name)
    written = cleaning.write(inspection.check(images), Path("fixed"))
    assert written == len(list(Path("fixed").glob("*.png"))) == 8
    assert (Path("fixed") / "a.gif-1.png").is_file()


def test_a_pipe_among_the_images_is_named_and_not_read(images):
    os.mkfifo(images / "pipe.png")
    os.mkfifo(images / "tags.csv")
    report = inspection.check(images)
    assert report.problems["unreadable images"] == ["pipe.png is not a regular file"]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_pixels_that_are_not_finite_are_unreadable(tmp_path, value):
    pixels = np.ones((8, 8), np.float32)
    pixels[3, 3] = value
    Image.fromarray(pixels).save(tmp_path / "float.tif")
    with pytest.raises(InvalidInput, match="not finite"):
        decoding.read(tmp_path / "float.tif")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("tags.csv", "", "label files that cannot be read"),
        ("labels.jsonl", "\n\n", "label files that cannot be read"),
        ("list_attr_celeba.txt", "-1\nA B\n0.png 1 1\n", "label files that cannot be read"),
        ("metadata.csv", "file_name,hair,hair\n0.png,red,blue\n1.png,blue,red\n", "unusable lines"),
    ],
)
def test_a_label_file_that_cannot_be_read_is_a_problem(images, name, content, problem):
    (images / name).write_text(content)
    listing = layouts.read(images)
    assert problem in listing.problems
    if problem == "unusable lines":
        assert listing.problems[problem] == ["line 1: 'hair' occurs twice, the first is read"]
        assert listing.images[0].values["hair"] == ("red",)


def test_other_texts_beside_images_are_none(images):
    (images / "README.txt").write_text("My images.")
    assert layouts.read(images).problems == {}


def test_a_domain_without_images_is_a_problem(images):
    images.rename("trainA")
    Path("both/trainB").mkdir(parents=True)
    Path("trainA").rename("both/trainA")
    problems = layouts.read(Path("both")).problems
    assert problems == {"folders of a domain without an image": ["trainB"]}


def test_an_empty_plan_of_a_sweep_names_its_file(tmp_path):
    (tmp_path / "sweep.json").touch()
    with pytest.raises(InvalidInput, match=r"sweep\.json cannot be read"):
        sweeps.carry_out([], tmp_path)


def test_weights_that_are_not_finite_are_not_sampled(painted, tmp_path):
    shutil.copytree(painted.path, tmp_path / "copy")
    run = directory.read(tmp_path / "copy")
    (path,) = run.checkpoint_files.values()
    step, arrays = checkpoints.load(run)
    lost = {k: np.full_like(v, np.nan) if v.dtype.kind == "f" else v for k, v in arrays.items()}
    checkpoints.write(run, lost, step, path)
    with pytest.raises(InvalidInput, match=f"{path} has weights that are not finite"):
        loading.load(run)


def test_a_damaged_run_hides_no_other_where_the_newest_is_looked_up(caplog):
    made = [
        directory.create(tiny_config("gan"), LabelSchema(), "0", "report", "kerasgan")
        for _ in range(3)
    ]
    made[2].config_file.write_text("{")
    record = json.loads(made[1].config_file.read_text())
    made[1].config_file.write_text(json.dumps({**record, "model": "none"}))
    assert lookup.run().path == made[0].path
    assert caplog.text.count("left out a damaged run") == 2


def test_two_processes_never_take_one_folder(monkeypatch):
    config = tiny_config("gan")
    monkeypatch.setattr(files, "check_vacant", lambda *_: None)
    directory.create(config, LabelSchema(), "0", "report", "kerasgan", Path("run"))
    with pytest.raises(InvalidInput, match="was taken by another process"):
        directory.create(config, LabelSchema(), "0", "report", "kerasgan", Path("run"))


def test_two_exports_at_once_get_two_versions(monkeypatch, tmp_path):
    for _ in range(2):
        with files.temporary_beside(tmp_path / "version") as temporary:
            temporary.mkdir()
            (temporary / "model").touch()
            # The other export ends between the look and the renaming.
            exporting._publish(temporary, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.isdecimal()) == ["1", "2"]
