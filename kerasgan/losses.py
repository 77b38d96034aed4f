"""Losses and accuracies: pure functions of logits and targets, computed in float32."""

from keras import ops


def bce(logits, target):
    """Return the mean binary cross-entropy of logits against a target, a scalar in nats.

    Args:
        logits: any shape.
        target: probability in [0, 1], a number or of the shape of `logits`.
    """
    logits = ops.cast(logits, "float32")
    # log(1 + exp(x)) - target * x, which neither overflows nor loses digits.
    return ops.mean(ops.softplus(logits) - target * logits)


def cross_entropy(logits, labels):
    """Return the categorical cross-entropy summed over the batch and divided by its size, in nats.

    Args:
        logits: [B, K].
        labels: one-hot rows [B, K]; a row of zeros is a missing label and contributes nothing.
    """
    log_probabilities = ops.log_softmax(ops.cast(logits, "float32"))
    return -ops.sum(labels * log_probabilities) / ops.shape(logits)[0]


def binary_accuracy(logits, target):
    """Return ([B] 1 where the sign of the logit agrees with `target` 0 or 1, [B] ones as weights).

    Args:
        logits: [B, 1].
    """
    right = ops.cast(ops.equal(logits[:, 0] > 0, target == 1), "float32")
    return right, ops.ones_like(right)


def accuracy(logits, labels):
    """Return ([B] 1 where the largest logit is the label's, [B] weights, 0 for missing labels).

    Args:
        logits: [B, K].
        labels: one-hot rows [B, K]; a row of zeros is a missing label.
    """
    right = ops.equal(ops.argmax(logits, axis=-1), ops.argmax(labels, axis=-1))
    return ops.cast(right, "float32"), ops.sum(labels, axis=-1)
