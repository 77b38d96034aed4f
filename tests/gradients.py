"""Layers that shall compute the same."""

import numpy as np
import tensorflow as tf


def compare(ours, theirs, inputs, **settings):
    """Assert that two layers have the same outputs and gradients.

    Args:
        inputs: a tensor, or a list of them.
    """
    found = []
    for layer in (ours, theirs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs, **settings)
            loss = tf.reduce_sum(tf.sin(outputs))
        variables = [variable.value for variable in layer.trainable_variables]
        found.append(tf.nest.flatten([outputs, tape.gradient(loss, [inputs, variables])]))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5, rtol=1e-5)
