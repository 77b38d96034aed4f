"""Signs of failing runs, in made-up histories and in a run that must fail."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from kerasgan import registry
from kerasgan.labels import LabelSchema
from kerasgan.runs import directory, status
from kerasgan.training import callbacks, failure_signs
from tests.conftest import tiny_config, tiny_options

STEPS = np.arange(50, 3001, 50)
# 0 at the first row, 1 at the last.
PART = (STEPS - STEPS[0]) / (STEPS[-1] - STEPS[0])
LEVEL = np.ones(len(STEPS))


def history(**columns):
    return {"step": STEPS, **{name: LEVEL * values for name, values in columns.items()}}


# Roughly what healthy runs of the quick presets logged.
DISTANCES = {"d_distance_real": 0.58, "d_distance_fake": 0.08 + 0.4 * PART}
NORMS = {"d_gradient_norm": 2 + 20 * PART, "g_gradient_norm": 25 + 30 * PART}
ACCURACIES = {"d_accuracy_real": 0.8 + 0.15 * PART, "d_accuracy_fake": 0.5 + 0.49 * PART}
SOURCE = {"d_real": 0.69 - 0.6 * PART, "d_fake": 0.69 - 0.6 * PART, "g_fool": 0.7 + 5 * PART}
SCORES = {"d_wasserstein": 5 * PART, "d_real": 20 - 50 * PART, "d_fake": 50 * PART - 25}
HEADS = {
    "d_hair": 0.75 - 0.6 * PART, "d_accuracy_hair": 0.1 + 0.85 * PART, "g_hair": 0.9 - 0.8 * PART,
    "d_eyes": 0.84 - 0.6 * PART, "d_accuracy_eyes": 0.1 + 0.8 * PART, "g_eyes": 1.0 - 0.8 * PART,
}  # fmt: skip
PENALTY = {"d_penalty": 4 - 3.8 * PART, "d_critic_gradient": 0.7 + 0.4 * PART}
# Norms grow tenfold in a hundred steps, as they did with weights clipped at 0.1.
CLIPPED = {
    "d_gradient_norm": np.where(STEPS < 150, 490, 7000),
    "g_gradient_norm": np.where(STEPS < 150, 2160, 17000),
}
HEALTHY = {
    "gan": {**SOURCE, **ACCURACIES, **NORMS},
    "cgan": {**SOURCE, **ACCURACIES, **NORMS},
    "acgan": {**SOURCE, **ACCURACIES, **HEADS, **NORMS},
    "wgan": {**SCORES, "g_fool": -20 * PART, **CLIPPED},
    "cwgan": {**SCORES, "g_fool": 9 - 0.1 * PART, **CLIPPED},
    "wgan-gp": {**SCORES, **PENALTY, "g_fool": -20 * PART, **NORMS},
    "cwgan-gp": {
        **SCORES, **PENALTY, "d_mismatch": 40 * PART, "g_fool": 2 - 38 * PART, **NORMS,
        "d_gradient_norm": 10 + 100 * PART,
    },
    "r3gan": {
        "d_relativistic": 0.7 - 0.3 * PART, "g_relativistic": 0.7 + 1.5 * PART,
        **{name: values for name, values in HEADS.items() if name.startswith("d_")}, **NORMS,
    },
    "cyclegan": {
        **{f"d_{term}_{domain}": 0.5 - 0.4 * PART for term in ("real", "fake") for domain in "ab"},
        **{f"g_fool_{domain}": 0.8 - 0.4 * PART for domain in "ab"},
        **{f"g_cycle_{domain}": 7 - 5 * PART for domain in "ab"},
        "d_gradient_norm": 50 - 38 * PART, "g_gradient_norm": 35 * LEVEL,
    },
    "cut": {
        "d_real": 0.5 - 0.4 * PART, "d_fake": 0.5 - 0.4 * PART, **ACCURACIES,
        "g_fool": 0.8 - 0.4 * PART, "g_nce": 40 - 25 * PART, "g_nce_identity": 2 - PART, **NORMS,
    },
    "stargan": {
        **SCORES, **PENALTY, **HEADS, "g_fool": -20 * PART, "g_reconstruction": 3 - 2 * PART,
        **NORMS,
    },
}  # fmt: skip


def names(columns):
    return [sign.name for sign in failure_signs.detect_failures(columns, {})]


@pytest.mark.parametrize("model", registry.names())
@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_a_healthy_run_is_silent_at_every_row(model, noise):
    random = np.random.default_rng(0)
    columns = history(**HEALTHY[model], **DISTANCES)
    for name in columns.keys() - {"step"}:
        columns[name] = columns[name] * random.normal(1.0, noise, len(STEPS))
    for row in range(len(STEPS) + 1):
        assert names({name: values[:row] for name, values in columns.items()}) == []


# Columns that show the sign, and columns just short of it, in an otherwise healthy acgan run.
GROWING, SHRINKING = np.exp(3 * PART), np.exp(-3 * PART)
SIGNS = {
    "collapse": ({"d_distance_fake": 0.028}, {"d_distance_fake": 0.030}),
    "d-loss-zero": ({"d_real": 0.009, "d_fake": 0.01}, {"d_real": 0.01, "d_fake": 0.011}),
    "d-memorises": (
        {"g_fool": 0.5 * GROWING, "d_real": 0.04},
        {"g_fool": 0.4 * GROWING, "d_real": 0.04},
    ),
    "g-loss-falling": (
        {"g_fool": 8 * SHRINKING, "d_accuracy_fake": 0.4},
        {"g_fool": 11 * SHRINKING, "d_accuracy_fake": 0.4},
    ),
    "d-hair-stuck": (
        {"d_hair": 0.75, "d_accuracy_hair": 0.29},
        {"d_hair": 0.75, "d_accuracy_hair": 0.31},
    ),
    "g-eyes-stuck": (
        {"g_eyes": 0.9, "d_eyes": 0.44, "d_accuracy_eyes": 0.81},
        {"g_eyes": 0.9, "d_eyes": 0.46, "d_accuracy_eyes": 0.81},
    ),
    "d-gradient-norm": ({"d_gradient_norm": 101.0}, {"d_gradient_norm": 100.0}),
    "g-gradient-norm": ({"g_gradient_norm": 101.0}, {"g_gradient_norm": 100.0}),
}


def acgan(**columns):
    return history(**{**HEALTHY["acgan"], **DISTANCES, **columns})


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_fires_beyond_its_threshold_alone(sign):
    beyond, short = SIGNS[sign]
    assert names(acgan(**beyond)) == [sign]
    assert names(acgan(**short)) == []


def test_a_domain_whose_translations_are_all_alike_is_named():
    domains = {
        f"{name}{domain}": values for name, values in DISTANCES.items() for domain in ("_a", "_b")
    }
    collapsed = {**HEALTHY["cyclegan"], **domains, "d_distance_fake_b": 0.028}
    (sign,) = failure_signs.detect_failures(history(**collapsed), {})
    assert (sign.name, sign.fatal) == ("collapse_b", True)
    assert "generated images of domain b of a batch differ by 0.028" in sign.message


def test_a_class_loss_that_was_learned_may_stay_above_the_discriminators():
    eyes = np.where(PART < 0.3, 1.3, 0.06)
    columns = {"g_eyes": eyes, "d_eyes": 0.02, "d_accuracy_eyes": 0.98}
    assert names(acgan(**columns)) == []
    # A loss that fell to a half was not learned.
    columns["g_eyes"] = np.where(PART < 0.3, 1.3, 0.6)
    assert names(acgan(**columns)) == ["g-eyes-stuck"]


def test_each_domain_has_its_own_sign():
    columns = {**HEALTHY["cyclegan"], "d_real_b": 0.009, "d_fake_b": 0.01}
    (sign,) = failure_signs.detect_failures(history(**columns), {})
    assert (sign.name, sign.fatal) == ("d-loss-zero_b", True)
    assert "d_real_b + d_fake_b, unweighted, is 0.019, near zero" in sign.message
    assert sign.advice(tiny_config("cyclegan")) == (
        "try a new run with a lower --d-learning-rate, or a lower --learning-rate (now 0.0002)"
    )
    slower = tiny_config("cyclegan", d_learning_rate=1e-4)
    assert "a lower --d-learning-rate (now 0.0001), or" in sign.advice(slower)


@pytest.mark.parametrize(
    ("model", "changes"),
    [("cyclegan", {"d_ratio": 30.0}), ("acgan", {"loss_weights": (0.01, 0.003, 0.0035)})],
)
def test_a_factor_on_the_losses_of_a_balanced_run_is_no_sign(model, changes):
    factors = tiny_config(model, **changes).loss_factors(["hair", "eyes"])
    columns = {**HEALTHY[model], **DISTANCES}
    weighted = {name: values * factors.get(name, 1.0) for name, values in columns.items()}
    assert "d-loss-zero" in " ".join(names(history(**weighted)))
    assert failure_signs.detect_failures(history(**weighted), factors) == []
    lost = {
        name: 0.005 * factors[name] * LEVEL
        for name in weighted
        if name.startswith(("d_real", "d_fake"))
    }
    found = failure_signs.detect_failures(history(**{**weighted, **lost}), factors)
    assert found[0].name.startswith("d-loss-zero")
    assert found[0].value == pytest.approx(0.01)


def test_a_source_head_that_is_switched_off_has_no_signs():
    factors = tiny_config("acgan", loss_weights=(0.0, 1.0, 1.0)).loss_factors(["hair", "eyes"])
    columns = acgan(d_real=0.0, d_fake=0.0, g_fool=0.0)
    assert failure_signs.detect_failures(columns, factors) == []


def test_a_sign_has_value_first_step_message_and_advice():
    (sign,) = failure_signs.detect_failures(
        acgan(d_distance_fake=np.where(STEPS < 1000, 0.3, 0.01)), {}
    )
    assert (sign.value, sign.since, sign.fatal) == (0.01, 1000, True)
    assert "differ by 0.01, real ones by 0.58, since step 1000" in sign.message
    assert sign.advice(tiny_config("acgan")) == (
        "try a new run with a lower --learning-rate (now 0.0002)"
    )
    assert sign.advice(tiny_config("gan", label_noise=False)).startswith(
        "try a new run with --label-noise, or a lower"
    )
    assert "label" not in sign.advice(tiny_config("gan", label_noise=True))
    assert "more --critic-steps (now 2)" in sign.advice(tiny_config("wgan"))


@pytest.mark.parametrize("model", registry.names())
def test_every_advice_is_an_option_of_the_model(model):
    config = tiny_config(model)
    for beyond, _ in SIGNS.values():
        (sign,) = failure_signs.detect_failures(acgan(**beyond), {})
        tried = re.findall(r"--([a-z-]+)", sign.advice(config))
        assert tried
        assert {name.replace("-", "_") for name in tried} <= vars(config).keys()


def test_a_run_that_has_just_begun_may_look_bad():
    columns = acgan(d_real=0.001, d_fake=0.001, d_distance_fake=0.001, g_gradient_norm=200)
    first = {name: values[STEPS < 50 + failure_signs.MIN_STEPS] for name, values in columns.items()}
    assert names(first) == []
    first = {
        name: values[STEPS <= 50 + failure_signs.MIN_STEPS] for name, values in columns.items()
    }
    assert names(first) == ["collapse", "d-loss-zero", "g-gradient-norm"]


def test_only_a_jump_of_a_critics_gradient_norm_is_a_sign():
    scores = {"d_real": 0.0, "d_fake": 0.0, "g_fool": 8 * SHRINKING}
    for size in (1e-3, 1.0, 1e5):
        for jump, expected in ((101, ["g-gradient-norm"]), (99, [])):
            norms = np.where(STEPS[-1] == STEPS, jump * size, size)
            columns = {**HEALTHY["wgan"], **scores, "g_gradient_norm": norms}
            assert names(history(**columns)) == expected


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_column_that_is_not_finite_is_named(value):
    columns = acgan()
    columns["d_accuracy_hair"] = np.full(len(STEPS), np.nan)
    assert names(columns) == []
    columns["g_hair"] = np.where(STEPS[-1] == STEPS, value, columns["g_hair"])
    sign = failure_signs.detect_failures(columns, {})[0]
    assert (sign.name, sign.value, sign.fatal) == ("not-finite", None, True)
    assert sign.message == "a loss or gradient was not finite at step 3000 (g_hair)"


@pytest.fixture
def detector():
    """The callback of a run at step 0, with a replaceable history."""
    run = directory.create(
        tiny_config("acgan", log_every=1), LabelSchema(), "0", "report", "kerasgan"
    )
    return callbacks.FailureDetector(run, 0, 1, SimpleNamespace(history=history()))


def lines(run):
    return [json.loads(line) for line in (run.path / "health.jsonl").read_text().splitlines()]


def test_a_sign_is_reported_when_it_appears_and_when_it_reappears(detector, caplog):
    detector.on_train_begin()
    for norm in (50.0, 300.0, 400.0, 50.0, 500.0):
        detector.metrics.history = acgan(g_gradient_norm=norm)
        detector.on_train_batch_end(0)
    assert [(line["step"], line["sign"], line["value"]) for line in lines(detector.run)] == [
        (2, "g-gradient-norm", 300.0),
        (5, "g-gradient-norm", 500.0),
    ]
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert "step 2: g_gradient_norm is 300, over 100" in caplog.text
    assert "; try a new run with a lower --learning-rate (now 0.0002)" in caplog.text
    assert detector.failure is None


def test_resuming_drops_later_lines_and_does_not_repeat_a_lasting_sign(detector):
    detector.on_train_begin()
    for norm in (300.0, 50.0, 300.0):
        detector.metrics.history = acgan(g_gradient_norm=norm)
        detector.on_train_batch_end(0)
    with detector.run.health_file.open("a") as file:
        file.write('{"step": 4, "si')
    metrics = SimpleNamespace(history=acgan(g_gradient_norm=300.0))
    resumed = callbacks.FailureDetector(detector.run, 2, 1, metrics)
    resumed.on_train_begin()
    assert [line["step"] for line in lines(detector.run)] == [1]
    resumed.on_train_batch_end(0)
    assert [line["step"] for line in lines(detector.run)] == [1]


def test_a_run_without_noise_collapses_and_stops_after_a_checkpoint(kerasgan, monkeypatch):
    monkeypatch.setattr(failure_signs, "MIN_STEPS", 4)
    options = tiny_options("gan", sigma=0, steps=10, checkpoint_every=100, out="run")
    done = kerasgan("train", "gan", *options, "--stop-on-failure")
    assert done.exit_code == 1
    assert "stopped at step 6 of 10 because of --stop-on-failure: generated images" in done.output
    assert "continue anyway with: kerasgan resume run" in done.output
    run = directory.read(Path("run"))
    assert [path.name for path in run.checkpoints.iterdir()] == ["step-000006.npz"]
    (line,) = lines(run)
    assert line.keys() == {"step", "sign", "value", "message", "advice", "ended_run"}
    assert status.of_run(run).state == "failed"
    assert (line["step"], line["sign"]) == (6, "collapse")


def test_a_relativistic_loss_near_zero_is_a_sign():
    step = np.arange(0, 1501, 50)
    history = {
        "step": step,
        "d_relativistic": np.full(len(step), 0.001),
        "g_relativistic": np.full(len(step), 8.0),
        "d_hair": np.full(len(step), 0.01),
        "d_accuracy_hair": np.full(len(step), 0.99),
    }
    (sign,) = failure_signs.detect_failures(history, {})
    assert sign.name == "d-loss-zero"
    assert (
        failure_signs.detect_failures({**history, "d_relativistic": np.full(len(step), 0.5)}, {})
        == []
    )
