import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageOps

from kerasgan.datasets.avatars.portrait import draw
from kerasgan.datasets.avatars.traits import face
from kerasgan.evaluation import intervals
from kerasgan.evaluation.metrics import diversity

WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]


@pytest.fixture
def random():
    return np.random.default_rng(0)


def avatars(seed, count, size=32):
    return np.stack([np.asarray(draw(face(seed, index), size)) for index in range(count)])


@pytest.mark.parametrize(("size", "scales"), [(16, 1), (32, 2), (64, 3), (96, 4), (176, 5)])
def test_ms_ssim_is_tensorflows_with_the_first_scales_only(size, scales):
    first, other = (
        np.stack([Image.fromarray(picture).resize((size, size)) for picture in avatars(seed, 2)])
        for seed in (0, 1)
    )
    noise = np.random.default_rng(0).integers(-20, 20, other.shape)
    second = (first + noise).clip(0, 255).astype("uint8")
    # One pair that differs by noise, and one of different faces.
    second[1] = other[1]
    weights = np.array(WEIGHTS[:scales]) / sum(WEIGHTS[:scales])
    expected = tf.image.ssim_multiscale(
        tf.constant(first), tf.constant(second), 255, power_factors=weights.tolist()
    )
    # TensorFlow computes in float32.
    np.testing.assert_allclose(diversity.ms_ssim(first, second), expected, atol=1e-4)


def test_ms_ssim_of_flat_pictures_is_their_luminance_at_the_coarsest_scale():
    c1 = (0.01 * 255) ** 2
    luminance = (2 * 50 * 200 + c1) / (50**2 + 200**2 + c1)
    for size, scales in ((20, 1), (33, 2), (64, 3)):
        flat = [np.full((1, size, size, 3), grey, np.uint8) for grey in (50, 200)]
        weight = WEIGHTS[scales - 1] / sum(WEIGHTS[:scales])
        assert diversity.ms_ssim(*flat) == pytest.approx(luminance**weight)


def test_ms_ssim_is_1_for_equal_pictures_and_0_for_a_negative(random):
    pictures = random.integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    np.testing.assert_allclose(diversity.ms_ssim(pictures, pictures), 1, rtol=1e-12)
    assert diversity.ms_ssim(pictures, 255 - pictures).tolist() == [0] * 4


def test_ms_ssim_needs_a_window():
    small = np.zeros((1, 10, 64, 3), np.uint8)
    with pytest.raises(ValueError, match="11 pixels, not 10"):
        diversity.ms_ssim(small, small)


def test_pairs_are_of_one_condition_and_share_no_picture(monkeypatch):
    monkeypatch.setattr(diversity, "_PAIRS", 2)
    seen = []

    def spy(first, second):
        seen.extend(zip(first[:, 0, 0, 0].tolist(), second[:, 0, 0, 0].tolist(), strict=True))
        return np.arange(len(first), dtype=float)

    monkeypatch.setattr(diversity, "ms_ssim", spy)
    # Every image has its own number for a colour.
    pictures = np.arange(14, dtype=np.uint8).reshape(14, 1, 1, 1)
    conditions = np.array([7, 3, 3, 3, 7, 3, 9, 3, 7, 7, 7, 7, 1, 1])
    found = diversity.ms_ssim_within(pictures, conditions)
    assert sorted(conditions[list(pair)].tolist() for pair in seen) == [
        [1, 1],
        [3, 3],
        [3, 3],
        [7, 7],
        [7, 7],
        [7, 7],
    ]
    assert len({picture for pair in seen for picture in pair}) == 12
    assert found == intervals.mean(np.array([0.0, 1, 0, 1, 0, 1]))
    diversity.ms_ssim_within(pictures, conditions)
    diversity.ms_ssim_within(pictures, conditions, seed=1)
    assert seen[:6] == seen[6:12] != seen[12:]


def test_one_picture_for_each_condition_is_no_variety():
    faces = avatars(0, 3)
    conditions = np.arange(12) % 3
    assert diversity.ms_ssim_within(faces[conditions], conditions) == pytest.approx((1, 1, 1))
    assert diversity.ms_ssim_within(avatars(0, 12), conditions).value < 0.9


def test_the_nearest_are_those_of_all_differences(random, monkeypatch):
    monkeypatch.setattr(diversity, "_ROWS", 4)
    rows = random.integers(0, 256, (10, 3, 3, 3), dtype=np.uint8)
    others = random.integers(0, 256, (11, 3, 3, 3), dtype=np.uint8)
    rows[[2, 7]] = others[[9, 0]]
    gaps = rows[:, None].astype(float) - others[None]
    distances = np.sqrt(np.square(gaps).sum(axis=(2, 3, 4)))
    found = diversity.nearest(rows, others)
    np.testing.assert_array_equal(found.indices, distances.argmin(axis=1))
    np.testing.assert_allclose(found.distances, distances.min(axis=1), rtol=1e-12)
    assert found.distances[[2, 7]].tolist() == [0, 0]


def test_copies_are_found_mirrored_and_compressed_and_others_are_none():
    real = avatars(0, 20, 64)
    copies = []
    for picture in real[:5]:
        file = io.BytesIO()
        ImageOps.mirror(Image.fromarray(picture)).save(file, "JPEG", quality=50)
        copies.append(np.asarray(Image.open(file)))
    generated = np.concatenate([avatars(1, 14, 64), copies, real[9:10]])
    assert diversity.near_duplicates(generated, real) == intervals.share(6, 20)
    assert diversity.near_duplicates(generated, real, radius=0) == intervals.share(1, 20)
