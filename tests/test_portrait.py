"""Avatars: reproducible, told apart by their colours, and the same face in both styles."""

from dataclasses import asdict, replace
from itertools import combinations

import numpy as np
import pytest

from kerasgan.datasets.avatars import portrait, traits
from kerasgan.datasets.colours import EYES, HAIR
from kerasgan.utils.errors import InvalidInput

SIZE = 32


def pixels(face, style="animation", size=SIZE):
    return np.asarray(portrait.draw(face, size, style), float)


def test_a_face_depends_on_its_seed_and_number_alone():
    alone = traits.face(3, 7)
    after_others = [traits.face(3, index) for index in range(8)][7]
    assert alone == after_others
    for style in portrait.STYLES:
        first = pixels(alone, style)
        pixels(traits.face(3, 8), style)
        np.testing.assert_array_equal(first, pixels(after_others, style))
    assert alone != traits.face(3, 8)
    assert alone != traits.face(4, 7)


def test_given_colours_change_nothing_else():
    drawn = traits.face(0, 5)
    given = traits.face(0, 5, hair="aqua", eyes="red")
    assert asdict(given) == {**asdict(drawn), "hair": "aqua", "eyes": "red"}


def test_colours_are_drawn_uniformly():
    faces = [traits.face(1, index) for index in range(1200)]
    for colours, drawn in (
        (HAIR, [face.hair for face in faces]),
        (EYES, [face.eyes for face in faces]),
    ):
        counts = [drawn.count(colour) for colour in colours]
        assert min(counts) > 60
        assert max(counts) < 160


@pytest.mark.parametrize("style", portrait.STYLES)
@pytest.mark.parametrize("size", [16, 32, 64])
def test_size_and_mode(style, size):
    image = portrait.draw(traits.face(0, 0), size, style)
    assert image.size == (size, size)
    assert image.mode == "RGB"


@pytest.mark.parametrize("style", portrait.STYLES)
def test_many_faces_can_be_drawn(style):
    for index in range(150):
        assert pixels(traits.face(2, index), style).std() > 20


@pytest.mark.parametrize("kind", ["hair", "eyes"])
def test_unknown_colour_is_refused(kind):
    with pytest.raises(InvalidInput, match=f"unknown {kind} value 'beige'; allowed: .*purple"):
        traits.face(0, 0, **{kind: "beige"})


def test_unknown_style_is_refused():
    with pytest.raises(InvalidInput, match="unknown style 'oil'; allowed: animation, cartoon"):
        portrait.draw(traits.face(0, 0), SIZE, "oil")


def test_cartoons_have_a_white_background_and_black_contours():
    darkest = {style: [] for style in portrait.STYLES}
    for index in range(10):
        face = traits.face(0, index, hair="blonde", eyes="yellow")
        outside = ~portrait.face_mask(face, 64, "cartoon")
        # A pixel at the rim is partly contour.
        assert np.median(pixels(face, "cartoon", 64)[outside]) == 255
        assert (pixels(face, "cartoon", 64)[outside].mean(axis=1) > 250).mean() > 0.8
        for style, values in darkest.items():
            inside = pixels(face, style, 64)[portrait.face_mask(face, 64, style)]
            values.append((inside.max(axis=1) < 60).mean())
    assert np.mean(darkest["cartoon"]) > np.mean(darkest["animation"]) + 0.1


@pytest.mark.parametrize("style", portrait.STYLES)
def test_the_mask_is_where_the_background_does_not_show(style):
    face = traits.face(0, 1)
    mask = portrait.face_mask(face, SIZE, style)
    assert mask.shape == (SIZE, SIZE)
    assert mask.dtype == bool
    assert 0.3 < mask.mean() < 0.95
    assert mask[SIZE // 2, SIZE // 2]
    hue, change = face.background
    moved = pixels(replace(face, background=((hue + 0.5) % 1, change)), style)
    changed = np.abs(moved - pixels(face, style)).max(axis=2) > 0
    assert (changed & mask).mean() < 0.1
    assert (style == "cartoon") or changed[~mask].all()


@pytest.mark.parametrize("style", portrait.STYLES)
def test_hair_colours_are_far_apart(style):
    means = {}
    for hair in HAIR:
        fringes = []
        for index in range(4):
            face = replace(traits.face(0, index), hair=hair, tilt=0.0, ornament="none")
            fringes.append(pixels(face, style)[5:10, 10:22].mean(axis=(0, 1)))
        means[hair] = np.mean(fringes, axis=0)
    for first, second in combinations(HAIR, 2):
        assert np.linalg.norm(means[first] - means[second]) > 25, (first, second)


@pytest.mark.parametrize("style", portrait.STYLES)
def test_eye_colours_are_far_apart_and_only_in_the_eyes(style):
    for index in range(3):
        face = traits.face(0, index)
        images = {eyes: pixels(replace(face, eyes=eyes), style) for eyes in EYES}
        different = np.ptp(np.stack(list(images.values())), axis=0).max(axis=2) > 0
        assert 0.03 < different.mean() < 0.2
        rows = np.flatnonzero(different.any(axis=1))
        assert rows.min() > SIZE * 0.3
        assert rows.max() < SIZE * 0.8
        for first, second in combinations(EYES, 2):
            apart = images[first][different] - images[second][different]
            assert np.linalg.norm(apart, axis=1).mean() > 20, (first, second)
