"""Models as Keras models: fit on any data set, callbacks, saving; and the Python interface."""

import csv
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasgan
from kerasgan import registry, tasks
from kerasgan.labels import LabelSchema
from kerasgan.models.variables import named_variables
from kerasgan.training import trainer
from kerasgan.utils.errors import InvalidInput
from tests.conftest import models, tiny_config

LABELS = {"hair": 3, "eyes": ["blue", "red"]}
TINY = {"image_size": 16, "width": 0.05, "latent_dim": 8, "batch_size": 4}


def elements(count=12):
    random = np.random.default_rng(0)
    return {
        "image": random.integers(0, 256, (count, 16, 16, 3)).astype("uint8"),
        "hair": random.integers(0, 3, count),
        "eyes": random.choice(["blue", "red"], count),
    }


def dataset(**changes):
    return tf.data.Dataset.from_tensor_slices({**elements(), **changes})


@pytest.fixture
def gan():
    keras.utils.set_random_seed(0)
    gan = kerasgan.R3GAN(LABELS, **TINY)
    gan.compile()
    return gan


def values(model):
    return {key: variable.numpy() for key, variable in named_variables(model).items()}


def assert_equal(first, second):
    assert first.keys() == second.keys()
    for key, value in first.items():
        np.testing.assert_array_equal(value, second[key], err_msg=key)


@pytest.mark.parametrize("name", models("cgan"))
def test_a_plain_data_set_gives_the_updates_of_the_commands_own(name):
    """On the same images in the same order, whatever else is random."""
    config = tiny_config(name, ema=0.5)
    data = tasks.of(config).load().training
    trained = []
    for is_plain in (False, True):
        keras.utils.set_random_seed(0)
        model = trainer.build(config, data)
        steps = data.steps(config.seed, config.batch_size, model.d_steps, 0).take(2)
        if is_plain:
            images = steps.map(lambda step: _as_given(step, data.schema)).unbatch()
            model.fit(images, epochs=1, steps_per_epoch=2, verbose=0)
        else:
            model.fit_batches(tasks.of(config).batches(data, model), 2, [])
        trained.append(values(model))
    assert_equal(*trained)


def _as_given(step, schema):
    """A step's images as batches [updates, B, ...], with indices of labels."""

    def batches(tensor):
        return tf.transpose(tensor, [1, 0, *range(2, tensor.shape.rank)])

    if "labels" not in step:
        return {name: batches(images) for name, images in step.items()}
    labels = {name: batches(step["labels"][..., i]) for i, name in enumerate(schema.names)}
    return {"image": batches(step["image"]), **labels}


@pytest.mark.slow
def test_epochs_and_batches_of_any_form_train(gan):
    history = gan.fit(dataset(), epochs=2, verbose=0)
    assert int(gan.step) == 2 * 3
    assert len(history.history["d_loss"]) == 2
    assert {"d_accuracy_hair", "g_loss", "d_gradient_norm"} <= history.history.keys()
    gan.fit(dataset().batch(4), epochs=1, verbose=0)
    floats = dataset().map(
        lambda element: {**element, "image": tf.cast(element["image"], tf.float32) / 127.5 - 1}
    )
    gan.fit(floats.shuffle(12).batch(4, drop_remainder=True), steps_per_epoch=1, verbose=0)
    assert int(gan.step) == 2 * 3 + 3 + 1


@pytest.mark.slow
def test_floats_train_as_their_bytes_do():
    trained = []
    for scale in (False, True):
        keras.utils.set_random_seed(0)
        gan = kerasgan.R3GAN(LABELS, **TINY)
        gan.compile()
        data = dataset()
        if scale:
            data = data.map(lambda e: {**e, "image": tf.cast(e["image"], tf.float32) / 127.5 - 1})
        gan.fit(data, verbose=0)
        trained.append(values(gan))
    for key, value in trained[0].items():
        np.testing.assert_allclose(value, trained[1][key], atol=1e-4, err_msg=key)


