"""Gradients of a critic towards its images, for penalties on their norms."""

import math
from collections.abc import Callable

import tensorflow as tf
from keras import ops


def squared_gradient_norms(critic: Callable, images: tf.Tensor) -> tf.Tensor:
    """Squared Euclidean norm of the critic's gradient at each image, float32 [B].

    Args:
        critic: images [B, H, W, C] -> scores [B, ...]. A score must depend on its own image only.
            Several scores of an image are summed before the gradient is taken.
        images: [B, H, W, C].
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        scores = critic(images)
    gradients = ops.cast(tape.gradient(scores, images), "float32")
    return ops.sum(ops.square(gradients), axis=(1, 2, 3))


def gradient_norms(critic: Callable, images: tf.Tensor) -> tf.Tensor:
    """Euclidean norm of the critic's gradient at each image, float32 [B].

    The norm's own gradient is finite even where the critic is flat. Arguments as for
    `squared_gradient_norms`.
    """
    return ops.sqrt(squared_gradient_norms(critic, images) + 1e-12)


def interpolated_gradient_norms(
    critic: Callable, real: tf.Tensor, fakes: tf.Tensor, alpha: tf.Tensor
) -> tf.Tensor:
    """`gradient_norms` at alpha x + (1 - alpha) G(z), float32 [B].

    Args:
        critic: as for `squared_gradient_norms`.
        real, fakes: images [B, H, W, C].
        alpha: [B, 1] in [0, 1].

    Reference: Gulrajani et al. 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028),
    algorithm 1.
    """
    alpha = alpha[:, :, None, None]
    return gradient_norms(critic, alpha * real + (1 - alpha) * fakes)


def zero_centred_penalties(
    critic: Callable, real: tf.Tensor, fakes: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """R1 and R2: mean squared norms of the critic's gradient at real and at generated images.

    Args:
        critic: images [2 B, H, W, C] -> scores [2 B, ...]. No score may depend on images of the
            other half.
        real, fakes: images [B, H, W, C]. Both go through the critic in one pass.

    Reference: Mescheder, Geiger and Nowozin 2018, "Which Training Methods for GANs do actually
    Converge?" (arXiv:1801.04406), eq. 9 and 10 without gamma / 2.
    """
    norms = squared_gradient_norms(critic, ops.concatenate([real, fakes]))
    r1, r2 = (ops.mean(half) for half in ops.split(norms, 2))
    return r1, r2


def patch_penalties(
    critic: Callable, real: tf.Tensor, fakes: tf.Tensor, share: float
) -> tuple[tf.Tensor, tf.Tensor]:
    """`zero_centred_penalties` of the mean score of an image's patches, on a part of a batch.

    Args:
        critic: images [B, H, W, C] -> scores [B, h, w, 1].
        real, fakes: images [B, H, W, C].
        share: fraction of B.
    """

    def score(images):
        return ops.mean(critic(images), axis=(1, 2))

    return zero_centred_penalties(score, *first_samples((real, fakes), share))


def first_samples(tensors, share: float, group: int = 1):
    """The first samples of a batch, which are a random subset of it.

    Args:
        tensors: a nested structure of tensors [B, ...].
        share: fraction of B.
        group: the number of samples is rounded up to a multiple of this.
    """
    size = tf.nest.flatten(tensors)[0].shape[0]
    count = min(math.ceil(share * size / group) * group, size)
    return tf.nest.map_structure(lambda tensor: tensor[:count], tensors)
