import dataclasses

import keras
import numpy as np
import pytest

from kerasgan import optimizers
from kerasgan.configs.cyclegan import CycleGANConfig
from kerasgan.utils.errors import InvalidInput


def schedule_of(config, updates=1):
    return optimizers.build_learning_rate(
        config.schedule,
        config.learning_rate,
        config.final_learning_rate,
        config.schedule_steps,
        updates,
        config.schedule_interval,
    )


def rates(schedule, updates):
    return [float(schedule(np.int64(update))) for update in updates]


def test_report_b_multiplies_its_rate_by_0_8():
    exponential = optimizers.Exponential(4.999999999999996e-6, 7.737125245533638e-9, 30)
    expected = 5e-6 * 0.8 ** np.arange(30)
    np.testing.assert_allclose(rates(exponential, range(30)), expected, rtol=1e-4)
    assert rates(exponential, [29, 30, 1000]) == pytest.approx([7.737125e-9] * 3, rel=1e-5)


def test_report_b_multiplies_its_rate_once_per_epoch():
    config = CycleGANConfig.from_preset("cartoon-animation").counted(10_000)
    steps = config.schedule_interval
    assert steps * config.batch_size == 10_000
    exponential = schedule_of(config)
    of_epochs = rates(exponential, [0, steps - 1, steps, 2 * steps - 1, 2 * steps])
    np.testing.assert_allclose(of_epochs, 5e-6 * np.array([1, 1, 0.8, 0.8, 0.64]), rtol=1e-4)
    assert rates(exponential, [config.steps - 1]) == pytest.approx([7.737125e-9], rel=1e-5)


def test_an_interval_holds_the_rate_also_over_several_updates_per_step():
    linear = optimizers.Linear(1.0, 0.0, 10, updates=2, interval=2)
    assert rates(linear, range(0, 24, 2)) == pytest.approx([1] * 6 + [0.5, 0.5] + [0] * 4)


@pytest.mark.parametrize("schedule", ["constant", "linear", "exponential", "cosine"])
def test_the_discriminators_rate_keeps_its_ratio_to_the_generators(schedule):
    both = optimizers.build_learning_rates(schedule, (3e-4, 1e-3), 1e-5, 8, (2, 1), 1)
    if schedule == "constant":
        assert both == (3e-4, 1e-3)
        return
    slower, faster = rates(both[0], range(0, 20, 2)), rates(both[1], range(10))
    np.testing.assert_allclose(slower, 0.3 * np.array(faster), rtol=1e-5)
    assert faster[-1] == pytest.approx(1e-5)


def test_linear_holds_the_first_half_and_then_goes_straight_to_the_last_step():
    linear = optimizers.Linear(1.0, 0.2, 9)
    expected = [1.0, 1.0, 1.0, 1.0, 1.0, 0.8, 0.6, 0.4, 0.2, 0.2, 0.2]
    assert rates(linear, range(11)) == pytest.approx(expected)


def test_the_updates_of_one_step_share_its_rate():
    linear = optimizers.Linear(1.0, 0.0, 5, updates=3)
    assert rates(linear, range(15)) == pytest.approx(
        np.repeat(rates(optimizers.Linear(1.0, 0.0, 5), range(5)), 3).tolist()
    )


def test_a_run_of_one_step_has_the_first_rate():
    assert rates(optimizers.Linear(1.0, 0.0, 1), [0]) == [1.0]
    assert rates(optimizers.Exponential(1.0, 0.1, 1), [0]) == [1.0]


def test_an_optimizer_follows_the_schedule_through_its_iterations():
    optimizer = keras.optimizers.SGD(optimizers.Linear(1.0, 0.0, 3))
    weight = keras.Variable(0.0)
    moved = []
    for _ in range(4):
        before = float(weight)
        optimizer.apply([np.float32(-1.0)], [weight])
        moved.append(float(weight) - before)
    assert moved == pytest.approx([1.0, 1.0, 0.0, 0.0])


def test_schedules_are_chosen_by_name():
    settings = {"learning_rate": 1.0, "final_learning_rate": 0.25, "steps": 3}
    constant = CycleGANConfig(schedule="constant", **settings)
    assert schedule_of(constant) == 1.0
    linear = schedule_of(CycleGANConfig(schedule="linear", **settings), updates=2)
    assert rates(linear, [0, 1, 2, 3, 4, 5]) == pytest.approx([1, 1, 1, 1, 0.25, 0.25])
    exponential = schedule_of(CycleGANConfig(schedule="exponential", **settings))
    assert rates(exponential, [0, 1, 2]) == pytest.approx([1, 0.5, 0.25])


def test_a_run_that_is_extended_holds_its_final_rate():
    config = CycleGANConfig(final_learning_rate=1e-5, steps=10)
    longer = dataclasses.replace(config, steps=20)
    assert longer.schedule_steps == 10
    assert rates(schedule_of(longer), [9, 15]) == pytest.approx([1e-5, 1e-5])


def test_an_exponential_schedule_does_not_end_at_zero():
    with pytest.raises(InvalidInput, match=r"final-learning-rate is 0; .* above 0"):
        CycleGANConfig(schedule="exponential")


def test_cosine_falls_along_half_a_period():
    cosine = optimizers.Cosine(1.0, 0.2, 5)
    expected = 0.2 + 0.8 * (1 + np.cos(np.pi * np.arange(5) / 4)) / 2
    assert rates(cosine, range(7)) == pytest.approx([*expected, 0.2, 0.2], rel=1e-6)
