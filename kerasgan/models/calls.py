"""Calls of a network with several batches."""

import keras
import tensorflow as tf
from keras import ops


def call_each(network: keras.Model, is_joint: bool, *batches) -> list:
    """Outputs of the network for each batch, tensors or structures of tensors [B, ...].

    Args:
        is_joint: whether one pass computes them all, which is faster, as convolutions of few images
            use the cores of a CPU badly. BatchNorm then mixes the statistics of the batches.
    """
    if not is_joint:
        return [network(batch, training=True) for batch in batches]
    joined = tf.nest.map_structure(lambda *parts: ops.concatenate(parts), *batches)
    outputs = network(joined, training=True)
    parts = [ops.split(tensor, len(batches)) for tensor in tf.nest.flatten(outputs)]
    return [tf.nest.pack_sequence_as(outputs, part) for part in zip(*parts, strict=True)]