@pytest.mark.slow
def test_the_history_is_the_mean_of_each_epoch(gan):
    means = []

    class Each(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            means.append(logs["d_loss"])

    history = gan.fit(dataset(), epochs=2, verbose=0, callbacks=[Each()]).history["d_loss"]
    # Means of the epoch so far: the last of each epoch is the epoch's.
    np.testing.assert_allclose(history, [means[2], means[5]])
    assert means[3] != pytest.approx(np.mean(means[:4]))


@pytest.mark.slow
def test_keras_callbacks_work(gan, tmp_path):
    callbacks = [
        keras.callbacks.CSVLogger(str(tmp_path / "log.csv")),
        keras.callbacks.EarlyStopping("d_loss", min_delta=1e9, patience=1, mode="min"),
        keras.callbacks.ModelCheckpoint(str(tmp_path / "best.keras"), monitor="g_loss", mode="min"),
        keras.callbacks.ModelCheckpoint(str(tmp_path / "epoch.weights.h5"), save_weights_only=True),
        kerasgan.callbacks.SampleGrid(tmp_path / "samples"),
    ]
    gan.fit(dataset(), epochs=5, verbose=0, callbacks=callbacks)
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    # The first epoch is the best one, and the second is not better.
    assert [row["epoch"] for row in rows] == ["0", "1"]
    assert float(rows[0]["d_loss"]) > 0
    loaded = kerasgan.load(tmp_path / "best.keras")
    assert_equal(values(loaded), values(gan))
    assert sorted(path.name for path in (tmp_path / "samples").iterdir()) == [
        "epoch-0001.png",
        "epoch-0002.png",
    ]


@pytest.mark.slow
def test_tensorboard_gets_the_losses(gan, tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    callback = keras.callbacks.TensorBoard(str(tmp_path), update_freq=1)
    gan.fit(dataset(), verbose=0, callbacks=[callback])
    events = accumulator.EventAccumulator(str(tmp_path / "train"))
    events.Reload()
    assert {"epoch_d_loss", "batch_d_loss"} <= set(events.Tags()["tensors"])


@pytest.mark.slow
def test_logs_are_read_from_the_device_only_when_asked_for(gan, monkeypatch):
    reads = []
    record = gan.record
    monkeypatch.setattr(type(gan), "record", lambda self: reads.append(1) or record())

    class Idle(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            assert len(logs) > 5

    gan.fit(dataset(), verbose=0, callbacks=[Idle()])
    assert len(reads) == 1


@pytest.mark.slow
def test_the_progress_bar_shows_losses(gan, capsys):
    gan.fit(dataset(), verbose=1)
    assert "d_loss" in capsys.readouterr().out


@pytest.mark.parametrize("name", models("gan"))
def test_a_saved_model_trains_on_as_if_it_had_not_been_saved(name, tmp_path):
    config = tiny_config(name, ema=0.5)
    data = tasks.of(config).load().training
    keras.utils.set_random_seed(0)
    gan = registry.build_model(config, data.schema)
    gan.compile()
    steps = data.steps(config.seed, config.batch_size, gan.d_steps, 0)
    plain = steps.take(2).map(lambda step: _as_given(step, data.schema)).unbatch()
    gan.fit(plain, steps_per_epoch=1, verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert loaded.get_config() == gan.get_config()
    assert_equal(values(loaded), values(gan))
    for model in (gan, loaded):
        model.fit(plain, steps_per_epoch=1, verbose=0)
    assert_equal(values(loaded), values(gan))


@pytest.mark.slow
def test_a_file_loads_in_a_new_process_that_imports_kerasgan_alone(gan, tmp_path):
    gan.fit(dataset(), verbose=0)
    gan.save(tmp_path / "gan.keras")
    kerasgan.WGAN(**TINY).discriminator.save(tmp_path / "critic.keras")
    code = (
        "import {first}; import {second}; model = {load}(sys.argv[1]);"
        "keras.saving.load_model(sys.argv[2]); print(model.sample(1, eyes='red').shape)"
    )
    for first, second, load in (
        ("kerasgan, sys", "keras", "kerasgan.load"),
        ("keras, sys", "kerasgan", "keras.saving.load_model"),
    ):
        command = code.format(first=first, second=second, load=load)
        files = [str(tmp_path / "gan.keras"), str(tmp_path / "critic.keras")]
        done = subprocess.run(
            [sys.executable, "-c", command, *files], capture_output=True, text=True
        )
        assert done.stdout == "(1, 16, 16, 3)\n", done.stderr[-2000:]
        assert first != "kerasgan, sys" or "oneDNN" not in done.stderr


def test_samples_are_those_of_the_command(kerasgan, trained):
    import kerasgan as library

    hair, eyes = trained.schema.captions(trained.schema.combinations[0])
    images = library.load(trained).sample(2, seed=3, hair=hair, eyes=eyes)
    assert (images.dtype, images.shape) == (np.uint8, (2, 16, 16, 3))
    words = ["--hair", hair, "--eyes", eyes, "--seed", 4, "--separate", "-n", 1, "--out", "one"]
    assert kerasgan("sample", "--run", trained.path, *words).exit_code == 0
    from PIL import Image

    with Image.open(next(Path("one").iterdir())) as image:
        np.testing.assert_array_equal(images[1], image)


def test_predict_takes_the_generators_inputs(gan):
    inputs = {
        "noise": np.zeros((3, 8), "float32"),
        "hair": np.eye(3, dtype="float32"),
        "eyes": np.zeros((3, 2), "float32"),
    }
    assert gan.predict(inputs, verbose=0).shape == (3, 16, 16, 3)


@pytest.mark.slow
def test_own_optimizers_by_player(gan):
    gan.compile("sgd", generator_optimizer=keras.optimizers.RMSprop(0.1))
    gan.fit(dataset(), verbose=0)
    assert isinstance(gan.discriminator_player.optimizer, keras.optimizers.SGD)
    assert isinstance(gan.generator_player.optimizer, keras.optimizers.RMSprop)
    assert float(gan.generator_player.optimizer.learning_rate) == pytest.approx(0.1)


def test_a_model_must_be_compiled_before_it_is_trained():
    with pytest.raises(ValueError, match="call compile before training R3GAN"):
        kerasgan.R3GAN(LABELS, **TINY).fit(dataset(), verbose=0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"eyes": ["green"] * 12}, r"eyes must be one of blue, red; got"),
        ({"hair": [3] * 12}, "hair must be an index from 0 to 2; got"),
        ({"hair": [0.5] * 12}, "hair must be an index or a text, got float32"),
        ({"hair": [[0, 1]] * 12}, r"hair must have one value for each image, got the shape \(2,\)"),
        ({"image": np.full((12, 16, 16, 3), 2.0, "float32")}, r"image must be uint8, or float in"),
        ({"image": np.full((12, 16, 16, 3), np.nan, "float32")}, r"image must be uint8, or float"),
        ({"image": np.zeros((12, 16, 16, 1), "uint8")}, r"shape \[16, 16, 3\], .* got \(16, 16, 1"),
        ({"image": np.zeros((12, 8, 8, 3), "uint8")}, r"shape \[16, 16, 3\], .* got \(8, 8, 3\)"),
        ({"image": np.zeros((12, 16, 16, 3), "int32")}, "image must be uint8 or float, got int32"),
    ],
)
def test_what_does_not_fit_the_model_is_named(gan, changes, message, monkeypatch):
    # The data is read, but tracing the updates would take seconds.
    monkeypatch.setattr(gan, "update_players", lambda batch: None)
    with pytest.raises(ValueError, match=message):
        gan.fit(dataset(**changes), verbose=0)


def test_data_without_labels_or_length_is_refused(gan):
    plain = tf.data.Dataset.from_tensor_slices({"image": elements()["image"]})
    with pytest.raises(ValueError, match="and lacks hair, eyes; got image"):
        gan.fit(plain, verbose=0)
    with pytest.raises(ValueError, match="steps_per_epoch must be given"):
        gan.fit(dataset().repeat(), verbose=0)
    with pytest.raises(ValueError, match="must have enough images for a step, got 1 images"):
        gan.fit(dataset().take(1), verbose=0)
    with pytest.raises(ValueError, match="at least one batch, got none"):
        gan.fit(dataset().batch(4).take(0), steps_per_epoch=1, verbose=0)


def test_two_data_sets_must_have_the_same_form():
    images = tf.data.Dataset.from_tensor_slices(np.zeros((4, 32, 32, 3), "uint8"))
    cyclegan = kerasgan.CycleGAN(image_size=32, load_size=32, width=0.05, blocks=1)
    cyclegan.compile()
    mixed = tf.data.Dataset.zip((images, images.batch(4)))
    with pytest.raises(ValueError, match="a and b must both be single images, or batches"):
        cyclegan.fit(mixed, steps_per_epoch=1, verbose=0)


def test_missing_labels_are_allowed(gan):
    gan.fit(dataset(hair=[-1] * 12, eyes=[""] * 12), verbose=0)
    assert gan.history.history["d_hair"] == [0.0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": {}}, "ACGAN needs labels"),
        ({"labels": {"hair": 0}}, "the label hair must have different texts as values, or a num"),
        ({"labels": {"hair": ["a", "a"]}}, "the label hair must have different texts"),
        ({"labels": {"noise": 2}}, "a label cannot be named 'noise'"),
        (
            {"labels": {"hair": 2}, "sigm": 1},
            r"unknown option of acgan 'sigm' \(did you mean sigma",
        ),
        ({"labels": {"hair": 2}, "data": "avatars"}, "unknown option of acgan 'data'"),
        ({"labels": {"hair": 2}, "sigma": "big"}, "sigma is 'big'; allowed: a number"),
        ({"labels": {"hair": 2}, "image_size": 20}, "image-size is 20; it must be a multiple"),
    ],
)
def test_impossible_models_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        kerasgan.ACGAN(**options)


