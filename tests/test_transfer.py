"""Runs that begin with the weights or the config of another."""

import dataclasses
import json

import numpy as np
import pytest

import kerasgan as library
from kerasgan.configs.r3gan import R3GANConfig
from kerasgan.labels import LabelSchema
from kerasgan.runs import checkpoints, directory, lookup
from tests.conftest import tiny_config, tiny_options

OPTIONS = {"image_size": 16, "width": 0.05, "latent_dim": 8, "ema": 0.5}
OWN = {"data": "avatars", "num_avatars": 40, "ema": 0.5}


def weights(run, step):
    """{network/path: array} of a checkpoint's networks."""
    arrays = checkpoints.load(run, str(step))[1]
    parts = ((key.split("/", 2), arrays[key]) for key in arrays)
    return {f"{network}/{path}": array for (network, _, path), array in parts}


@pytest.fixture(scope="module")
def source(tmp_path_factory, cache):
    from kerasgan.training import trainer

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERASGAN_CACHE", str(cache))
        out = tmp_path_factory.mktemp("runs") / "source"
        return trainer.start(tiny_config("r3gan", **OWN), "small", "kerasgan train r3gan", out)


def test_a_run_starts_with_the_weights_of_another_and_new_heads_for_its_labels(
    kerasgan, source, caplog
):
    options = tiny_options("r3gan", **OWN, steps=1, out="next")
    done = kerasgan("train", "r3gan", *options, "--labels", "eyes", "--init", source.path)
    assert done.exit_code == 0, done.output
    run = lookup.run("next")
    assert run.schema.names == ("eyes",)
    before, start = weights(source, 3), weights(run, 0)
    equal = [name for name in start if np.array_equal(start[name], before.get(name))]
    for name in ("discriminator/down_1/kernel", "averaged_generator/norm_4/moving_mean"):
        assert name in equal
    assert "discriminator/label_eyes/kernel" in equal
    assert not [name for name in equal if "adam/down_1_kernel" in name]
    # The first inputs are the noise's.
    np.testing.assert_array_equal(
        start["generator/project/kernel"][:8], before["generator/project/kernel"][:8]
    )
    assert start["generator/project/kernel"].shape == (8 + 32, 96)
    assert f"weights from {source.path}" in caplog.text
    # A run that was stopped before its first checkpoint goes on from these weights.
    for path in run.checkpoint_files.values():
        if path.stem != "step-000000":
            path.unlink()
    again = kerasgan("resume", "next")
    assert again.exit_code == 0, again.output


def test_the_weights_of_a_label_with_other_values_are_new():
    from kerasgan.training import transfer

    schemas = [LabelSchema.of({"kind": values}) for values in (("a", "b"), ("b", "c"))]
    old, new = (library.R3GAN(labels=schema, **OPTIONS, seed=1) for schema in schemas)
    old.generator.get_layer("embed_kind").kernel.assign_add([[1.0] * 32] * 2)
    fresh = np.array(new.generator.get_layer("embed_kind").kernel)
    run = directory.Run(directory.Path("run"), R3GANConfig(**OPTIONS), schemas[0], "")
    arrays = {k: np.array(v) for k, v in checkpoints.named_variables(old).items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "load", lambda run: (0, arrays))
        transfer.initialize(new, run)
    np.testing.assert_array_equal(new.generator.get_layer("embed_kind").kernel, fresh)
    for name in ("upsample_8", "norm_16"):
        for ours, theirs in zip(
            new.generator.get_layer(name).weights,
            old.generator.get_layer(name).weights,
            strict=True,
        ):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.slow
def test_the_shipped_generator_can_be_a_start(kerasgan, tmp_path, caplog):
    options = {"data": "avatars", "num_avatars": 40, "steps": 1, "batch_size": 4}
    run = kerasgan_train("r3gan", init="pretrained", out=tmp_path / "run", **options)
    assert "has no discriminator" in caplog.text
    shipped = lookup.run("pretrained")
    expected = weights(shipped, max(shipped.checkpoint_files))
    actual = weights(run, 0)["generator/upsample_8/kernel"]
    np.testing.assert_array_equal(actual, expected["averaged_generator/upsample_8/kernel"])
    assert "init='pretrained/r3gan'" in (run.path / "config.json").read_text()


def kerasgan_train(model, **options):
    shipped = lookup.run("pretrained").config
    return library.train(model, image_size=shipped.image_size, width=shipped.width, **options)


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        ("acgan", {}, "source is a run of r3gan, not acgan"),
        ("r3gan", {"width": 0.1}, "source has width 0.05, and the new run 0.1"),
        ("r3gan", {"latent_dim": 9}, "source has latent-dim 8, and the new run 9"),
    ],
)
def test_another_model_is_no_start(kerasgan, source, model, options, words):
    given = tiny_options(model, **{**OWN, **options}, out="next")
    done = kerasgan("train", model, *given, "--init", source.path)
    assert done.exit_code == 2
    assert words in done.output
    assert not directory.Path("next").exists()


@pytest.mark.slow
def test_a_run_is_trained_once_more_from_its_config(kerasgan, source):
    done = kerasgan(
        "train", "r3gan", "--config", source.path / "config.json", "--steps", 4, "--out", "next"
    )
    assert done.exit_code == 0, done.output
    config = lookup.run("next").config
    # The learning rate falls over all steps, as it did.
    assert config == dataclasses.replace(source.config, steps=4, schedule_steps=4)
    assert json.loads(directory.Path("next/config.json").read_text())["preset"] == "small"


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        ("acgan", ["--config", "SOURCE"], "source is of r3gan, not acgan"),
        ("r3gan", ["--config", "SOURCE", "--preset", "quick"], "preset and config exclude"),
        ("r3gan", ["--config", "nowhere"], "nowhere is not a run directory"),
        ("r3gan", ["--config", "SOURCE", "--sigma", "-1"], "sigma is -1.0; it must be at least 0"),
        ("r3gan", ["--config", "SOURCE", "--init", "nowhere"], "no run 'nowhere'"),
    ],
)
def test_another_config_is_refused(kerasgan, source, model, options, words):
    words_given = [source.path if word == "SOURCE" else word for word in options]
    done = kerasgan("train", model, *words_given, "--out", "next")
    assert done.exit_code == 2, done.output
    assert words in done.output
    assert not directory.Path("next").exists()
