"""Experiments of course report C, on conditional Wasserstein GANs."""

from functools import partial

from kerasgan.experiments import figures
from kerasgan.experiments.claims import Claim, less, more
from kerasgan.experiments.reproduction import Reproduction, varied

# The conditions of the report's figures.
_SHOWN = tuple(
    {"hair": hair, "eyes": eyes}
    for hair, eyes in (("orange", "yellow"), ("brown", "gray"), ("green", "aqua"), ("red", "pink"))
)

EXPERIMENTS = {
    "wgan-vs-gp": Reproduction(
        {"cwgan": ("cwgan",), "cwgan-gp": ("cwgan-gp",)},
        (
            Claim(
                "With the gradient penalty images are clearly better than with clipped weights.",
                {"Frechet distance, less": less("frechet_distance", "cwgan-gp", "cwgan")},
            ),
        ),
        evaluated=True,
        figure=partial(figures.requested, labels=_SHOWN),
    ),
    "mismatch": Reproduction(
        varied("cwgan-gp", "mismatch", "max", "mean"),
        (
            Claim(
                "With the maximum of both wrong scores the condition is obeyed better than with "
                "the mean.",
                {
                    "share of images with all labels as requested, more": more(
                        "accuracy", "mismatch max", "mismatch mean"
                    )
                },
            ),
        ),
        evaluated=True,
        figure=partial(figures.requested, labels=_SHOWN),
    ),
}
