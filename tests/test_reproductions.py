from types import SimpleNamespace

import numpy as np
import pytest

from kerasgan.commands.sweep import check
from kerasgan.commands.train import parsed
from kerasgan.configs.acgan import ACGANConfig
from kerasgan.experiments import comparison, reproductions
from kerasgan.experiments.comparison import RunResults
from kerasgan.experiments.reproductions import REPRODUCTIONS
from kerasgan.labels import LabelSchema


def run(metrics=(), **final):
    """A run whose metrics end with `final`."""
    columns = {name: np.array([0.0, value]) for name, value in final.items()}
    return RunResults("", None, {**dict(metrics), **columns}, {})


@pytest.mark.parametrize("name", REPRODUCTIONS)
def test_every_experiment_can_be_trained(kerasgan, name):
    import click

    from kerasgan.commands import cli

    options = ["--preset", "quick", "--steps", "7"]
    with click.Context(cli):
        planned = reproductions.plan(REPRODUCTIONS[name], options, 2, parsed)
        assert len({run.folder for run in planned}) == 2 * len(REPRODUCTIONS[name].settings)
        check(planned)


def configs(name, *options):
    """{setting: config} of an experiment."""
    import click

    from kerasgan.commands import cli

    with click.Context(cli):
        planned = reproductions.plan(REPRODUCTIONS[name], options, 1, parsed)
        return {run.setting: parsed(run.words[0], run.words[1:]) for run in planned}


@pytest.mark.parametrize("options", [(), ("--preset", "quick", "--steps", "700")])
def test_both_groups_of_d_steps_see_the_same_batches(options):
    configured = configs("d-steps", *options).values()
    assert [config.val_fraction for config in configured] == [0.1, 0.1]
    control, changed = (
        config.counted(36_740) if config.epochs else config for config in configured
    )
    assert (control.d_steps, changed.d_steps) == (1, 3)
    assert control.steps == (700 if options else 19 * 575)
    # The last step of an epoch may have images a second time.
    assert abs(control.steps - changed.steps * 3) <= (3 if options else 19)


def test_the_translations_run_the_settings_of_their_reports():
    for config in configs("cycle-weights", "--preset", "quick").values():
        assert config.identity_weight == 0
    for config in configs("lsgan-vs-bce").values():
        assert (config.blocks, config.norm, config.identity_weight) == (6, "batch", 0.5)


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


@pytest.mark.parametrize("weights", [(), (2.0, 0.1, 0.8)])
def test_the_table_has_the_reports_row_and_unit(weights):
    """Losses without weights; D's halved over real and generated images, as Keras adds them."""
    config = ACGANConfig(loss_weights=weights)
    source, hair, eyes = weights or (1.0, 0.3, 0.35)
    values = {
        "d_real": 1.0 * source, "d_fake": 0.5 * source, "d_hair": 1.0 * hair, "d_eyes": 2.0 * eyes,
        "d_accuracy_real": 0.5, "d_accuracy_fake": 0.7, "d_accuracy_hair": 0.2,
        "d_accuracy_eyes": 0.1, "g_fool": 2.0 * source, "g_hair": 2.0 * hair, "g_eyes": 1.0 * eyes,
    }  # fmt: skip
    folder = SimpleNamespace(config=config, schema=LabelSchema.of({"hair": 2, "eyes": 2}))
    one = run(**values)._replace(setting="sigma 1", run=folder)
    sigma = REPRODUCTIONS["sigma"]
    table = comparison.table_of([one], sigma.columns, sigma.reported).splitlines()
    assert table[0].startswith("| setting | D loss source | D loss hair | D loss eyes | D accuracy")
    assert table[2].startswith("| sigma 1, report | 0.602 | 0.5645 | 0.4471 | 0.6562 | 0.2656 |")
    assert table[3] == "| sigma 1, here | 0.75 | 0.5 | 1 | 0.6 | 0.2 | 0.1 | 2 | 2 | 1 |"


