"""In-graph operations between the replicas that share a batch."""

import functools

import keras
import tensorflow as tf

# Large, so that the seeds of different replicas do not meet as they advance.
_SEED_STRIDE = 1_000_003


def prepare(network: keras.Model, synchronize: bool) -> None:
    """Make the layers of a network ready for training on replicas.

    Each replica gets dropout masks of its own.

    Args:
        synchronize: whether BatchNorm uses the statistics of the whole batch, not of each
            replica's shard.
    """
    for layer in network._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = synchronize
        elif isinstance(layer, keras.layers.Dropout) and layer.rate:
            layer.seed_generator.next = functools.partial(_local_seed, layer.seed_generator.next)


def _local_seed(next_seed, ordered: bool = True) -> tf.Tensor:
    # The seed variables are equal on all replicas, and so would the masks be.
    seed = next_seed(ordered)
    return seed + tf.cast(tf.stack([index() * _SEED_STRIDE, 0]), seed.dtype)


def count() -> int:
    """Number of replicas that share a batch in the current strategy."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def index() -> tf.Tensor:
    """Index of this replica, an int32 scalar; 0 outside of a replica's step."""
    context = tf.distribute.get_replica_context()
    return tf.cast(context.replica_id_in_sync_group if context else 0, tf.int32)


def all_reduce_sum(tensors: list[tf.Tensor]) -> list[tf.Tensor]:
    """Sums of the tensors over all replicas."""
    if count() == 1:
        return tensors
    return tf.distribute.get_replica_context().all_reduce("SUM", tensors)


def leave_sums(optimizer: keras.Optimizer) -> None:
    """Have an optimizer take gradients as sums over all replicas, which it would sum again."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    inner._all_reduce_sum_gradients = list


def all_gather(tensors: list[tf.Tensor]) -> list[tf.Tensor]:
    """Tensors [B, ...] of all replicas, concatenated in the order of their indices."""
    if count() == 1:
        return tensors
    everywhere = tf.distribute.get_replica_context().all_gather(tensors, axis=0)
    return [
        tf.ensure_shape(full, [count() * own.shape[0], *own.shape[1:]])
        for full, own in zip(everywhere, tensors, strict=True)
    ]


def local_shard(tensor: tf.Tensor) -> tf.Tensor:
    """This replica's part of a tensor from `all_gather`."""
    return tf.gather(tf.split(tensor, count()), index())
