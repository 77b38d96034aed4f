import numpy as np
import pytest
from scipy import linalg, stats
from scipy.spatial import KDTree

from kerasgan.evaluation import intervals
from kerasgan.evaluation.metrics import distances

# Student's quantile at a hundred degrees and more is below 2; three errors leave 1 in 370 outside.
ERRORS = 3


@pytest.fixture
def random():
    return np.random.default_rng(0)


def sample(random, mean, covariance, count):
    """[count, d] with exactly these moments."""
    rows = random.standard_normal((count, len(mean)))
    rows -= rows.mean(axis=0)
    white = linalg.solve_triangular(linalg.cholesky(np.cov(rows.T)).T, rows.T, lower=True).T
    return white @ linalg.cholesky(covariance) + mean


def covariance(random, size):
    root = random.standard_normal((size, size))
    return root @ root.T + 0.1 * np.eye(size)


def test_frechet_distance_of_two_gaussians(random):
    mean_1, mean_2 = random.standard_normal((2, 6))
    one, other = covariance(random, 6), covariance(random, 6)
    expected = np.square(mean_1 - mean_2).sum() + np.trace(
        one + other - 2 * linalg.sqrtm(one @ other).real
    )
    found = distances.frechet_distance(
        sample(random, mean_1, one, 40), sample(random, mean_2, other, 50)
    )
    assert found == pytest.approx(expected, rel=1e-10)


def test_frechet_distance_of_one_feature_is_that_of_mean_and_deviation(random):
    one = sample(random, [1.0], np.array([[4.0]]), 30)
    other = sample(random, [4.0], np.array([[25.0]]), 40)
    assert distances.frechet_distance(one, other) == pytest.approx(3**2 + (5 - 2) ** 2)


def test_frechet_distance_of_samples_approaches_that_of_their_distributions(random):
    count, size, shift = 20_000, 3, 2.0
    one = random.normal(0, 1, (count, size))
    other = random.normal(0, 2, (count, size)) + np.array([shift, 0, 0])
    # By the delta method, of the means and of the standard deviations 1 and 2.
    of_means = 2 * shift * np.sqrt((1 + 4) / count)
    of_deviations = 2 * (2 - 1) * np.sqrt(size * (1 + 4) / (2 * count))
    assert distances.frechet_distance(one, other) == pytest.approx(
        shift**2 + size, abs=ERRORS * np.hypot(of_means, of_deviations)
    )


def test_the_quotient_has_the_jackknife_of_both_distances(random, monkeypatch):
    real, other, generated = random.standard_normal((3, 60, 4)) * [[[1]], [[1]], [[1.2]]]
    frechet = distances.frechet_distance.__wrapped__

    def quotient(real, other, generated):
        return frechet(real, generated) / frechet(real, other)

    found = intervals.jackknife(distances.frechet_quotient, real, other, generated, seed=3)
    assert found == intervals.jackknife(quotient, real, other, generated, seed=3)
    # The floor of the distance, at the same seed, is made of the same groups: nothing is computed.
    monkeypatch.setattr(distances, "_moments", pytest.fail)
    intervals.jackknife(distances.frechet_distance, real, other, seed=3)


def test_remembered_distances_are_told_apart_and_forgotten(random):
    frechet = distances.frechet_distance
    rows, others = random.standard_normal((60, 4)), random.standard_normal((40, 4))
    sets = (rows, rows[::-1], rows[:30], rows.astype("float32"), rows.reshape(30, 8)[:, :4])
    for part in (*sets, *(rows[:-index] for index in range(1, 58)), *sets):
        assert frechet(part, others) == frechet.__wrapped__(part, others)
    known = frechet.__closure__
    sizes = [len(cell.cell_contents) for cell in known if isinstance(cell.cell_contents, dict)]
    assert sizes[0] <= distances._REMEMBERED


@pytest.mark.parametrize("count", [5, 300])
def test_frechet_distance_of_a_set_to_itself_is_0_also_with_fewer_images_than_features(
    random, count
):
    rows = 100 * random.standard_normal((count, 40)) + 1000
    # Its covariance has a trace of 40 * 100^2.
    assert distances.frechet_distance(rows, random.permutation(rows)) < 1e-9


def test_frechet_distance_of_singular_covariances_keeps_its_digits():
    # All images on one line each: the root of the product of vv' and ww' has the trace |v.w|.
    v, w = np.array([3.0, 0, 4e-6, 0]), np.array([0, 2.0, 1.0, 0])
    along = np.sqrt(0.5) * np.array([[-1.0], [1.0]])
    found = distances.frechet_distance(2 * along * v, 3 * along * w)
    expected = 4 * v @ v + 9 * w @ w - 2 * 2 * 3 * abs(v @ w)
    assert found == pytest.approx(expected, rel=1e-14)


