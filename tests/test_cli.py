"""What a user types, and what they see."""

import inspect
import re
import shutil
from pathlib import Path

import click
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerasgan import registry
from kerasgan.commands import cli, options
from kerasgan.commands.train import parsed, train
from kerasgan.configs.translation import TranslationConfig
from kerasgan.labels import BINARY, LabelSchema
from kerasgan.models.base import AdversarialModel
from kerasgan.runs import directory, lookup
from tests.conftest import models, tiny_config, tiny_options
from tests.processes import arrays


@pytest.mark.parametrize("model", models())
def test_train_resume_sample_export_load(kerasgan, tmp_path, model):
    done = kerasgan("train", model, *tiny_options(model, ema=0.5), "--deterministic")
    assert done.exit_code == 0, done.output
    (run,) = (path.relative_to(tmp_path) for path in (tmp_path / "runs").iterdir())
    assert f"trained 3 steps: {run}" in done.output
    assert {path.name for path in run.iterdir()} == {
        ".lock", "checkpoints", "config.json", "losses.png", "metrics.csv", "samples",
    }  # fmt: skip
    sheets = sorted(path.name for path in (run / "samples").iterdir())
    assert sheets == ["step-000001.png", "step-000003.png"]

    # What is lost after the second step comes back, to the byte.
    shutil.copytree(run, "broken")
    Path("broken/checkpoints/step-000003.npz").unlink()
    assert kerasgan("resume", "broken").exit_code == 0
    expected, found = (arrays(path, 3) for path in (run, Path("broken")))
    assert [key for key in expected if expected[key].tobytes() != found[key].tobytes()] == []
    assert expected.keys() == found.keys()

    if issubclass(registry.config_class(model), TranslationConfig):
        _translate_export_load(kerasgan, tmp_path, model)
    else:
        _sample_export_load(kerasgan, run, model)


def _sample_export_load(kerasgan, run, model):
    schema = lookup.run().schema
    hair, eyes = schema.captions(schema.combinations[0])
    free = not registry.config_class(model).IS_CONDITIONAL
    colours = () if free else ("--hair", hair, "--set", f"eyes={eyes}")
    name = "images-seed0.png" if free else f"{hair}-{eyes}-seed0.png"
    done = kerasgan("sample", *colours, "-n", 5)
    assert done.output == f"run: {run}\nwrote {name}\n"
    with Image.open(name) as image:
        assert image.size == (3 * 66, 2 * 66)
        sampled = np.asarray(image, int)[:64:4, :64:4]

    request = {} if free else {"hair": tf.constant([hair]), "eyes": tf.constant([eyes])}
    served = _served(kerasgan, model, seed=tf.constant([0], tf.int64), **request)
    assert np.abs(sampled - served).max() <= 1


def _translate_export_load(kerasgan, tmp_path, model):
    """An image of odd sides keeps them, translated and served."""
    image = np.random.default_rng(0).integers(0, 256, (33, 42, 3), np.uint8)
    Image.fromarray(image).save(tmp_path / "one.png")
    colours = ("--hair", "red", "--eyes", "blue") if model == "stargan" else ()
    done = kerasgan("translate", "one.png", *colours, "--scale", "original", "--out", "translated")
    assert done.exit_code == 0, done.output
    assert "wrote 1 images to translated" in done.output
    with Image.open("translated/one.png") as translated:
        expected = np.asarray(translated, int)
    assert expected.shape == image.shape

    request = {"hair": tf.constant(["red"]), "eyes": tf.constant(["blue"])} if colours else {}
    served = _served(kerasgan, model, image=tf.constant(image[None]), **request)
    assert np.abs(expected - served).max() <= 1


def test_a_run_that_needs_too_much_memory_says_what_to_lower(kerasgan, monkeypatch):
    def fit(*_, **__):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor\nmore")

    monkeypatch.setattr(AdversarialModel, "fit_batches", fit)
    done = kerasgan("train", "gan", *tiny_options("gan"))
    assert done.exit_code == 1
    assert "out of memory at batch-size 4, image-size 16 and width 0.05" in done.output
    assert "OOM when allocating tensor" in done.output


def _served(kerasgan, model, **request):
    """The one image that the exported model answers with, int [H, W, 3]."""
    done = kerasgan("export", "--out", "models")
    assert f"wrote models/{model}/1" in done.output
    serve = tf.saved_model.load(f"models/{model}/1").signatures["serving_default"]
    return serve(**request)["image"][0].numpy().astype(int)


