"""Hashes of pixels and labels."""

import hashlib

import numpy as np


def digest(*arrays: np.ndarray) -> bytes:
    """A 16-byte hash of the arrays' bytes."""
    hashed = hashlib.blake2b(digest_size=16)
    for array in arrays:
        hashed.update(np.ascontiguousarray(array))
    return hashed.digest()
