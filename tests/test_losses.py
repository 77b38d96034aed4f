import itertools
import math

import numpy as np
import pytest
from keras import ops

from kerasgan.losses import (
    accuracy,
    bce,
    binary_accuracy,
    cross_entropy,
    gradient_penalty,
    l1,
    least_squares,
    pair_accuracy,
    pairwise_distance,
    relativistic,
)


def test_l1_is_the_mean_absolute_difference():
    images, targets = np.array([[1.0, -2.0]], "float32"), np.array([[0.5, 2.0]], "float32")
    assert float(l1(images, targets)) == pytest.approx((0.5 + 4) / 2)


@pytest.mark.parametrize("target", [0.0, 1.0, 0.3])
def test_an_undecided_discriminator_costs_log_2(target):
    assert float(bce(np.zeros((5, 1), "float32"), target)) == pytest.approx(math.log(2))


def test_bce_against_probabilities():
    logits = np.array([[-3.0], [0.5], [2.0]], "float32")
    target = np.array([[0.2], [1.0], [0.0]], "float32")
    p = 1 / (1 + np.exp(-logits.astype("float64")))
    expected = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
    assert float(bce(logits, target)) == pytest.approx(expected, rel=1e-6)


def test_bce_of_extreme_logits_is_finite():
    assert float(bce(np.array([[1000.0]], "float32"), 0.0)) == pytest.approx(1000.0)
    assert float(bce(np.array([[1000.0]], "float32"), 1.0)) == 0.0


def test_a_uniform_guess_among_twelve_costs_log_12():
    labels = np.eye(12, dtype="float32")[[3, 7]]
    assert float(cross_entropy(np.ones((2, 12), "float32"), labels)) == pytest.approx(math.log(12))


def test_a_missing_label_contributes_nothing_but_counts_in_the_batch():
    labels = np.eye(4, dtype="float32")[[1, 2]]
    labels[1] = 0
    loss = cross_entropy(np.zeros((2, 4), "float32"), labels)
    assert float(loss) == pytest.approx(math.log(4) / 2)


def test_losses_of_half_precision_logits_are_float32():
    logits = ops.zeros((2, 3), "bfloat16")
    assert (
        bce(logits, 1.0).dtype
        == cross_entropy(logits, np.eye(3, dtype="float32")[:2]).dtype
        == "float32"
    )


def test_a_relativistic_loss_is_small_where_the_first_score_is_larger():
    scores, others = np.array([1.0, 0.0], "float32"), np.array([0.0, 2.0], "float32")
    expected = (math.log1p(math.exp(-1)) + math.log1p(math.exp(2))) / 2
    assert float(relativistic(scores, others)) == pytest.approx(expected, rel=1e-6)


def test_binary_accuracy_of_scores_has_a_threshold():
    scores = np.array([[0.4], [0.6], [-1.0]], "float32")
    np.testing.assert_array_equal(binary_accuracy(scores, 1, threshold=0.5)[0], [0, 1, 0])
    np.testing.assert_array_equal(binary_accuracy(scores, 0, threshold=0.5)[0], [1, 0, 1])


def test_pairs_of_maps_are_compared_by_their_means():
    scores = np.array([[2.0, -5.0], [1.0, -0.5]], "float32")
    correct, weights = pair_accuracy(scores, np.zeros((2, 2), "float32"))
    np.testing.assert_array_equal(correct, [0, 1])
    np.testing.assert_array_equal(weights, [1, 1])


def test_binary_accuracy_is_the_sign_of_the_logit():
    logits = np.array([[1.0], [-1.0], [2.0]], "float32")
    assert np.mean(binary_accuracy(logits, 1)[0]) == pytest.approx(2 / 3)
    assert np.mean(binary_accuracy(logits, 0)[0]) == pytest.approx(1 / 3)


def test_accuracy_counts_labelled_rows_only():
    logits = np.array([[5, 1, 0, 0], [0, 1, 5, 0], [9, 0, 0, 0]], "float32")
    labels = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]], "float32")
    right, weights = map(np.asarray, accuracy(logits, labels))
    np.testing.assert_array_equal(right[:2], [1, 0])
    np.testing.assert_array_equal(weights, [1, 1, 0])


def test_least_squares_is_the_mean_squared_distance():
    scores = np.array([[0.0], [1.0], [3.0]], "float32")
    assert float(least_squares(scores, 1.0)) == pytest.approx((1 + 0 + 4) / 3)


def test_the_penalty_is_zero_at_norm_one_and_quadratic():
    assert float(gradient_penalty(np.array([1.0, 1.0], "float32"))) == 0
    assert float(gradient_penalty(np.array([0.0, 3.0], "float32"))) == pytest.approx((1 + 4) / 2)


def test_the_pairwise_distance_is_that_of_all_pairs():
    images = np.random.default_rng(0).normal(size=(5, 4, 4, 3)).astype("float32")
    pairs = itertools.combinations(images.astype("float64"), 2)
    expected = math.sqrt(np.mean([np.mean((one - other) ** 2) for one, other in pairs]))
    assert float(pairwise_distance(images)) == pytest.approx(expected, rel=1e-5)
    assert float(pairwise_distance(np.ones((3, 2, 2, 3), "float32"))) == 0