def test_a_finished_run_says_how_to_go_further(kerasgan, run):
    done = kerasgan("resume")
    assert done.exit_code == 0
    assert f"to train further: kerasgan resume {run.path} --steps 4" in done.output
    done = kerasgan("resume", "--steps", 2)
    assert done.exit_code == 2
    assert (
        f"--steps must be greater than the 2 steps already trained in {run.path}, got 2"
        in done.output
    )


@pytest.mark.parametrize(
    ("model", "words", "message"),
    [
        (
            "wgan",
            ["--run", "1", "--hair", "red"],
            "is a run of wgan without labels: leave out --text and hair",
        ),
        ("gan", ["--text", "wanted.txt"], "is a run of gan without labels: leave out --text"),
        (
            "cgan",
            ["--hair", "red", "--eyes", "red"],
            "no image has hair=red, eyes=red; near combinations: hair=red, eyes=blue; hair=blue",
        ),
    ],
)
def test_labels_that_a_model_lacks_are_refused(kerasgan, tmp_path, model, words, message):
    (tmp_path / "wanted.txt").write_text("1,red hair red eyes\n")
    pairs = (("red", "blue"), ("blue", "red"), ("blue", "blue"), ("gray", "gray"))
    colours = ("gray", "red", "blue")
    schema = LabelSchema.of({"hair": colours, "eyes": colours}, pairs)
    config = tiny_config(model)
    directory.create(config, schema, "0123", config.default_preset(), "kerasgan")
    done = kerasgan("sample", *words)
    assert done.exit_code == 2
    assert message in done.output


@pytest.mark.parametrize(
    ("model", "words", "message"),
    [
        (
            "cyclegan",
            ["--run", "1", "--hair", "red"],
            "--set does not apply to this run of cyclegan; allowed: --to",
        ),
        (
            "stargan",
            ["--to", "a"],
            "--to does not apply to this run of stargan; allowed: --set",
        ),
        ("cut", ["--to", "a"], "unknown target domain of cut 'a'; allowed: b"),
        ("stargan", ["--hair", "mauve"], "unknown hair value 'mauve'; allowed: red"),
        (
            "stargan",
            ["--set", "Male=1"],
            "has the labels male; labels of runs: hair, eyes",
        ),
        ("stargan", [], "nothing to change; allowed: --set"),
        (
            "celeba",
            ["--run", "1", "--hair", "red"],
            "unknown label 'hair'; allowed: Male, Young",
        ),
        ("celeba", ["--set", "Yuong=1"], "has the labels yuong (did you mean Young?)"),
        ("celeba", ["--set", "young=2"], "unknown Young value '2'; allowed: no, yes"),
        ("celeba", ["--set", "young"], "a label must be given as NAME=VALUE, got 'young'"),
    ],
)
def test_what_a_model_cannot_translate_to_is_refused(kerasgan, tmp_path, model, words, message):
    Image.new("RGB", (9, 9)).save(tmp_path / "one.png")
    schema = {
        "cyclegan": LabelSchema(),
        "cut": LabelSchema(),
        "stargan": LabelSchema.of({"hair": ("red",), "eyes": ("blue",)}),
        "celeba": LabelSchema.of({"Male": BINARY, "Young": BINARY}),
    }[model]
    config = tiny_config("stargan" if model == "celeba" else model)
    directory.create(config, schema, "0123", config.default_preset(), "kerasgan")
    done = kerasgan("translate", "one.png", *words, "--out", "new")
    assert done.exit_code == 2
    assert message in done.output
    assert not (tmp_path / "new").exists()


def test_runs_that_translate_draw_nothing_and_others_do_not_translate(kerasgan, run, tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "one.png")
    done = kerasgan("translate", "one.png", "--run", "1", "--out", "new")
    assert (
        done.exit_code,
        "is a run of acgan; allowed: cyclegan, cut, stargan" in done.output,
    ) == (
        2,
        True,
    )
    directory.create(tiny_config("cyclegan"), LabelSchema(), "0123", "paper", "kerasgan")
    done = kerasgan("sample", "--run", "2")
    assert done.exit_code == 2
    assert "is a run of cyclegan; allowed: gan, cgan" in done.output
    # The newest that draws is not the newest.
    assert kerasgan("sample").exit_code == 0


