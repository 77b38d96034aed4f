"""Experiments of the course reports as sweeps, each with the claim of its report."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from kerasgan.configs import Config
from kerasgan.experiments.comparison import RunResults
from kerasgan.experiments.sweeps import Planned

Runs = Mapping[str, Sequence[RunResults]]


class Reproduction(NamedTuple):
    """An experiment.

    settings: {name: arguments of `kerasgan train`}.
    claim: the result that the report states, in one sentence.
    agrees: {setting: its runs} -> whether the runs confirm the claim.
    evaluated: whether `agrees` needs evaluations.
    counts_faces: whether these may count faces, the report's measure of images.
    batches_per_step: {setting: batches of real images that one of its steps takes}, 1 unless given.
        All settings train on the same number of batches.
    columns: {heading: unweighted final values of a run -> number}, the table of the report, if it
        has one.
    reported: {setting: the report's numbers}, the rows of that table.
    """

    settings: dict[str, tuple[str, ...]]
    claim: str
    agrees: Callable[[Runs], bool]
    evaluated: bool = False
    counts_faces: bool = False
    batches_per_step: Mapping[str, int] = MappingProxyType({})
    columns: Mapping[str, Callable[[dict[str, float]], float]] = MappingProxyType({})
    reported: Mapping[str, Sequence[float]] = MappingProxyType({})


def plan(
    reproduction: Reproduction,
    options: Sequence[str],
    seeds: int,
    parse: Callable[[str, Sequence[str]], Config],
) -> list[Planned]:
    """The runs of an experiment, with additional options of `kerasgan train`.

    Args:
        parse: the config that `kerasgan train` would make of a model and options.
    """
    planned = []
    # The presets of the reports hold nothing out.
    held_out = ["--val-fraction", "0.1"] if reproduction.evaluated else []
    for setting, (model, *own) in reproduction.settings.items():
        words = [*held_out, *options, *own]
        batches, config = reproduction.batches_per_step.get(setting), parse(model, words)
        if batches and not config.epochs:
            words += ["--steps", str(max(config.steps // batches, 1))]
        planned += [
            Planned(setting, seed, (model, *words, "--seed", str(seed))) for seed in range(seeds)
        ]
    return planned


def final(runs: Sequence[RunResults], name: str) -> float:
    """Mean of a final value over the runs; NaN, which confirms no claim, if it is absent."""
    return float(np.mean([run.final().get(name, np.nan) for run in runs]))


def swing(runs: Sequence[RunResults], name: str) -> float:
    """Standard deviation of a column within the second half of its rows, mean over the runs."""
    halves = [run.metrics.get(name, np.array([np.nan])) for run in runs]
    return float(np.mean([np.std(column[len(column) // 2 :]) for column in halves]))


def quality(runs: Sequence[RunResults]) -> float:
    """How good the images are, more being better; NaN without an evaluation.

    The report's measure, the faces found in grids of 25 images, where a cascade has counted them;
    else the negated Frechet distance.
    """
    faces = final(runs, "faces_in_25")
    return -final(runs, "frechet_distance") if np.isnan(faces) else faces


def _varied(
    model: str, option: str, *values: str, shared: Sequence[str] = ()
) -> dict[str, tuple[str, ...]]:
    return {
        f"{option} {value}": (model, *shared, f"--{option}", *value.split()) for value in values
    }


def _source_accuracy(values: dict[str, float]) -> float:
    return (values["d_accuracy_real"] + values["d_accuracy_fake"]) / 2


def _sigma_agrees(runs: Runs) -> bool:
    right = [
        np.mean([_source_accuracy(run.final()) for run in runs[f"sigma {sigma}"]])
        for sigma in ("0.1", "0.2", "0.5", "1", "2")
    ]
    return bool(max(right[:2]) < min(right[2:]))


def _loss_weights_agree(runs: Runs) -> bool:
    """Every label is learned with all weights, and neither labels nor distances differ much."""
    finals = [run.final() for some in runs.values() for run in some]
    shares = {
        label: [values.get(f"accuracy_{label}", np.nan) for values in finals] for label in _HEADS
    }
    distances = [values.get("frechet_distance", np.nan) for values in finals]
    return all(
        min(values) > 0.8 and max(values) - min(values) < 0.1 for values in shares.values()
    ) and bool(max(distances) < 1.5 * min(distances))


def _d_steps_agree(runs: Runs) -> bool:
    control, changed = runs["d-steps 1"], runs["d-steps 3"]
    is_steadier = swing(changed, "g_fool") < swing(control, "g_fool")
    return is_steadier and quality(changed) >= quality(control)


def _dropout_agrees(runs: Runs) -> bool:
    control, changed = runs["generator-dropout 0"], runs["generator-dropout 0.5"]
    is_noisier = final(changed, "flatness") < final(control, "flatness")
    return is_noisier and final(changed, "d_score_real") > final(control, "d_score_real")


def _label_noise_agrees(runs: Runs) -> bool:
    control, changed = runs["without"], runs["label-noise"]
    swings_more = swing(changed, "g_fool") > swing(control, "g_fool")
    return swings_more and quality(changed) > quality(control)


def _cycle_weights_agree(runs: Runs) -> bool:
    *others, smaller = (final(some, "sliced_wasserstein_a_to_b") for some in runs.values())
    return all(smaller < distance for distance in others)


_HEADS = ("hair", "eyes")
# The losses of D in the report are Keras's 0.5 * (real + generated), and without weights. Generated
# images have no class loss, so half of the class loss of real ones is left.
_SIGMA_COLUMNS = {
    "D loss source": lambda values: (values["d_real"] + values["d_fake"]) / 2,
    "D loss hair": lambda values: values["d_hair"] / 2,
    "D loss eyes": lambda values: values["d_eyes"] / 2,
    "D accuracy source": _source_accuracy,
    "D accuracy hair": lambda values: values["d_accuracy_hair"],
    "D accuracy eyes": lambda values: values["d_accuracy_eyes"],
    "G loss source": lambda values: values["g_fool"],
    "G loss hair": lambda values: values["g_hair"],
    "G loss eyes": lambda values: values["g_eyes"],
}
_SIGMA_REPORTED = {
    "sigma 0.1": (0.7303, 0.2668, 0.2053, 0.3594, 0.2500, 0.2188, 0.6531, 0.0076, 0.0069),
    "sigma 0.2": (0.7210, 0.3892, 0.2459, 0.3828, 0.2031, 0.2500, 0.7364, 0.0106, 0.0206),
    "sigma 0.5": (0.5436, 0.3144, 0.3494, 0.8047, 0.1797, 0.2578, 2.7546, 0.3158, 0.1287),
    "sigma 1": (0.6020, 0.5645, 0.4471, 0.6562, 0.2656, 0.2422, 1.5844, 0.1037, 0.0498),
    "sigma 2": (0.5559, 0.3878, 0.2348, 0.6953, 0.2266, 0.2734, 1.6461, 0.2675, 0.1324),
}

_REPORT_E4 = ("--blocks", "6", "--norm", "batch", "--identity-weight", "0.5")

REPRODUCTIONS: dict[str, Reproduction] = {
    "sigma": Reproduction(
        _varied("acgan", "sigma", "0.1", "0.2", "0.5", "1", "2"),
        "With noise of sigma 0.1 and 0.2 the discriminator is right about the source of fewer "
        "images (36 and 38%) than from 0.5 on (66 to 80%).",
        _sigma_agrees,
        columns=_SIGMA_COLUMNS,
        reported=_SIGMA_REPORTED,
    ),
    "loss-weights": Reproduction(
        _varied("acgan", "loss-weights", "1 0.1 0.1", "1 0.1 0.2", "1 0.3 0.35", "1 0.8 0.8"),
        "Colour weights from 0.1 to 0.8 all train, without a clear difference.",
        _loss_weights_agree,
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
        "Over the same epochs, a generator update at every third batch only is steadier and "
        "crashes less: the generator's loss swings less, and the images are at least as good.",
        _d_steps_agree,
        evaluated=True,
        counts_faces=True,
        batches_per_step={"d-steps 3": 3},
    ),
    "dropout": Reproduction(
        _varied("gan", "generator-dropout", "0", "0.5"),
        "With dropout in the generator images are noisier, with fewer flat pixels, and the "
        "discriminator's score of real images stays higher.",
        _dropout_agrees,
        evaluated=True,
        counts_faces=True,
    ),
    "label-noise": Reproduction(
        {"without": ("gan",), "label-noise": ("gan", "--label-noise")},
        "With noisy targets the generator's loss swings more, and training is faster and collapses "
        "less: after as many steps the images are better.",
        _label_noise_agrees,
        evaluated=True,
        counts_faces=True,
    ),
    "learning-rate": Reproduction(
        _varied("gan", "learning-rate", "2e-5", "2e-4"),
        "The larger learning rate crashes: the discriminator's loss comes near 0.",
        lambda runs: final(runs["learning-rate 2e-4"], "d_loss") < 0.1,
    ),
    "lsgan-vs-bce": Reproduction(
        _varied("cyclegan", "loss", "lsgan", "bce", shared=_REPORT_E4),
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
                "--identity-weight",
                "0",
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
