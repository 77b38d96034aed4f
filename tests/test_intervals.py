import numpy as np
import pytest
from scipy import stats

from kerasgan.evaluation import intervals


def test_the_ends_of_wilsons_interval_are_where_the_score_test_rejects():
    for successes, count in ((1, 7), (30, 100), (999, 1000)):
        share, low, high = intervals.wilson_interval(successes, count)
        assert share == successes / count
        for end in (low, high):
            score = abs(share - end) / np.sqrt(end * (1 - end) / count)
            assert score == pytest.approx(stats.norm.ppf(0.975))


def test_shares_of_none_and_all_have_intervals_inside_0_to_1():
    z2 = stats.norm.ppf(0.975) ** 2
    assert intervals.wilson_interval(0, 10) == (0, 0, pytest.approx(z2 / (10 + z2)))
    assert intervals.wilson_interval(10, 10) == (1, pytest.approx(10 / (10 + z2)), 1)
    for count in range(1, 300):
        assert intervals.wilson_interval(0, count).low == 0
        assert intervals.wilson_interval(count, count).high == 1


@pytest.mark.parametrize("count", [1, 7, 80, 1000])
def test_wilsons_interval_has_the_closed_form(count):
    z2 = stats.norm.ppf(0.975) ** 2 / count
    for successes in {0, 1, count // 3, count - 1, count}:
        p = successes / count
        half = np.sqrt(z2 * (p * (1 - p) + z2 / 4))
        ends = [(p + z2 / 2 + sign * half) / (1 + z2) for sign in (-1, 1)]
        found = intervals.wilson_interval(successes, count)
        assert found == pytest.approx((p, *ends), rel=1e-14, abs=1e-15)


def test_the_interval_of_a_share_covers_it_95_times_in_100():
    found = [intervals.wilson_interval(successes, 80) for successes in range(81)]
    covered = []
    for p in np.linspace(0.02, 0.98, 97):
        holds = [low <= p <= high for _, low, high in found]
        covered.append(stats.binom.pmf(np.arange(81), 80, p)[holds].sum())
    assert np.mean(covered) == pytest.approx(0.95, abs=0.005)


def test_the_interval_of_a_mean_is_students():
    values = np.random.default_rng(0).standard_normal(9)
    low, high = stats.t.interval(0.95, 8, values.mean(), stats.sem(values))
    assert intervals.mean(values) == pytest.approx((values.mean(), low, high))


def test_the_jackknife_of_a_mean_is_the_interval_of_a_mean():
    values = np.random.default_rng(0).standard_normal(20)
    assert intervals.jackknife(np.mean, values) == pytest.approx(intervals.mean(values))


def test_the_jackknife_covers_the_difference_of_two_standard_deviations():
    random = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        # Standard errors 0.05 and 0.2: one sample's alone would cover less.
        samples = random.normal(0, 1, 200), random.normal(0, 3, 120)
        _, low, high = intervals.jackknife(lambda one, other: other.std() - one.std(), *samples)
        covered += low <= 2 <= high
    # Three standard errors of a share of 0.95 are 0.046.
    assert covered / 200 == pytest.approx(0.95, abs=0.046)


def test_the_groups_are_those_of_the_seed():
    values = np.random.default_rng(0).standard_normal(100)
    first, again, other = (intervals.jackknife(np.std, values, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.value == other.value
    assert first.low != other.low


def test_a_statistic_without_an_interval_has_that_of_its_jackknife():
    values = np.random.default_rng(0).standard_normal(40)
    assert intervals.estimate(np.std, values, seed=3) == intervals.jackknife(np.std, values, seed=3)
    assert intervals.estimate(intervals.mean, values) == intervals.mean(values)
    assert float(intervals.mean(values)) == values.mean()


def test_fewer_rows_than_groups_are_no_sample():
    with pytest.raises(ValueError, match="20 groups"):
        intervals.jackknife(lambda one, other: 0.0, np.zeros(20), np.zeros(19))