@pytest.fixture
def run(trained, monkeypatch, tmp_path):
    """The shared run, as number 1 of this test's own runs."""
    copy = tmp_path / "runs" / "0001-acgan"
    shutil.copytree(trained.path, copy)
    return directory.read(copy.relative_to(tmp_path))


@pytest.fixture
def pair(run):
    hair, eyes = (label.values for label in run.schema.labels)
    return ("--hair", hair[0], "--eyes", eyes[-1])


def test_the_same_seed_gives_the_same_image(kerasgan, run, pair):
    for name in ("one.png", "other.png"):
        assert kerasgan("sample", *pair, "--seed", 7, "--out", name).exit_code == 0
    assert kerasgan("sample", *pair, "--seed", 8, "--out", "third.png").exit_code == 0
    one, other, third = (Path(f"{name}.png").read_bytes() for name in ("one", "other", "third"))
    assert one == other != third


def test_values_may_be_written_in_capitals(kerasgan, run):
    hair, eyes = (label.values[0] for label in run.schema.labels)
    done = kerasgan("sample", "--hair", hair.upper(), "--eyes", eyes.title())
    assert done.exit_code == 0, done.output
    assert f"wrote {hair}-{eyes}-seed0.png" in done.output


def test_separate_images_are_named_by_their_seeds(kerasgan, run, pair, tmp_path):
    assert (
        kerasgan("sample", *pair, "-n", 3, "--seed", 7, "--separate", "--out", "faces").exit_code
        == 0
    )
    names = sorted(path.name for path in (tmp_path / "faces").iterdir())
    assert [name.split("-")[-1] for name in names] == ["seed7.png", "seed8.png", "seed9.png"]
    with Image.open(tmp_path / "faces" / names[0]) as image:
        assert image.size == (16, 16)


