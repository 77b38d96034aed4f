"""Experiments of course report A, on ACGAN."""

from collections.abc import Callable, Mapping

import numpy as np

from kerasgan.experiments.claims import Claim, Runs, finals
from kerasgan.experiments.reproduction import Reproduction, varied

_HEADS = ("hair", "eyes")


def _source_accuracy(values: Mapping[str, float]) -> float:
    return (values["d_accuracy_real"] + values["d_accuracy_fake"]) / 2


def _source_accuracies_margin(runs: Runs) -> float:
    """The least accuracy from sigma 0.5 on, less the greatest one below."""
    right = (finals(runs, "d_accuracy_real") + finals(runs, "d_accuracy_fake")) / 2
    return np.min(right[2:]) - np.max(right[:2])


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
_SIGMA = Reproduction(
    varied("acgan", "sigma", "0.1", "0.2", "0.5", "1", "2"),
    (
        Claim(
            "With noise of sigma 0.1 and 0.2 the discriminator is right about the source of fewer "
            "images (36 and 38%) than from 0.5 on (66 to 80%).",
            {"accuracy of the source, more from 0.5 on": _source_accuracies_margin},
        ),
    ),
    columns=_SIGMA_COLUMNS,
    reported=_SIGMA_REPORTED,
)


def _least_accuracy(runs: Runs) -> float:
    return np.min([finals(runs, f"accuracy_{label}") for label in _HEADS])


def _accuracy_range(runs: Runs) -> float:
    return np.max([np.ptp(finals(runs, f"accuracy_{label}")) for label in _HEADS])


def _distance_ratio(runs: Runs) -> float:
    distances = finals(runs, "frechet_distance")
    return np.max(distances) / np.min(distances)


_LOSS_WEIGHTS = Reproduction(
    varied("acgan", "loss-weights", "1 0.1 0.1", "1 0.1 0.2", "1 0.3 0.35", "1 0.8 0.8"),
    (
        Claim(
            "Colour weights from 0.1 to 0.8 all train, without a clear difference.",
            {
                "least accuracy of hair and eyes, above 80%": lambda runs: (
                    _least_accuracy(runs) - 0.8
                ),
                "differences of accuracies, below 10 points": lambda runs: (
                    0.1 - _accuracy_range(runs)
                ),
                "ratio of Frechet distances, below 1.5": lambda runs: 1.5 - _distance_ratio(runs),
            },
        ),
    ),
    evaluated=True,
)


def _raised(setting: str, sign: str = "") -> Callable[[Runs], float]:
    """1 if a setting's run raised the sign of failure, or without a name any, else -1."""
    return lambda runs: 1.0 if any(sign in raised for raised in runs[setting].signs) else -1.0


_REPORTS_LOSSES = ("--d-norm", "batch", "--penalty-weight", "0")
_BROKEN = Reproduction(
    {
        "control": ("acgan", *_REPORTS_LOSSES),
        "no BatchNorm": ("acgan", "--d-norm", "none", "--g-norm", "none", "--penalty-weight", "0"),
        "mixed batches": ("acgan", *_REPORTS_LOSSES, "--mix-batches"),
        # The report does not give the weights that were too large; these are ten times its own.
        "large colour weights": ("acgan", *_REPORTS_LOSSES, "--loss-weights", "1", "3", "3.5"),
    },
    (
        Claim(
            "Without BatchNorm, everything is noise.",
            {"no BatchNorm: raises a sign of failure": _raised("no BatchNorm")},
        ),
        Claim(
            "Where real and generated images share a batch, the generator soon makes noise.",
            {"mixed batches: raises a sign of failure": _raised("mixed batches")},
        ),
        Claim(
            "With too large colour weights the generator's loss falls steadily, below 0.5.",
            {
                "large colour weights: raises g-loss-falling": _raised(
                    "large colour weights", "g-loss-falling"
                )
            },
        ),
    ),
    may_fail=True,
)

EXPERIMENTS = {"sigma": _SIGMA, "loss-weights": _LOSS_WEIGHTS, "broken-acgan": _BROKEN}
