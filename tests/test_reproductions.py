import numpy as np
import pytest

from kerasgan.commands.sweep import check
from kerasgan.experiments import comparison, reproductions
from kerasgan.experiments.comparison import RunResults
from kerasgan.experiments.reproductions import REPRODUCTIONS


def run(metrics=(), **final):
    """A run whose metrics end with `final`."""
    columns = {name: np.array([0.0, value]) for name, value in final.items()}
    return RunResults("", None, {**dict(metrics), **columns}, {})


@pytest.mark.parametrize("name", REPRODUCTIONS)
def test_every_experiment_can_be_trained(kerasgan, name):
    import click

    from kerasgan.commands import cli

    planned = reproductions.plan(REPRODUCTIONS[name], ["--preset", "quick", "--steps", "7"], 2)
    assert len({run.folder for run in planned}) == 2 * len(REPRODUCTIONS[name].settings)
    with click.Context(cli):
        check(planned)


# Source accuracy of D, and G's losses, from the report's table.
_SIGMA = {"0.1": 0.3594, "0.2": 0.3828, "0.5": 0.8047, "1": 0.6562, "2": 0.6953}


def test_sigma_agrees_with_the_report_s_own_table():
    runs = {
        f"sigma {sigma}": [run(d_accuracy_real=right, d_accuracy_fake=right)]
        for sigma, right in _SIGMA.items()
    }
    assert REPRODUCTIONS["sigma"].agrees(runs)
    runs["sigma 2"] = [run(d_accuracy_real=0.2, d_accuracy_fake=0.4)]
    assert not REPRODUCTIONS["sigma"].agrees(runs)


def test_the_report_s_columns_carry_no_weights():
    values = {
        "d_real": 1.0, "d_fake": 0.5, "d_hair": 0.3, "d_eyes": 0.7, "d_accuracy_real": 0.5,
        "d_accuracy_fake": 0.7, "d_accuracy_hair": 0.2, "d_accuracy_eyes": 0.1, "g_fool": 2.0,
        "g_hair": 0.6, "g_eyes": 0.35,
    }  # fmt: skip
    one = run(**values)._replace(setting="sigma 1")
    table = comparison.table_of([one], REPRODUCTIONS["sigma"].columns).splitlines()
    assert table[0].startswith("| setting | D loss source | D loss hair | D loss eyes | D accuracy")
    assert table[2] == "| sigma 1 | 0.75 | 1 | 2 | 0.6 | 0.2 | 0.1 | 2 | 2 | 1 |"


_CALM, _WILD = {"g_fool": np.array([0.0, 1, 1, 1.1])}, {"g_fool": np.array([0.0, 1, 1, 9])}


@pytest.mark.parametrize(
    ("name", "agreeing", "disagreeing"),
    [
        (
            "mismatch",
            {"mismatch max": run(accuracy=0.4), "mismatch mean": run(accuracy=0.1)},
            {"mismatch max": run(accuracy=0.1), "mismatch mean": run(accuracy=0.1)},
        ),
        (
            "wgan-vs-gp",
            {"cwgan": run(frechet_distance=9.0), "cwgan-gp": run(frechet_distance=3.0)},
            {"cwgan": run(frechet_distance=3.0), "cwgan-gp": run(frechet_distance=9.0)},
        ),
        (
            "loss-weights",
            {"a": run(accuracy_hair=0.9), "b": run(accuracy_hair=1.0)},
            {"a": run(accuracy_hair=0.9), "b": run(accuracy_hair=0.3)},
        ),
        (
            "d-steps",
            {"d-steps 1": run(_WILD), "d-steps 3": run(_CALM)},
            {"d-steps 1": run(_CALM), "d-steps 3": run(_WILD)},
        ),
        (
            "label-noise",
            {"without": run(_CALM), "label-noise": run(_WILD)},
            {"without": run(_WILD), "label-noise": run(_CALM)},
        ),
        (
            "dropout",
            {
                "generator-dropout 0": run(d_score_real=0.6),
                "generator-dropout 0.5": run(d_score_real=0.8),
            },
            {
                "generator-dropout 0": run(d_score_real=0.8),
                "generator-dropout 0.5": run(d_score_real=0.6),
            },
        ),
        (
            "learning-rate",
            {"learning-rate 2e-4": run(d_loss=0.01)},
            {"learning-rate 2e-4": run(d_loss=1.0)},
        ),
        (
            "lsgan-vs-bce",
            {"loss lsgan": run(g_fool_b=0.5), "loss bce": run(g_fool_b=1.5)},
            {"loss lsgan": run(g_fool_b=0.5), "loss bce": run(g_fool_b=0.6)},
        ),
        (
            "cycle-weights",
            {str(far): run(sliced_wasserstein_a_to_b=far) for far in (0.3, 0.4, 0.2)},
            {str(far): run(sliced_wasserstein_a_to_b=far) for far in (0.2, 0.4, 0.3)},
        ),
    ],
)
def test_claims(name, agreeing, disagreeing):
    agrees = REPRODUCTIONS[name].agrees
    assert agrees({setting: [one, one] for setting, one in agreeing.items()})
    assert not agrees({setting: [one, one] for setting, one in disagreeing.items()})
    missing = {setting: [run()] for setting in agreeing}
    assert not agrees(missing)


def test_the_list(kerasgan):
    done = kerasgan("reproduce")
    assert done.exit_code == 0
    assert "sigma: sigma 0.1, sigma 0.2" in done.output
    assert "With noisy targets the generator's loss swings more." in done.output
    done = kerasgan("reproduce", "sigmas")
    assert done.exit_code == 2
    assert "unknown reproduction 'sigmas' (did you mean sigma?); allowed: sigma" in done.output
    done = kerasgan("reproduce", "sigma", "--step", "3")
    assert (done.exit_code, "No such option" in done.output) == (2, True)