def test_the_sheet_shows_all_colours_or_those_of_one_row(kerasgan, run, tmp_path):
    assert kerasgan("sample").exit_code == 0
    hair, eyes = (label.values for label in run.schema.labels)
    words = ("sample", "--hair", hair[0], "--rows", "Hair", "--columns", "eyes")
    assert kerasgan(*words).exit_code == 0
    assert kerasgan("sample", "--rows", "eyes", "--out", "turned.png").exit_code == 0
    with (
        Image.open("sheet-seed0.png") as sheet,
        Image.open(f"{hair[0]}-seed0.png") as row,
        Image.open("turned.png") as turned,
    ):
        assert (sheet.height // 66, turned.height // 66) == (len(hair), len(eyes))
        assert row.height // 66 == 1
        assert abs(row.width - sheet.width) < 66


def test_a_list_is_drawn_line_by_line_and_its_bad_lines_are_named(kerasgan, run, tmp_path):
    hair, eyes = (label.values[0] for label in run.schema.labels)
    (tmp_path / "wanted.txt").write_text(f"4,{hair} hair {eyes} eyes\n5,mauve hair {eyes} eyes\n")
    done = kerasgan("sample", "--text", "wanted.txt", "-n", 2, "--out", "drawn")
    assert done.exit_code == 1
    assert "wanted.txt: line 2: unknown hair value 'mauve'" in done.output
    assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == [
        "sample_4_1.png",
        "sample_4_2.png",
    ]
    (tmp_path / "wanted.txt").write_text("nothing\n")
    assert kerasgan("sample", "--text", "wanted.txt").exit_code == 2


def test_interpolation_begins_and_ends_at_the_two_seeds(kerasgan, run, pair):
    assert kerasgan("sample", *pair, "--interpolate", "-n", 4, "--out", "row.png").exit_code == 0
    assert kerasgan("sample", *pair, "--interpolate", "-n", 4, "--out", "walk.gif").exit_code == 0
    assert kerasgan("sample", *pair, "-n", 2, "--out", "ends.png").exit_code == 0
    with (
        Image.open("row.png") as row,
        Image.open("ends.png") as ends,
        Image.open("walk.gif") as walk,
    ):
        assert walk.n_frames == 4
        row, ends = (np.asarray(image, int) for image in (row, ends))
    assert np.abs(row[:64, :64] - ends[:64, :64]).max() <= 1
    assert np.abs(row[:64, 3 * 66 : 3 * 66 + 64] - ends[:64, 66 : 66 + 64]).max() <= 1


def test_a_damaged_checkpoint_is_named_and_the_one_before_draws(kerasgan, run, pair, caplog):
    (run.checkpoints / "step-000002.npz").write_bytes(b"PK")
    done = kerasgan("sample", *pair)
    assert done.exit_code == 0
    assert "step-000002.npz is damaged" in caplog.text


def test_a_loss_that_is_not_finite_ends_the_run_and_keeps_what_is_good(kerasgan, tmp_path):
    words = ("--learning-rate", "1e30", "--out", "run", "--log-every", 1)
    done = kerasgan("train", "acgan", *tiny_options(steps=50), *words)
    assert done.exit_code == 1
    assert "was not finite at step" in done.output
    assert "lower --learning-rate (now 1e+30)" in done.output
    assert done.output.count("\n") < 10
    assert '"sign": "not-finite", "value": null' in Path("run/health.jsonl").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", "acgn"], "unknown model 'acgn' (did you mean acgan?); allowed: acgan, cgan"),
        (["tran"], "unknown command 'tran' (did you mean train?)"),
        (["data", "chek"], "unknown command 'chek' (did you mean check?)"),
        (["runs", "delet"], "unknown command 'delet' (did you mean delete?)"),
        (["train", "acgan", "--sigm", "1"], "Did you mean '--sigma'?"),
        (["sample", "--hiar", "blue"], "Did you mean one of: '--hair'"),
        (
            ["train", "acgan", "--preset", "quik"],
            "'quik' is not one of 'report', 'quick'. (did you",
        ),
        (["train", "acgan", "--precision", "float23"], "(did you mean float32?)"),
        (["data", "render", "new", "--style", "carton"], "(did you mean cartoon?)"),
        (["train", "acgan", "--sigma", "-1"], "sigma is -1.0; it must be at least 0"),
        (["train", "acgan", "--sigma", "big"], "'big' is not a valid float"),
        (["train", "acgan", "--steps", "0"], "steps is 0; it must be at least 1"),
        (["train", "acgan", "--image-size", "40"], "image-size is 40; it must be a multiple of 16"),
        (["train", "acgan", "--loss-weights", "1", "-2", "1"], "loss-weights is -2.0; it must be"),
        (["train", "acgan", "--preset", "slow"], "'slow' is not one of 'report', 'quick'"),
        (["train", "acgan", "--data", "nowhere"], "no data 'nowhere'; allowed: avatars, tfds:NAME"),
        (["train", "acgan", "--out", "."], ". is not empty; allowed: a new or an empty folder"),
        (["train", "acgan", "--out", "file/run"], "cannot write to file/run"),
        (["resume"], "no run in"),
        (["sample", "--run", "pretrained/gan"], "no run 'pretrained/gan'"),
        (["export", "--run", "9"], "no run '9'"),
        (["resume", "empty"], "empty is not a run directory"),
        (["data", "render", ".", "--count", "1"], ". is not empty"),
        (
            ["data", "render", "new", "--style", "oil"],
            "unknown style 'oil'; allowed: animation, cartoon",
        ),
        (["sample", "--text", "nowhere.txt"], "'nowhere.txt' does not exist"),
        (["sample", "--separate", "--interpolate"], "exclude one another"),
        (["sample", "--out", "faces"], "--out must end in .png, .jpg, .jpeg, .webp, got faces"),
        (["sample", "--sigma", "-1"], "-1.0 is not in the range 0<=x<=1000.0"),
        (["train", "cyclegan", "--domain-a", "."], "domain-a and domain-b are given together"),
        (["train", "cyclegan", "--data", "file"], "no folder 'file/trainA'; allowed: avatars"),
        (["train", "cyclegan", "--image-size", "300"], "load-size is 286; it must be at least"),
        (["train", "cyclegan", "--sigma", "1"], "No such option '--sigma'"),
        (["translate", "file"], "Missing option '--out'"),
        (["translate", "file", "--hair", "red", "--out", "new"], "has the labels hair; labels of"),
        (["translate", "nowhere", "--out", "new"], "'nowhere' does not exist"),
        (["translate", "--out", "new"], "Missing argument 'INPUT...'"),
    ],
)
def test_bad_input_is_refused_in_one_line_and_leaves_nothing(kerasgan, tmp_path, words, message):
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    before = sorted(tmp_path.rglob("*"))
    done = kerasgan(*words)
    assert done.exit_code == 2, done.output
    assert message in done.output
    assert done.output.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_an_error_nobody_foresaw_has_no_traceback_unless_asked_for(kerasgan, monkeypatch):
    monkeypatch.setattr(lookup, "run", lambda name: 1 / 0)
    done = kerasgan("export")
    assert (done.exit_code, done.output) == (
        1,
        "Error: ZeroDivisionError: division by zero (--debug shows the traceback)\n",
    )
    shown = kerasgan("--debug", "export")
    assert shown.exit_code == 1
    assert shown.output.startswith("Traceback (most recent call last):\n")
    assert shown.output.endswith(done.output)


