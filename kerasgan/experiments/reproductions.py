"""Experiments of the course reports as sweeps, each with the claim of its report."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from kerasgan.experiments.comparison import RunResults
from kerasgan.experiments.sweeps import Planned

Runs = Mapping[str, Sequence[RunResults]]


class Reproduction(NamedTuple):
    """An experiment.

    settings: {name: arguments of `kerasgan train`}.
    claim: the result that the report states, in one sentence.
    agrees: {setting: its runs} -> whether the runs confirm the claim.
    evaluated: whether `agrees` needs evaluations.
    columns: {heading: final values of a run -> number}, the table of the report, if it has one.
    """

    settings: dict[str, tuple[str, ...]]
    claim: str
    agrees: Callable[[Runs], bool]
    evaluated: bool = False
    columns: dict[str, Callable[[dict[str, float]], float]] | None = None


def plan(reproduction: Reproduction, options: Sequence[str], seeds: int) -> list[Planned]:
    """The runs of an experiment, with additional options of `kerasgan train`."""
    return [
        Planned(setting, seed, (model, *options, *words, "--seed", str(seed)))
        for setting, (model, *words) in reproduction.settings.items()
        for seed in range(seeds)
    ]


def final(runs: Sequence[RunResults], name: str) -> float:
    """Mean of a final value over the runs; NaN, which confirms no claim, if it is absent."""
    return float(np.mean([run.final().get(name, np.nan) for run in runs]))


def swing(runs: Sequence[RunResults], name: str) -> float:
    """Standard deviation of a column within the second half of its rows, mean over the runs."""
    halves = [run.metrics.get(name, np.array([np.nan])) for run in runs]
    return float(np.mean([np.std(column[len(column) // 2 :]) for column in halves]))


def _varied(model: str, option: str, *values: str) -> dict[str, tuple[str, ...]]:
    return {f"{option} {value}": (model, f"--{option}", *value.split()) for value in values}


def _source_accuracy(values: dict[str, float]) -> float:
    return (values["d_accuracy_real"] + values["d_accuracy_fake"]) / 2


def _sigma_agrees(runs: Runs) -> bool:
    right = [
        np.mean([_source_accuracy(run.final()) for run in runs[f"sigma {sigma}"]])
        for sigma in ("0.1", "0.2", "0.5", "1", "2")
    ]
    return bool(max(right[:2]) < min(right[2:]))


def _cycle_weights_agree(runs: Runs) -> bool:
    *others, smaller = (final(some, "sliced_wasserstein_a_to_b") for some in runs.values())
    return all(smaller < distance for distance in others)


# The losses of the report are not weighted, and its source loss is the mean of real and fake.
_SIGMA_COLUMNS = {
    "D loss source": lambda values: (values["d_real"] + values["d_fake"]) / 2,
    "D loss hair": lambda values: values["d_hair"] / 0.3,
    "D loss eyes": lambda values: values["d_eyes"] / 0.35,
    "D accuracy source": _source_accuracy,
    "D accuracy hair": lambda values: values["d_accuracy_hair"],
    "D accuracy eyes": lambda values: values["d_accuracy_eyes"],
    "G loss source": lambda values: values["g_fool"],
    "G loss hair": lambda values: values["g_hair"] / 0.3,
    "G loss eyes": lambda values: values["g_eyes"] / 0.35,
}

REPRODUCTIONS: dict[str, Reproduction] = {
    "sigma": Reproduction(
        _varied("acgan", "sigma", "0.1", "0.2", "0.5", "1", "2"),
        "With noise of sigma 0.1 and 0.2 the discriminator is right about the source of fewer "
        "images (36 and 38%) than from 0.5 on (66 to 80%).",
        _sigma_agrees,
        columns=_SIGMA_COLUMNS,
    ),
    "loss-weights": Reproduction(
        _varied("acgan", "loss-weights", "1 0.1 0.1", "1 0.1 0.2", "1 0.3 0.35", "1 0.8 0.8"),
        "Colour weights from 0.1 to 0.8 all train, without a clear difference.",
        lambda runs: all(final(some, "accuracy_hair") > 0.8 for some in runs.values()),
        evaluated=True,
    ),
    "wgan-vs-gp": Reproduction(
        {"cwgan": ("cwgan",), "cwgan-gp": ("cwgan-gp",)},
        "With the gradient penalty images are clearly better than with clipped weights.",
        lambda runs: (
            final(runs["cwgan-gp"], "frechet_distance") < final(runs["cwgan"], "frechet_distance")
        ),
        evaluated=True,
    ),
    "mismatch": Reproduction(
        _varied("cwgan-gp", "mismatch", "max", "mean"),
        "With the maximum of both wrong scores the condition is obeyed better than with the mean.",
        lambda runs: (
            final(runs["mismatch max"], "accuracy") > final(runs["mismatch mean"], "accuracy")
        ),
        evaluated=True,
    ),
    "d-steps": Reproduction(
        _varied("gan", "d-steps", "1", "3"),
        "Three discriminator updates per generator update are steadier than one.",
        lambda runs: swing(runs["d-steps 3"], "g_fool") < swing(runs["d-steps 1"], "g_fool"),
    ),
    "dropout": Reproduction(
        _varied("gan", "generator-dropout", "0", "0.5"),
        "With dropout in the generator the discriminator's score of real images stays higher.",
        lambda runs: (
            final(runs["generator-dropout 0.5"], "d_score_real")
            > final(runs["generator-dropout 0"], "d_score_real")
        ),
    ),
    "label-noise": Reproduction(
        {"without": ("gan",), "label-noise": ("gan", "--label-noise")},
        "With noisy targets the generator's loss swings more.",
        lambda runs: swing(runs["label-noise"], "g_fool") > swing(runs["without"], "g_fool"),
    ),
    "learning-rate": Reproduction(
        _varied("gan", "learning-rate", "2e-5", "2e-4"),
        "The larger learning rate crashes: the discriminator's loss comes near 0.",
        lambda runs: final(runs["learning-rate 2e-4"], "d_loss") < 0.1,
    ),
    "lsgan-vs-bce": Reproduction(
        _varied("cyclegan", "loss", "lsgan", "bce"),
        "With binary cross-entropy the generators' adversarial loss is much higher than with "
        "least squares.",
        lambda runs: (
            final(runs["loss bce"], "g_fool_b") > 1.5 * final(runs["loss lsgan"], "g_fool_b")
        ),
    ),
    "cycle-weights": Reproduction(
        {
            f"cycle-weight {weight}, d-ratio {ratio}": (
                "cyclegan",
                "--cycle-weight",
                weight,
                "--d-ratio",
                ratio,
            )
            for weight, ratio in (("10", "2"), ("10", "1"), ("5", "1"))
        },
        "Translations from a to b look most like b with the smaller cycle weight.",
        _cycle_weights_agree,
        evaluated=True,
    ),
}
