"""Experiments of course reports B, D and E on CycleGAN."""

from collections.abc import Callable

import numpy as np

from kerasgan.experiments.claims import Claim, Runs, final, finals
from kerasgan.experiments.reproduction import Reproduction, varied


def _closer(direction: str) -> Callable[[Runs], float]:
    """By how much translations are closer to the true ones than the images they are made from."""

    def margin(runs: Runs) -> float:
        (run,) = runs.values()
        return final(run, f"l1_{direction}_doing_nothing") - final(run, f"l1_{direction}")

    return margin


_CARTOON_ANIMATION = Reproduction(
    {
        "cartoon-animation": (
            *("cyclegan", "--pool-size", "100", "--pool-exchange", "1"),
            *("--identity-weight", "0"),
        )
    },
    (
        Claim(
            "Translations to animation have continuous colours and an invented background, those "
            "to cartoon coarse lines and none: both come closer to the other domain.",
            {
                "a to b: closer to the true translation than the original": _closer("a_to_b"),
                "b to a: closer to the true translation than the original": _closer("b_to_a"),
            },
        ),
    ),
    preset="cartoon-animation",
    evaluated=True,
    # The generator A of the report translates from a, so its loss is that of domain b.
    columns={
        "G_A": lambda values: values["g_loss_b"],
        "G_B": lambda values: values["g_loss_a"],
        "D_A": lambda values: values["d_loss_a"],
        "D_B": lambda values: values["d_loss_b"],
    },
    reported={"cartoon-animation": (1.544, 1.807, 0.117, 0.170)},
)


def _smallest_weight_margin(runs: Runs) -> float:
    *others, smallest = finals(runs, "sliced_wasserstein_a_to_b")
    return np.min(others) - smallest


_CYCLE_WEIGHTS = Reproduction(
    {
        f"cycle-weight {weight}, d-ratio {ratio}": (
            *("cyclegan", "--identity-weight", "0"),
            *("--cycle-weight", weight, "--d-ratio", ratio),
        )
        for weight, ratio in (("10", "2"), ("10", "1"), ("5", "1"))
    },
    (
        Claim(
            "Translations from a to b look most like b with the smaller cycle weight.",
            {"sliced Wasserstein distance from b, least": _smallest_weight_margin},
        ),
    ),
    evaluated=True,
    has_photos=True,
)

_REPORT_E4 = (
    *("--blocks", "6", "--norm", "batch", "--d-norm", "batch"),
    *("--identity-weight", "0.5"),
)
_LSGAN_VS_BCE = Reproduction(
    varied("cyclegan", "loss", "lsgan", "bce", shared=_REPORT_E4),
    (
        Claim(
            "With binary cross-entropy the generators' adversarial loss is much higher than with "
            "least squares.",
            {
                "ratio of g_fool_b, above 1.5": lambda runs: (
                    final(runs["loss bce"], "g_fool_b") / final(runs["loss lsgan"], "g_fool_b")
                    - 1.5
                )
            },
        ),
    ),
)

EXPERIMENTS = {
    "cartoon-animation": _CARTOON_ANIMATION,
    "cycle-weights": _CYCLE_WEIGHTS,
    "lsgan-vs-bce": _LSGAN_VS_BCE,
}
