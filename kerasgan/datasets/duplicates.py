"""Detection of copies, even if mirrored, scaled or compressed.

Copies have similar signatures. Pairs that may be similar are found by locality-sensitive hashing
(Datar et al. 2004, "Locality-Sensitive Hashing Scheme Based on p-Stable Distributions"), so that
time grows with the number of images, whatever they show.
"""

import math
from collections.abc import Iterator

import numpy as np
from PIL import Image
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

_SIDE = 8
SHAPE = (_SIDE, _SIDE, 3)
# Largest distance between signatures of copies. Mirrored copies of 300 anime faces, saved again as
# JPEG of quality 50, were within 37 (quality 75: 26); no two of 12,249 different faces were within
# 80.
RADIUS = 40.0
# Of each hash table: the width of a bucket along each random axis, and the neighbours within a
# bucket that an image is compared with.
_WIDTH = 160.0
_NEIGHBOURS = 4
# The probability to be in the same bucket along one axis is 0.90 for copies at half the radius, and
# 0.57 for images of noise, at a distance of 90. A table has log N axes, to the base 1/0.57, so that
# an image of noise shares its bucket with about one other. For N = 1,000,000 that is 25 axes:
# copies share a bucket with probability 0.08 in one table, and 0.995 in at least one of 64 tables.
_TABLES = 64
_NOISE_SHARES = 0.57
_CHUNK = 20_000


def signature(image: Image.Image) -> np.ndarray:
    """The mean colours of an RGB image in a grid of 8 x 8 fields: uint8 [8, 8, 3]."""
    return np.asarray(image.resize((_SIDE, _SIDE), Image.Resampling.BOX))


def group(signatures: np.ndarray) -> np.ndarray:
    """Assign copies to the same group.

    Args:
        signatures: uint8 [N, 8, 8, 3].

    Returns:
        int64 [N], the group of each image.
    """
    groups = np.arange(len(signatures))
    for first, second in _candidates(signatures) if len(signatures) else ():
        is_open = groups[first] != groups[second]
        first, second = first[is_open], second[is_open]
        are_copies = _are_copies(signatures, first, second)
        groups = _joined(groups, first[are_copies], second[are_copies])
    return groups


def _candidates(signatures: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of images that may be copies, table by table: two int64 arrays of indices."""
    random = np.random.default_rng(0)
    # An image and its mirror image have the same sum, with less noise than either.
    folded = signatures[:, :, : _SIDE // 2].astype(np.uint16)
    folded += signatures[:, :, : _SIDE // 2 - 1 : -1]
    folded = folded.reshape(len(signatures), -1)
    count = max(1, math.ceil(math.log(len(signatures), 1 / _NOISE_SHARES)))
    for _ in range(_TABLES):
        axes = random.normal(size=(folded.shape[1], count + 1))
        positions, buckets = _hashed(folded, axes, random)
        order = np.lexsort((positions, buckets))
        for distance in range(1, _NEIGHBOURS + 1):
            first, second = order[:-distance], order[distance:]
            share = buckets[first] == buckets[second]
            yield first[share], second[share]


def _hashed(
    folded: np.ndarray, axes: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Positions float32 [N] along the first axis, and buckets int64 [N] along the others.

    Those near one another along the first axis become neighbours in a bucket.
    """
    shifts = random.uniform(size=axes.shape[1] - 1).astype(np.float32)
    factors = random.integers(2**62, size=axes.shape[1] - 1)
    # Half the sum of an image and its mirror image is their mean, in which widths are measured.
    axes = (axes / 2).astype(np.float32)
    positions, buckets = np.empty(len(folded), np.float32), np.empty(len(folded), np.int64)
    for start in range(0, len(folded), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        projected = folded[chunk].astype(np.float32) @ axes
        positions[chunk] = projected[:, 0]
        fields = np.floor(projected[:, 1:] / _WIDTH + shifts).astype(np.int64)
        # Sums that overflow are as good a number of a bucket as others.
        buckets[chunk] = fields @ factors
    return positions, buckets


def _are_copies(signatures: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Whether the signatures of each pair are similar, or one and the other's mirror image."""
    found = [np.zeros(0, bool)]
    for start in range(0, len(first), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        one = signatures[first[chunk]].astype(np.float32)
        other = signatures[second[chunk]].astype(np.float32)
        differences = (one - other, one - other[:, :, ::-1])
        distances = [np.einsum("nhwc,nhwc->n", each, each) for each in differences]
        found.append(np.minimum(*distances) <= RADIUS**2)
    return np.concatenate(found)


def _joined(groups: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Merge the groups of each pair of images: int64 [N]."""
    if not len(first):
        return groups
    edges = np.ones(len(first)), (groups[first], groups[second])
    graph = coo_array(edges, shape=(len(groups), len(groups)))
    return connected_components(graph, directed=False)[1].astype(np.int64)[groups]