def test_what_needs_all_labels_says_so(kerasgan, run):
    done = kerasgan("sample", "--interpolate", "--hair", run.schema.labels[0].values[0])
    assert done.exit_code == 2
    assert "--interpolate needs a value of each label, and lacks eyes" in done.output


def test_an_unknown_colour_is_refused_with_those_of_the_run(kerasgan, run):
    hair, eyes = (label.values for label in run.schema.labels)
    done = kerasgan("sample", "--hair", "mauve", "--eyes", eyes[0])
    assert done.exit_code == 2
    assert f"unknown hair value 'mauve'; allowed: {', '.join(hair)}" in done.output


def test_a_colour_or_a_run_that_is_nearly_right_is_answered_with_the_right_one(kerasgan, run):
    hair, eyes = (label.values[0] for label in run.schema.labels)
    done = kerasgan("sample", "--hair", hair[:-1], "--eyes", eyes)
    assert f"unknown hair value '{hair[:-1]}' (did you mean {hair}?)" in done.output
    done = kerasgan("sample", "--run", "0001-acgn")
    assert "no run '0001-acgn' (did you mean 0001-acgan?)" in done.output


def test_a_full_disk_is_refused(kerasgan, tmp_path, monkeypatch):
    from kerasgan.utils import files

    monkeypatch.setattr(files.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 10}))
    done = kerasgan("train", "acgan", *tiny_options())
    assert done.exit_code == 2
    assert "not enough disk for runs: needs" in done.output
    assert not (tmp_path / "runs").exists()


def test_rendered_faces_are_data_to_train_on(kerasgan, tmp_path):
    done = kerasgan(
        "data", "render", "faces", "--count", 3, "--image-size", 16, "--style", "cartoon"
    )
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "faces" / "images").iterdir()) == [
        "0.png",
        "1.png",
        "2.png",
    ]
    assert kerasgan("data", "check", "faces").exit_code == 0


def test_a_run_of_epochs_counts_its_images_and_is_extended_by_epochs(kerasgan, tmp_path):
    options = tiny_options("gan", steps=None, batch_size=24, out="run")
    both = kerasgan("train", "gan", *options, "--epochs", 1, "--steps", 3)
    assert (both.exit_code, "steps and epochs exclude one another" in both.output) == (2, True)
    assert kerasgan("train", "gan", *options, "--epochs", 1).exit_code == 0
    run = directory.read(tmp_path / "run")
    assert (run.config.epochs, run.config.steps) == (1, 2)
    assert (run.samples / "step-000002-epoch-1.png").is_file()
    further = kerasgan("resume", "run", "--epochs", 2)
    assert further.exit_code == 0, further.output
    assert "trained 4 steps: " in further.output
    assert "kerasgan resume run --epochs 4" in further.output
    refused = kerasgan("evaluate", "--run", "run")
    assert (refused.exit_code, "0 images are held out" in refused.output) == (2, True)


def test_lists_are_given_by_commas_and_by_repeating_the_option():
    words = ["--exclude-tag", "long hair, polychromatic", "--exclude-tag", "line_art"]
    words += ["--data", "faces"]
    with click.Context(cli):
        config = parsed("acgan", words)
    assert config.exclude_tag == ("long hair", "polychromatic", "line_art")


@pytest.mark.parametrize(
    ("model", "preset", "field"),
    [("cyclegan", "quick", "residual_output")],
)
def test_what_a_preset_switches_on_can_be_switched_off(model, preset, field):
    with click.Context(cli):
        preset_on = parsed(model, ["--preset", preset])
        off = parsed(model, ["--preset", preset, f"--no-{field.replace('_', '-')}"])
    assert (getattr(preset_on, field), getattr(off, field)) == (True, False)