_CALM, _WILD = {"g_fool": np.array([0.0, 1, 1, 1.1])}, {"g_fool": np.array([0.0, 1, 1, 9])}

_GOOD, _BAD = {"frechet_distance": 2.0}, {"frechet_distance": 4.0}


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
            {
                "a": run(accuracy_hair=0.99, accuracy_eyes=0.93, frechet_distance=2.0),
                "b": run(accuracy_hair=0.98, accuracy_eyes=0.89, frechet_distance=2.5),
            },
            # Hair alone is learned by all: the eyes differ.
            {
                "a": run(accuracy_hair=0.99, accuracy_eyes=0.11, frechet_distance=2.0),
                "b": run(accuracy_hair=0.98, accuracy_eyes=0.86, frechet_distance=2.5),
            },
        ),
        (
            "loss-weights",
            {
                "a": run(accuracy_hair=0.99, accuracy_eyes=0.93, frechet_distance=2.0),
                "b": run(accuracy_hair=0.99, accuracy_eyes=0.93, frechet_distance=2.9),
            },
            {
                "a": run(accuracy_hair=0.99, accuracy_eyes=0.93, frechet_distance=2.0),
                "b": run(accuracy_hair=0.99, accuracy_eyes=0.93, frechet_distance=3.1),
            },
        ),
        (
            "d-steps",
            {"d-steps 1": run(_WILD, **_BAD), "d-steps 3": run(_CALM, **_GOOD)},
            {"d-steps 1": run(_CALM, **_BAD), "d-steps 3": run(_WILD, **_GOOD)},
        ),
        (
            "d-steps",
            {"d-steps 1": run(_WILD, **_GOOD), "d-steps 3": run(_CALM, **_GOOD)},
            {"d-steps 1": run(_WILD, **_GOOD), "d-steps 3": run(_CALM, **_BAD)},
        ),
        (
            "label-noise",
            {"without": run(_CALM, **_BAD), "label-noise": run(_WILD, **_GOOD)},
            {"without": run(_WILD, **_BAD), "label-noise": run(_CALM, **_GOOD)},
        ),
        (
            # The faces that a cascade finds are the report's measure.
            "label-noise",
            {
                "without": run(_CALM, faces_in_25=12.0, **_GOOD),
                "label-noise": run(_WILD, faces_in_25=20.0, **_BAD),
            },
            {
                "without": run(_CALM, faces_in_25=20.0, **_BAD),
                "label-noise": run(_WILD, faces_in_25=12.0, **_GOOD),
            },
        ),
        (
            "dropout",
            {
                "generator-dropout 0": run(d_score_real=0.6, flatness=0.5),
                "generator-dropout 0.5": run(d_score_real=0.8, flatness=0.4),
            },
            {
                "generator-dropout 0": run(d_score_real=0.6, flatness=0.5),
                "generator-dropout 0.5": run(d_score_real=0.8, flatness=0.6),
            },
        ),
        (
            "dropout",
            {
                "generator-dropout 0": run(d_score_real=0.6, flatness=0.5),
                "generator-dropout 0.5": run(d_score_real=0.8, flatness=0.4),
            },
            {
                "generator-dropout 0": run(d_score_real=0.8, flatness=0.5),
                "generator-dropout 0.5": run(d_score_real=0.6, flatness=0.4),
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
    assert "With noisy targets the generator's loss swings more" in done.output
    done = kerasgan("reproduce", "sigmas")
    assert done.exit_code == 2
    assert "unknown reproduction 'sigmas' (did you mean sigma?); allowed: sigma" in done.output
    done = kerasgan("reproduce", "sigma", "--cascade", "faces.xml")
    assert done.exit_code == 2
    assert "--cascade applies to d-steps, dropout, label-noise, got sigma" in done.output
    done = kerasgan("reproduce", "sigma", "--step", "3")
    assert (done.exit_code, "No such option" in done.output) == (2, True)
