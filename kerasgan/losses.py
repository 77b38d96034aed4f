"""Losses and measures: pure functions of logits, targets and images, computed in float32."""

from keras import ops


def bce(logits, target):
    """The mean binary cross-entropy of logits against a target, a scalar in nats.

    Args:
        logits: any shape.
        target: probability in [0, 1], a number or of the shape of `logits`.
    """
    logits = ops.cast(logits, "float32")
    # log(1 + exp(x)) - target * x, which neither overflows nor loses digits.
    return ops.mean(ops.softplus(logits) - target * logits)


def least_squares(scores, target):
    """The mean squared distance of scores from a target, a scalar.

    Twice the loss of Mao et al. 2017, "Least Squares Generative Adversarial Networks"
    (arXiv:1611.04076), eq. 9 with a = 0 and b = c = 1, which Adam cannot tell from it.

    Args:
        scores: any shape.
        target: a number, or of the shape of `scores`.
    """
    return ops.mean(ops.square(ops.cast(scores, "float32") - target))


def relativistic(scores, others):
    """Mean softplus(-(a - b)) over pairs of scores: how little the first exceeds the second.

    Args:
        scores, others: [B].

    Reference: Huang et al. 2024 (arXiv:2501.05441), eq. 2; Jolicoeur-Martineau 2018, "The
    relativistic discriminator" (arXiv:1807.00734).
    """
    return ops.mean(ops.softplus(ops.cast(others, "float32") - ops.cast(scores, "float32")))


def l1(images, targets):
    """The mean absolute difference of two tensors of one shape, a scalar."""
    return ops.mean(ops.abs(ops.cast(images, "float32") - targets))


def gradient_penalty(norms):
    """The mean of (norm - 1)^2 over the norms [B] of the critic's gradients, a scalar.

    Reference: Gulrajani et al. 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028),
    eq. 3 without its weight.
    """
    return ops.mean(ops.square(norms - 1.0))


def cross_entropy(logits, labels):
    """The categorical cross-entropy summed over the batch and divided by its size, in nats.

    Args:
        logits: [B, K].
        labels: one-hot rows [B, K]; a row of zeros is a missing label and contributes nothing.
    """
    log_probabilities = ops.log_softmax(ops.cast(logits, "float32"))
    return -ops.sum(labels * log_probabilities) / ops.shape(logits)[0]


def attribute_cross_entropy(logits, labels):
    """The binary cross-entropies of K attributes, summed over K, a mean over B, in nats.

    Args:
        logits, labels: [B, K]; a label is 0 or 1.
    """
    return logits.shape[-1] * bce(logits, labels)


def binary_accuracy(scores, target, threshold=0.0):
    """([B] 1 where a score is on the side of `target` 0 or 1, [B] ones as weights).

    Args:
        scores: [B, 1]; logits, whose threshold is 0, or others.
    """
    right = ops.cast(ops.equal(scores[:, 0] > threshold, target == 1), "float32")
    return right, ops.ones_like(right)


def attribute_accuracy(logits, labels):
    """([B] the share of the K attributes that are on the right side, [B] ones as weights).

    Args:
        logits, labels: [B, K]; a label is 0 or 1.
    """
    right = ops.cast(ops.equal(logits > 0, labels == 1), "float32")
    return ops.mean(right, axis=-1), ops.ones_like(right[:, 0])


def accuracy(logits, labels):
    """([B] 1 where the largest logit is the label's, [B] weights, 0 for missing labels).

    Args:
        logits: [B, K].
        labels: one-hot rows [B, K]; a row of zeros is a missing label.
    """
    right = ops.equal(ops.argmax(logits, axis=-1), ops.argmax(labels, axis=-1))
    return ops.cast(right, "float32"), ops.sum(labels, axis=-1)


def pairwise_distance(images):
    """The distance between two images of a batch, a scalar; 0 where all are the same.

    It is the root of the mean squared difference of their values, over all pairs, which equals
    twice their variance over the batch: no pair need be formed.

    Args:
        images: [B, H, W, C] in [-1, 1], B at least 2.
    """
    images = ops.cast(images, "float32")
    count = ops.shape(images)[0]
    return ops.sqrt(ops.mean(ops.var(images, axis=0)) * 2 * count / (count - 1))
