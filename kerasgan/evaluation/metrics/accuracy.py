"""How often a classifier reads the requested colours."""

import numpy as np

from kerasgan.evaluation import intervals
from kerasgan.evaluation.intervals import Estimate


def hair(right: dict[str, np.ndarray]) -> Estimate:
    """Share of images whose hair colour is read right.

    Args:
        right: of `classifier.agreement`, {"hair", "eyes", "both"}: bool [n].
    """
    return intervals.wilson_interval(np.count_nonzero(right["hair"]), len(right["hair"]))


def eyes(right: dict[str, np.ndarray]) -> Estimate:
    """Share of images whose eye colour is read right; `right` as of `hair`."""
    return intervals.wilson_interval(np.count_nonzero(right["eyes"]), len(right["eyes"]))


def both(right: dict[str, np.ndarray]) -> Estimate:
    """Share of images whose colours are both read right; `right` as of `hair`."""
    return intervals.wilson_interval(np.count_nonzero(right["both"]), len(right["both"]))
