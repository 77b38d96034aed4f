from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from kerasgan.commands import sweep
from kerasgan.commands.sweep import check
from kerasgan.commands.train import parsed
from kerasgan.configs.acgan import ACGANConfig
from kerasgan.experiments import claims, comparison
from kerasgan.experiments.claims import Claim, judge
from kerasgan.experiments.comparison import RunResults
from kerasgan.experiments.reproduction import plan
from kerasgan.experiments.reproductions import REPRODUCTIONS
from kerasgan.labels import LabelSchema
from tests.stubs import painted


def run(metrics=(), signs=(), **final):
    """A run whose metrics end with `final`."""
    columns = {name: np.array([0.0, value]) for name, value in final.items()}
    return RunResults("", None, {**dict(metrics), **columns}, {}, signs)


def verdicts(name, *runs_of_seeds):
    """The words of an experiment's verdicts."""
    return [judge(claim, runs_of_seeds).word for claim in REPRODUCTIONS[name].claims]


@pytest.mark.parametrize("name", REPRODUCTIONS)
def test_every_experiment_can_be_trained(kerasgan, name):
    import click

    from kerasgan.commands import cli

    options = ["--preset", "quick", "--steps", "7"]
    with click.Context(cli):
        planned = plan(REPRODUCTIONS[name], options, 2, parsed)
        assert len({run.folder for run in planned}) == 2 * len(REPRODUCTIONS[name].settings)
        check(planned)


def configs(name, *options):
    """{setting: config} of an experiment."""
    import click

    from kerasgan.commands import cli

    with click.Context(cli):
        planned = plan(REPRODUCTIONS[name], options, 1, parsed)
        return {run.setting: parsed(run.words[0], run.words[1:]) for run in planned}


@pytest.mark.parametrize("options", [(), ("--preset", "quick", "--steps", "700")])
def test_both_groups_of_d_steps_see_the_same_batches(options):
    configured = configs("tips", *options)
    assert {config.val_fraction for config in configured.values()} == {0.1}
    control, changed = (
        config.counted(36_740) if config.epochs else config
        for config in (configured["control"], configured["d-steps"])
    )
    assert (control.d_steps, changed.d_steps) == (1, 3)
    assert control.steps == (700 if options else 19 * 575)
    # The last step of an epoch may have images a second time.
    assert abs(control.steps - changed.steps * 3) <= (3 if options else 19)


def test_the_translations_run_the_settings_of_their_reports():
    for config in configs("cycle-weights", "--preset", "quick").values():
        assert config.identity_weight == 0
    for config in configs("lsgan-vs-bce").values():
        assert (config.blocks, config.norm, config.d_norm) == (6, "batch", "batch")
        assert config.identity_weight == 0.5


# Source accuracy of D, and G's losses, from the report's table.
_SIGMA = {"0.1": 0.3594, "0.2": 0.3828, "0.5": 0.8047, "1": 0.6562, "2": 0.6953}


def test_sigma_agrees_with_the_report_s_own_table():
    runs = {
        f"sigma {sigma}": run(d_accuracy_real=right, d_accuracy_fake=right)
        for sigma, right in _SIGMA.items()
    }
    assert verdicts("sigma", runs) == ["agrees"]
    runs["sigma 2"] = run(d_accuracy_real=0.2, d_accuracy_fake=0.4)
    assert verdicts("sigma", runs) == ["disagrees"]


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


_CALM, _CALMER, _WILD = ({"g_fool": np.array([0.0, 1, 1, last])} for last in (1.1, 1.05, 9.0))


