"""Noise between and around given noise, against closed forms."""

import numpy as np
import pytest

from kerasgan.models import latent


def test_slerp_between_perpendicular_vectors_walks_the_quarter_circle():
    points = latent.slerp(np.array([1.0, 0.0]), np.array([0.0, 1.0]), [0.0, 0.5, 1.0])
    half = np.sqrt(0.5)
    np.testing.assert_allclose(points, [[1, 0], [half, half], [0, 1]], atol=1e-12)


def test_slerp_begins_and_ends_where_it_should_and_keeps_its_length():
    start, end = np.random.default_rng(0).normal(size=(2, 100))
    points = latent.slerp(start, end, np.linspace(0, 1, 9))
    np.testing.assert_allclose(points[[0, -1]], [start, end])
    lengths = np.linalg.norm(points, axis=1)
    np.testing.assert_allclose(lengths, np.linspace(*lengths[[0, -1]], 9))


@pytest.mark.parametrize("end", [[2.0, 0.0], [0.0, 0.0], [-1.0, 0.0]])
def test_slerp_without_a_circle_is_a_line(end):
    points = latent.slerp(np.array([1.0, 0.0]), np.array(end), np.linspace(0, 1, 5))
    np.testing.assert_allclose(points, np.linspace([1.0, 0.0], end, 5))


def test_variations_of_strength_0_are_the_noise_itself_bit_for_bit():
    noise = np.random.default_rng(0).normal(size=100).astype("float32")
    varied = latent.variations(noise, 1.0, 0.0, 3, seed=1)
    assert varied.dtype == np.float32
    np.testing.assert_array_equal(varied, np.tile(noise, (3, 1)))


@pytest.mark.parametrize("strength", [0.2, 0.7, 1.0])
def test_variations_have_the_variance_of_noise_and_the_cosine_as_correlation(strength):
    noise = 0.5 * np.random.default_rng(0).normal(size=10_000)
    varied = latent.variations(noise, 0.5, strength, 8, seed=1)
    cosine = np.cos(strength * np.pi / 2)
    # Standard errors are below 0.01.
    np.testing.assert_allclose(varied.std(axis=1), 0.5, rtol=0.04)
    np.testing.assert_allclose(np.corrcoef(noise, varied)[0, 1:], cosine, atol=0.04)
    # Beside what they share, variations are independent of each other.
    np.testing.assert_allclose(np.corrcoef(varied)[0, 1:], cosine**2, atol=0.04)


def test_variations_are_a_function_of_their_seed_and_stay_on_their_circle():
    noise = np.random.default_rng(0).normal(size=50)
    first, again, other = (latent.variations(noise, 1.0, 0.3, 4, seed) for seed in (5, 5, (5, 1)))
    np.testing.assert_array_equal(first, again)
    assert not np.isclose(first, other).any()
    (end,) = latent.variations(noise, 1.0, 1.0, 1, seed=5)
    np.testing.assert_allclose(
        latent.variations(noise, 1.0, 0.3, 1, seed=5)[0],
        np.cos(0.15 * np.pi) * noise + np.sin(0.15 * np.pi) * end,
    )
