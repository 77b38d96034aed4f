"""Experiments of course report E, on unconditional, conditional and Wasserstein DCGANs."""

from functools import partial

import numpy as np

from kerasgan.experiments import figures
from kerasgan.experiments.claims import Claim, Runs, final, less, more, quality, swing
from kerasgan.experiments.reproduction import Reproduction, varied


def _no_worse(runs: Runs) -> float:
    control = quality(runs["control"])
    return quality(runs["d-steps"]) - control + 0.1 * abs(control)


def _swings_more(first: str, second: str):
    return lambda runs: swing(runs[first], "g_fool") - swing(runs[second], "g_fool")


_TIPS = Reproduction(
    {
        "control": ("gan",),
        "dropout": ("gan", "--generator-dropout", "0.5"),
        "label-noise": ("gan", "--label-noise"),
        "d-steps": ("gan", "--d-steps", "3"),
    },
    (
        Claim(
            "With dropout in the generator images are noisier, with fewer flat pixels, and the "
            "discriminator's score of real images stays higher.",
            {
                "dropout: flatness, less": less("flatness", "dropout", "control"),
                "dropout: score of real images, more": more("d_score_real", "dropout", "control"),
            },
        ),
        Claim(
            "With noisy targets the generator's loss swings more, and training is faster and "
            "collapses less: after as many steps the images are better.",
            {
                "label-noise: swing of g_fool, more": _swings_more("label-noise", "control"),
                "label-noise: faces or Frechet distance, better": lambda runs: (
                    quality(runs["label-noise"]) - quality(runs["control"])
                ),
            },
        ),
        Claim(
            "Over the same epochs, a generator update at every third batch only is steadier and "
            "crashes less: the generator's loss swings less, and the images are at least as good.",
            {
                "d-steps: swing of g_fool, less": _swings_more("control", "d-steps"),
                "d-steps: faces or Frechet distance, at most a tenth worse": _no_worse,
            },
        ),
    ),
    evaluated=True,
    counts_faces=True,
    same_batches=True,
)

_LEARNING_RATE = Reproduction(
    varied("gan", "learning-rate", "2e-5", "2e-4"),
    (
        Claim(
            "The larger learning rate crashes: the discriminator's loss comes near 0.",
            {
                "d_loss at 2e-4, below 0.1": lambda runs: (
                    0.1 - final(runs["learning-rate 2e-4"], "d_loss")
                )
            },
        ),
    ),
)


def _ruined_when_rising(runs: Runs) -> float:
    """Correlation of G's loss and the Frechet distance at the evaluations of a run."""
    metrics = runs["cgan"].metrics
    distances = metrics.get("frechet_distance", np.array([]))
    rows = ~np.isnan(distances)
    if rows.sum() < 3:
        return np.nan
    return np.corrcoef(metrics["g_fool"][rows], distances[rows])[0, 1]


_GAN_VS_CGAN = Reproduction(
    {"gan": ("gan",), "cgan": ("cgan", "--evaluate-every", "500")},
    (
        Claim(
            "The conditional model is slower: after as many epochs its images are worse.",
            {"Frechet distance of cgan, more": more("frechet_distance", "cgan", "gan")},
        ),
        Claim(
            "Where the generator's loss rises, images are ruined, and recover or collapse.",
            {"cgan: correlation of g_fool and Frechet distance": _ruined_when_rising},
        ),
    ),
    evaluated=True,
    counts_faces=True,
    same_batches=True,
    figure=partial(figures.combinations, setting="cgan"),
)

_CALM_STEPS, _MIN_ROWS = 750, 8


def _restless(runs: Runs) -> float:
    """Share by which the critic's estimate changes more between rows after step 750 than before."""
    metrics = runs["wgan-gp"].metrics
    steps, changes = metrics.get("step", np.array([])), []
    for rows in (steps <= _CALM_STEPS, steps > _CALM_STEPS):
        is_enough = rows.sum() >= _MIN_ROWS
        changes.append(np.std(np.diff(metrics["d_wasserstein"][rows])) if is_enough else np.nan)
    return changes[1] / changes[0] - 1


_GAN_VS_WGAN_GP = Reproduction(
    {
        "wgan-gp": ("wgan-gp", "--critic-norm", "batch", "--share-fakes", "--critic-steps", "1"),
        "gan": ("gan",),
    },
    (
        Claim(
            "WGAN-GP is faster: after as many epochs its images are better.",
            {"Frechet distance of wgan-gp, less": less("frechet_distance", "wgan-gp", "gan")},
        ),
        Claim(
            "WGAN-GP is calm for 750 steps; then follow large swings and a collapse.",
            {"wgan-gp: changes of d_wasserstein, larger after step 750": _restless},
        ),
    ),
    evaluated=True,
    counts_faces=True,
    same_batches=True,
)

EXPERIMENTS = {
    "tips": _TIPS,
    "learning-rate": _LEARNING_RATE,
    "gan-vs-cgan": _GAN_VS_CGAN,
    "gan-vs-wgan-gp": _GAN_VS_WGAN_GP,
}
