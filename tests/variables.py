"""Variables of models."""

import numpy as np

from kerasgan.models.variables import named_variables


def assert_same(model, other):
    """Both models have equal variables."""
    expected = named_variables(other)
    for key, variable in named_variables(model).items():
        np.testing.assert_array_equal(variable, expected[key], err_msg=key)
