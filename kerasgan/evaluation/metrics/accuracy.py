"""How often a classifier reads the requested labels."""

from typing import cast

import numpy as np

from kerasgan.evaluation import intervals
from kerasgan.evaluation.intervals import Estimate


def share(right: dict[str, np.ma.MaskedArray], label: str | None = None) -> Estimate:
    """Share of images whose label, or whose labels all, are read right.

    Args:
        right: whether each label of each image is read right, {label: bool [n]}, masked where the
            image has no such label.
        label: the label that counts. Default: all; an image without a label counts by its others.
    """
    if label is None:
        every = np.ma.stack(list(right.values())).all(axis=0)
        agrees = cast(np.ma.MaskedArray, every).compressed()
    else:
        agrees = right[label].compressed()
    return intervals.wilson_interval(np.count_nonzero(agrees), len(agrees))