def test_unconditional_models_take_no_labels():
    with pytest.raises(ValueError, match="GAN takes no labels, got hair"):
        kerasgan.GAN({"hair": 2}, **TINY)


@pytest.mark.parametrize("name", models("acgan", "cyclegan"))
def test_a_model_is_made_again_from_its_config(name):
    options = tiny_config(name).model_options()
    schema = LabelSchema.of(LABELS)
    model = registry.model_class(tiny_config(name))(schema, **options)
    again = type(model).from_config(model.get_config())
    assert (again.config, again.schema) == (model.config, model.schema)


def test_a_preset_is_a_start():
    gan = kerasgan.ACGAN.from_preset("quick", LABELS, width=0.05, image_size=16)
    assert (gan.config.d_norm, gan.config.g_steps, gan.config.width) == ("none", 1, 0.05)
    with pytest.raises(InvalidInput, match="unknown preset 'slow'; allowed: report, quick"):
        kerasgan.ACGAN.from_preset("slow", LABELS)


def test_runs_are_trained_evaluated_and_exported_without_a_word(capfd, tmp_path, monkeypatch):
    from kerasgan.evaluation.features import classifier

    monkeypatch.setattr(classifier, "_STEPS", 2)
    monkeypatch.setattr(logging.getLogger("kerasgan"), "level", logging.NOTSET)
    run = kerasgan.train(
        "r3gan", out=tmp_path / "run", num_avatars=60, val_fraction=0.7, steps=1, **TINY
    )
    assert run.path == tmp_path / "run"
    record = (run.path / "config.json").read_text()
    assert "kerasgan.train('r3gan', num_avatars=60" in record
    evaluation = kerasgan.evaluate(run, count=100, features=("classifier",))
    assert 0 <= evaluation.numbers["accuracy"]["value"] <= 1
    assert not (run.path / "evaluation.json").exists()
    assert kerasgan.export(run, out=tmp_path / "models").is_dir()
    said = capfd.readouterr()
    assert said.out == ""
    assert not re.search("Drawing|r3gan:|INFO", said.err), said.err
    with pytest.raises(ValueError, match="unknown option of r3gan 'stepz'"):
        kerasgan.train("r3gan", stepz=1)
    with pytest.raises(ValueError, match="unknown model 'r2gan'"):
        kerasgan.train("r2gan")


def test_images_are_translated(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (2, 32, 40, 3)).astype("uint8")
    translated = kerasgan.translate(images, "pretrained/cyclegan", to="a")
    assert (translated.dtype, translated.shape) == (np.uint8, images.shape)
    for bad in (images / 255.0, images[0], images[..., :1]):
        with pytest.raises(ValueError, match=r"images must be uint8 \[n, H, W, 3\], got"):
            kerasgan.translate(bad, "pretrained/cyclegan")


def test_the_names_of_the_package_are_those_it_documents():
    assert {"ACGAN", "load", "train", "networks", "callbacks"} <= set(dir(kerasgan))
    assert kerasgan.networks.dcgan.generator(16, 8).output.shape == (None, 16, 16, 3)
    with pytest.raises(AttributeError, match="has no attribute 'ACGANN'"):
        kerasgan.ACGANN  # noqa: B018


@pytest.mark.slow
def test_the_examples_of_the_documents_run(tmp_path):
    page = (Path(__file__).parent.parent / "docs" / "how-to" / "python.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) > 6
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)], capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert sorted(path.name for path in Path("samples").iterdir()) == [
        "epoch-0001.png",
        "epoch-0002.png",
    ]