def test_frechet_distance_knows_no_order_origin_or_axes_and_grows_with_the_square(random):
    one, other = random.standard_normal((30, 5)), random.standard_normal((40, 5)) ** 2
    expected = distances.frechet_distance(one, other)
    turn = np.linalg.qr(random.standard_normal((5, 5)))[0]
    for first, second, factor in (
        (other, one, 1),
        (one[::-1], other, 1),
        (one @ turn + 7, other @ turn + 7, 1),
        (3 * one, 3 * other, 9),
    ):
        found = distances.frechet_distance(first, second)
        assert found == pytest.approx(factor * expected, rel=1e-10)


def test_the_jackknife_of_the_frechet_distance_has_the_error_of_the_delta_method(random):
    count, size, shift, repeats = 400, 2, 0.5, 20
    halves = []
    for _ in range(repeats):
        one = random.normal(0, 1, (count, size))
        other = random.normal(shift, 1.5, (count, size))
        value, low, _ = intervals.jackknife(distances.frechet_distance, one, other)
        halves.append(value - low)
    of_means = 4 * size * shift**2 * (1 + 1.5**2) / count
    of_deviations = 4 * size * (1.5 - 1) ** 2 * (1 + 1.5**2) / (2 * count)
    expected = stats.t.ppf(0.975, 19) * np.sqrt(of_means + of_deviations)
    # A deviation of 20 groups is known to 1 / sqrt(2 * 19).
    error = ERRORS / np.sqrt(2 * 19 * repeats)
    assert np.mean(halves) == pytest.approx(expected, rel=error)


def test_more_noise_is_further_away(random):
    real = random.standard_normal((2, 200, 8))
    noisy = [real[1] + sigma * random.standard_normal((200, 8)) for sigma in (0, 0.5, 1, 2)]
    for distance in (
        distances.frechet_distance,
        distances.sliced_wasserstein,
        lambda one, other: distances.kernel_distance(one, other).value,
    ):
        found = [distance(real[0], rows) for rows in noisy]
        assert found == sorted(found)


def test_kernel_distance_is_the_unbiased_estimate_over_all_pairs(random, monkeypatch):
    monkeypatch.setattr(distances, "_CHUNK", 4)
    one, other = random.standard_normal((9, 3)), random.standard_normal((6, 3)) + 1

    def kernel(x, y):
        return (sum(x * y) / 3 + 1) ** 3

    def mean_of_pairs(rows):
        values = [kernel(x, y) for i, x in enumerate(rows) for y in rows[:i]]
        return np.mean(values)

    across = np.mean([kernel(x, y) for x in one for y in other])
    expected = mean_of_pairs(one) + mean_of_pairs(other) - 2 * across
    found = distances.kernel_distance(one, other)
    assert found.value == pytest.approx(expected, rel=1e-12)
    # By Hoeffding's projections, with the degrees of freedom of the smaller set.
    variances = []
    for rows, others in ((one, other), (other, one)):
        nearer = [
            np.mean([kernel(x, y) for j, y in enumerate(rows) if j != i])
            - np.mean([kernel(x, y) for y in others])
            for i, x in enumerate(rows)
        ]
        variances.append(np.var(nearer, ddof=1) / len(rows))
    half = stats.t.ppf(0.975, 6 - 1) * 2 * np.sqrt(sum(variances))
    assert (found.low, found.high) == pytest.approx((expected - half, expected + half), rel=1e-9)


def test_kernel_distance_is_0_on_average_for_equal_distributions_of_any_size(random):
    for n, m in ((30, 30), (12, 50)):
        found = [
            distances.kernel_distance(
                random.standard_normal((n, 4)), random.standard_normal((m, 4))
            )
            for _ in range(500)
        ]
        values = np.array(found)[:, 0]
        assert abs(values.mean()) < ERRORS * values.std() / np.sqrt(500)
        # The biased estimate, whose diagonal counts, would be further from 0.
        assert ERRORS * values.std() / np.sqrt(500) < 7 * (1 / n + 1 / m) / 4


def test_the_interval_of_the_kernel_distance_covers_it(random):
    shift, repeats = 0.5, 300
    # E (xy + 1)^3 is a sum of products of moments, here of uniform distributions one shift apart:
    # the cubes of a normal one have tails that 300 images do not show.
    expected = (shift**3 + shift) ** 2 + 3 * shift**4 + 3 * shift**2
    covered = 0
    for _ in range(repeats):
        one, other = random.uniform(-1, 1, (300, 1)), random.uniform(-1, 1, (150, 1)) + shift
        _, low, high = distances.kernel_distance(one, other)
        covered += low <= expected <= high
    error = ERRORS * np.sqrt(0.95 * 0.05 / repeats)
    assert covered / repeats == pytest.approx(0.95, abs=error)


REAL = np.array([[0.0], [1], [2], [3]])
GENERATED = np.array([[0.5], [0.75], [4], [4.5], [10]])
NEIGHBOURS = (distances.precision, distances.recall, distances.density, distances.coverage)


def test_precision_and_recall_of_points_on_a_line():
    # The real balls reach from -1 to 4; the generated ones from 0.25 to 1 and from 3.5 on.
    assert distances.precision(REAL, GENERATED, k=1) == intervals.wilson_interval(3, 5)
    assert distances.recall(REAL, GENERATED, k=1) == intervals.wilson_interval(1, 4)