def test_cwgan_gp_needs_a_second_combination(kerasgan, tmp_path):
    assert kerasgan("data", "render", "faces", "--count", 4).exit_code == 0
    lines = "".join(f"{number},red hair red eyes\n" for number in range(4))
    (tmp_path / "faces" / "tags.csv").write_text(lines)
    words = tiny_options("cwgan-gp", data="faces", val_fraction=0, out="run")
    done = kerasgan("train", "cwgan-gp", *words)
    assert done.exit_code == 2
    assert (
        "the images must have at least two combinations of labels for cwgan-gp, got 1"
        in done.output
    )
    assert not (tmp_path / "run").exists()


def test_resuming_needs_the_data_that_the_run_began_with(kerasgan, tmp_path):
    assert kerasgan("data", "render", "faces", "--count", 12).exit_code == 0
    words = tiny_options("gan", data="faces", out="run", steps=2)
    assert kerasgan("train", "gan", *words).exit_code == 0
    tags = tmp_path / "faces" / "tags.csv"
    _, rest = tags.read_text().split("\n", 1)
    tags.write_text(f"0,red hair red eyes\n{rest}")
    done = kerasgan("resume", "run", "--steps", 3)
    assert done.exit_code == 2
    assert "have changed since run was created; resuming needs the same data" in done.output


@pytest.mark.slow
def test_images_without_labels_train_acgan_when_any_may(kerasgan, tmp_path):
    """Their class losses are masked: they are those of the one that has a label, by the batch."""
    assert kerasgan("data", "render", "faces", "--count", 12).exit_code == 0
    (tmp_path / "faces" / "tags.csv").write_text("0,red hair blue eyes\n1,aqua hair\n")
    words = tiny_options(data="faces", val_fraction=0, label_rule="any", out="run")
    done = kerasgan("train", "acgan", *words)
    assert done.exit_code == 0, done.output
    refused = kerasgan("train", "cgan", *tiny_options("cgan", data="faces", label_rule="any"))
    assert refused.exit_code == 2
    assert "'exactly-one', 'first'" in refused.output


@pytest.mark.parametrize("words", [["--help"], ["train", "acgan", "--help"], ["sample", "--help"]])
def test_help_is_there(kerasgan, words):
    done = kerasgan(*words)
    assert done.exit_code == 0
    assert "\x1b" not in done.output


def test_options_are_in_panels_the_model_s_own_first(kerasgan):
    text = kerasgan("train", "acgan", "--help").output
    order = ["Model", "--sigma", "--d-norm", "Data", "--label-rule", "Training", "--precision"]
    order += ["Logging", "--log-every", "--best-metric"]
    places = [re.search(rf"(?m)^[│╭]─? {word} ", text).start() for word in order]
    assert places == sorted(places)


@pytest.mark.parametrize("model", registry.names())
def test_every_option_has_a_panel(model):
    panels = {option.name: option.panel for option in train.get_command(None, model).params}
    assert set(panels.values()) <= set(options.PANELS)
    for name, panel in {"width": "Model", "data": "Data", "seed": "Training"}.items():
        assert panels[name] == panel


def words_of(help_text):
    """The words of a help without its panels."""
    return " ".join(help_text.replace("│", " ").split())


def test_train_without_a_model_lists_the_models_and_the_command_to_type(kerasgan):
    done = kerasgan("train")
    # Nothing was trained, which a script must notice.
    assert (done.exit_code, done.stdout) == (2, "")
    shown = words_of(done.stderr)
    for name in registry.names():
        sentence, *_ = inspect.getdoc(registry.config_class(name)).split("\n\n")
        assert f"{name} {' '.join(sentence.split())}" in shown
    assert "Next: `kerasgan train acgan --preset quick`" in shown


def test_help_shows_every_default(kerasgan):
    said = words_of(kerasgan("train", "acgan", "--help").output)
    for default in (
        "30000",
        "96",
        "64",
        "0.0002",
        "0.5",
        "1 and, shared by all labels, 0.65; for hair and eyes the report's, 1 0.3 0.35",
        "avatars",
        "report",
        "relu",
    ):
        assert f"[default: {default}]" in said
