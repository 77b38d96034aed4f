"""In-graph operations between the replicas that share a batch."""

import functools

import keras
import tensorflow as tf

# Far apart, so that no replica's seed is soon another's.
_BETWEEN_REPLICAS = 1_000_003


def prepare(network: keras.Model, synchronize: bool) -> None:
    """Let each replica drop out what it draws itself, and BatchNorms see the whole batch if asked.

    Args:
        synchronize: whether they do.
    """
    for layer in network._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = synchronize
        elif isinstance(layer, keras.layers.Dropout) and layer.rate:
            layer.seed_generator.next = functools.partial(_own_seed, layer.seed_generator.next)


def _own_seed(draw, ordered: bool = True) -> tf.Tensor:
    # All replicas have the same seeds, and would draw the same masks.
    seed = draw(ordered)
    return seed + tf.cast(tf.stack([index() * _BETWEEN_REPLICAS, 0]), seed.dtype)


def count() -> int:
    """How many replicas share a batch where this is called."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def index() -> tf.Tensor:
    """The number of this replica, an int32 scalar; 0 outside of a replica's step."""
    context = tf.distribute.get_replica_context()
    return tf.cast(context.replica_id_in_sync_group if context else 0, tf.int32)


def all_reduce_sum(tensors: list[tf.Tensor]) -> list[tf.Tensor]:
    """The sums of the tensors over all replicas."""
    if count() == 1:
        return tensors
    return tf.distribute.get_replica_context().all_reduce("SUM", tensors)


def split_over_replicas(tensors: list[tf.Tensor]) -> list[tf.Tensor]:
    """Equal shares of tensors that all replicas have, for what will sum them again."""
    return [tensor / count() for tensor in tensors] if count() > 1 else tensors


def all_gather(tensors: list[tf.Tensor]) -> list[tf.Tensor]:
    """The tensors [B, ...] of all replicas one after the other."""
    if count() == 1:
        return tensors
    everywhere = tf.distribute.get_replica_context().all_gather(tensors, axis=0)
    return [
        tf.ensure_shape(full, [count() * own.shape[0], *own.shape[1:]])
        for full, own in zip(everywhere, tensors, strict=True)
    ]


def local_shard(tensor: tf.Tensor) -> tf.Tensor:
    """What this replica gave to `all_gather`."""
    return tf.gather(tf.split(tensor, count()), index())