def test_recall_is_precision_the_other_way_round(random):
    real, generated = random.standard_normal((60, 2)), random.standard_normal((45, 2)) * 1.5
    assert distances.recall(real, generated) == distances.precision(generated, real)
    assert distances.recall(real, generated) != distances.recall(real, generated, k=4)


def test_density_and_coverage_of_points_on_a_line():
    # 0.5 and 0.75 lie in the balls of 0 and 1, 4 in that of 3; the ball of 2 is empty.
    density = distances.density(REAL, GENERATED, k=1)
    assert density == intervals.mean(np.array([2.0, 2, 1, 0, 0]))
    assert distances.coverage(REAL, GENERATED, k=1) == intervals.wilson_interval(3, 4)
    # To the second neighbours they reach from -2 to 2, 0 to 2, 1 to 3 and 1 to 5.
    density = distances.density(REAL, GENERATED, k=2)
    assert density.value == (2 + 2 + 1 + 1 + 0) / 2 / 5


def test_neighbours_are_those_of_a_tree(random, monkeypatch):
    monkeypatch.setattr(distances, "_CHUNK", 7)
    real, generated = random.standard_normal((60, 2)), random.standard_normal((45, 2)) * 1.5 + 0.5

    def balls(centres, points, k):
        radii = KDTree(centres).query(centres, k + 1)[0][:, k]
        inside = KDTree(points).query_ball_point(centres, radii)
        counts = np.bincount(np.concatenate(inside).astype(int), minlength=len(points))
        return counts, np.array([len(found) > 0 for found in inside])

    for k in (3, 5):
        precision, recall, density, coverage = (metric(real, generated, k) for metric in NEIGHBOURS)
        in_real, has_generated = balls(real, generated, k)
        assert precision.value == (in_real > 0).mean()
        assert recall.value == (balls(generated, real, k)[0] > 0).mean()
        assert density.value == pytest.approx(in_real.mean() / k)
        assert coverage.value == has_generated.mean()


def test_a_set_covers_itself(random):
    rows = random.standard_normal((40, 3))
    for share in (distances.precision, distances.recall, distances.coverage):
        assert share(rows, rows).value == 1


def test_density_and_coverage_of_equal_distributions_are_those_of_the_paper(random):
    n, m, k = 40, 30, 5
    found = []
    for _ in range(500):
        real, generated = random.standard_normal((n, 3)), random.standard_normal((m, 3))
        pair = distances.density, distances.coverage
        found.append([metric(real, generated, k).value for metric in pair])
    # Lemma 2 of the paper: the k nearest of all others to a real image are all real.
    coverage = 1 - np.prod([(n - i) / (n + m - i) for i in range(1, k + 1)])
    errors = ERRORS * np.std(found, axis=0) / np.sqrt(500)
    assert np.all(np.abs(np.mean(found, axis=0) - (1, coverage)) < errors)
    assert np.all(errors < 0.04)


def test_sliced_wasserstein_of_one_coordinate_is_the_distance_of_quantiles(random):
    one, other = random.standard_normal((4, 1)), random.standard_normal((6, 1))
    gaps = np.sort(one.repeat(3, axis=0), axis=0) - np.sort(other.repeat(2, axis=0), axis=0)
    found = distances.sliced_wasserstein(one, other)
    assert found == pytest.approx(np.sqrt(np.square(gaps).mean()), rel=1e-12)
    assert distances.sliced_wasserstein(one, one - 3) == pytest.approx(3, rel=1e-12)


def test_sliced_wasserstein_of_shifted_images(random):
    images = random.integers(0, 200, (30, 4, 4, 3), dtype=np.uint8)
    shift = random.integers(0, 50, (4, 4, 3), dtype=np.uint8)
    expected = np.sqrt(np.square(shift.astype(float)).mean())
    found = distances.sliced_wasserstein(images, random.permutation(images) + shift)
    # The squared cosine of P random directions varies by nearly sqrt(2), a root by half of that.
    assert found == pytest.approx(expected, rel=ERRORS * np.sqrt(2 / 512) / 2)
    fewer = [distances.sliced_wasserstein(images, images + shift, 8, seed) for seed in (1, 1, 2)]
    assert fewer[0] == fewer[1] != fewer[2]


def test_sliced_wasserstein_knows_no_order_or_sign_and_grows_with_the_scale(random, monkeypatch):
    one, other = random.standard_normal((15, 3)), random.standard_normal((10, 3)) ** 2
    expected = distances.sliced_wasserstein(one, other)
    assert distances.sliced_wasserstein(one, np.concatenate([one, one[::-1]])) < 1e-12
    monkeypatch.setattr(distances, "_CHUNK", 4)
    for first, second, factor in (
        (other, one, 1),
        (one[::-1], other, 1),
        (-5 * one, -5 * other, 5),
    ):
        found = distances.sliced_wasserstein(first, second)
        assert found == pytest.approx(factor * expected, rel=1e-12)
