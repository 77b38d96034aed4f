"""Comparison of layers that must compute the same."""

import numpy as np
import tensorflow as tf


def compare(ours, theirs, inputs, **settings):
    """Assert that two layers have equal outputs and gradients.

    Args:
        inputs: a tensor, or a list of them.
    """
    results = []
    for layer in (ours, theirs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs, **settings)
            loss = tf.reduce_sum(tf.sin(outputs))
        variables = [variable.value for variable in layer.trainable_variables]
        results.append(tf.nest.flatten([outputs, tape.gradient(loss, [inputs, variables])]))
    for our_value, their_value in zip(*results, strict=True):
        np.testing.assert_allclose(our_value, their_value, atol=1e-5, rtol=1e-5)