@pytest.mark.parametrize(
    ("name", "agreeing", "disagreeing"),
    [
        (
            "mismatch",
            {"mismatch max": run(accuracy=0.4), "mismatch mean": run(accuracy=0.1)},
            {"mismatch max": run(accuracy=0.1), "mismatch mean": run(accuracy=0.2)},
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
            "learning-rate",
            {"learning-rate 2e-4": run(d_loss=0.01)},
            {"learning-rate 2e-4": run(d_loss=1.0)},
        ),
        (
            "cartoon-animation",
            {
                "a": run(
                    l1_a_to_b=1.0,
                    l1_a_to_b_doing_nothing=2.0,
                    l1_b_to_a=1.0,
                    l1_b_to_a_doing_nothing=2.0,
                )
            },
            {
                "a": run(
                    l1_a_to_b=1.0,
                    l1_a_to_b_doing_nothing=2.0,
                    l1_b_to_a=2.5,
                    l1_b_to_a_doing_nothing=2.0,
                )
            },
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
    assert verdicts(name, agreeing) == ["agrees"]
    assert verdicts(name, disagreeing) == ["disagrees"]
    assert verdicts(name, agreeing, agreeing, agreeing) == ["agrees"]
    missing = {setting: run() for setting in agreeing}
    assert verdicts(name, missing) == ["cannot tell"]


CONTROL = run(_CALM, flatness=0.5, d_score_real=0.6, frechet_distance=3.0)


@pytest.mark.parametrize(
    ("number", "tip", "agreeing", "disagreeing"),
    [
        (
            0,
            "dropout",
            [run(_CALM, flatness=0.4, d_score_real=0.8)],
            [
                run(_CALM, flatness=0.6, d_score_real=0.8),
                run(_CALM, flatness=0.4, d_score_real=0.5),
            ],
        ),
        (
            1,
            "label-noise",
            [run(_WILD, frechet_distance=2.0)],
            [run(_CALMER, frechet_distance=2.0), run(_WILD, frechet_distance=4.0)],
        ),
        (
            2,
            "d-steps",
            # Images at most a tenth worse are as good.
            [run(_CALMER, frechet_distance=2.0), run(_CALMER, frechet_distance=3.2)],
            [run(_WILD, frechet_distance=2.0), run(_CALMER, frechet_distance=3.4)],
        ),
    ],
)
def test_each_tip_is_judged_against_the_one_control(number, tip, agreeing, disagreeing):
    for word, runs in (("agrees", agreeing), ("disagrees", disagreeing)):
        for changed in runs:
            settings = {"control": CONTROL, tip: changed}
            others = {name: CONTROL for name in REPRODUCTIONS["tips"].settings}
            assert verdicts("tips", {**others, **settings})[number] == word


def test_faces_are_the_measure_of_tips_where_a_cascade_counted_them():
    control, changed = run(_CALM, faces_in_25=12.0), run(_WILD, faces_in_25=20.0)
    settings = {"control": control, "dropout": control, "d-steps": control}
    assert verdicts("tips", {**settings, "label-noise": changed})[1] == "agrees"
    worse = run(_WILD, faces_in_25=5.0, frechet_distance=0.0)
    assert verdicts("tips", {**settings, "label-noise": worse})[1] == "disagrees"


def test_each_failed_acgan_must_raise_its_sign():
    names = ["control", "no BatchNorm", "mixed batches", "large colour weights"]
    signs = [(), ("collapse",), ("d-loss-zero",), ("g-loss-falling", "d-hair-stuck")]
    runs = {name: run(signs=raised) for name, raised in zip(names, signs, strict=True)}
    assert verdicts("broken-acgan", runs) == ["agrees"] * 3
    runs |= {"mixed batches": run(), "large colour weights": run(signs=("collapse",))}
    assert verdicts("broken-acgan", runs) == ["agrees", "disagrees", "disagrees"]


def test_wgan_gp_is_calm_for_750_steps_and_then_swings():
    steps = np.arange(50.0, 1750.0, 50.0)
    early = np.where(np.arange(len(steps)) % 2, 1.0, 1.1)
    settings = {"gan": run(frechet_distance=4.0)}
    for late, word in ((3.0, "agrees"), (0.5, "disagrees")):
        swings = np.where(steps > 750, late, 1.0) * early
        columns = {"step": steps, "d_wasserstein": swings}
        settings["wgan-gp"] = run(columns, frechet_distance=2.0)
        assert verdicts("gan-vs-wgan-gp", settings) == ["agrees", word]
    settings["wgan-gp"] = run({name: rows[:15] for name, rows in columns.items()})
    assert verdicts("gan-vs-wgan-gp", settings) == ["cannot tell", "cannot tell"]


def test_cgan_is_ruined_while_the_generators_loss_rises():
    known = np.array([np.nan, 1.0, np.nan, 3.0, 2.0])
    rising = {"frechet_distance": known, "g_fool": np.array([9.0, 1.0, 9.0, 2.0, 1.5])}
    settings = {"gan": run(frechet_distance=1.0), "cgan": run(rising)}
    assert verdicts("gan-vs-cgan", settings) == ["agrees", "agrees"]
    settings["cgan"] = run({**rising, "g_fool": -rising["g_fool"]})
    assert verdicts("gan-vs-cgan", settings) == ["agrees", "disagrees"]


def test_an_interval_over_seeds_that_includes_0_decides_nothing():
    claim = Claim("More.", {"more": lambda runs: runs["a"]})
    words = {
        values: judge(claim, [{"a": value} for value in values]).word
        for values in ((1.0,), (-1.0,), (0.0,), (1.0, 2.0, 1.5), (-1.0, 2.0, 1.5), (-1.0, -2.0))
    }
    assert list(words.values()) == [
        "agrees", "disagrees", "cannot tell", "agrees", "cannot tell", "cannot tell",
    ]  # fmt: skip
    # The interval of three values by Student's t distribution: 4.303 standard errors.
    lines = claims.lines(judge(claim, [{"a": value} for value in (1.0, 2.0, 1.5)]), 3)
    assert lines == [
        "The report: More.",
        "  more: 1.5, 0.258 to 2.74",
        "This reproduction agrees (3 seeds; above 0: as claimed).",
    ]


def test_one_page_has_verdicts_signs_and_faces(kerasgan, tmp_path, monkeypatch):
    made = painted()
    (made.path / "evaluation").mkdir()
    Image.new("RGB", (64, 48)).save(made.path / "evaluation" / "faces.png")
    raised = [(), ("not-finite",), ("collapse",), ()]
    compared = [
        RunResults(setting, made, {"step": np.array([1.0, 2.0]), "g_fool": np.ones(2)}, {}, signs)
        for setting, signs in zip(REPRODUCTIONS["broken-acgan"].settings, raised, strict=True)
    ]
    failed = ["no_BatchNorm-seed0: exit code 1: a loss was not finite"]
    monkeypatch.setattr(sweep, "carry_out", lambda *_: (compared, failed))
    done = kerasgan("reproduce", "broken-acgan", "--out", "out", "--preset", "quick")
    assert done.exit_code == 0, done.output
    assert "mixed batches: raises a sign of failure: 1\nThis reproduction agrees" in done.output
    colours = "large colour weights: raises g-loss-falling: -1"
    assert f"{colours}\nThis reproduction disagrees" in done.output
    page = (tmp_path / "out" / "report.html").read_text()
    assert "This reproduction disagrees (one seed" in page
    assert "<td>not-finite</td>" in page
    assert f"faces found, {made.path.name}" in page

    # Of another experiment, a run that failed is missing.
    monkeypatch.setattr(sweep, "carry_out", lambda *_: ([], failed))
    done = kerasgan("reproduce", "mismatch", "--out", "incomplete", "--preset", "quick")
    assert (done.exit_code, "This reproduction is incomplete." in done.output) == (1, True)


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
    assert "--cascade applies to tips, gan-vs-cgan, gan-vs-wgan-gp, got sigma" in done.output
    done = kerasgan("reproduce", "sigma", "--step", "3")
    assert (done.exit_code, "No such option" in done.output) == (2, True)
