"""Losses and metrics: pure functions of scores, logits, labels and images, in float32."""

from keras import ops


def bce(logits, target):
    """Mean binary cross-entropy of logits against a target, a scalar in nats.

    Args:
        logits: any shape.
        target: probability in [0, 1], a number or of the shape of `logits`.
    """
    logits = ops.cast(logits, "float32")
    # log(1 + exp(x)) - target * x, which neither overflows nor loses digits.
    return ops.mean(ops.softplus(logits) - target * logits)


def least_squares(scores, target):
    """Mean squared difference between scores and a target, a scalar.

    It is twice the loss of Mao et al. 2017, "Least Squares Generative Adversarial Networks"
    (arXiv:1611.04076), eq. 9 with a = 0 and b = c = 1; the factor makes no difference to Adam.

    Args:
        scores: any shape.
        target: a number, or of the shape of `scores`.
    """
    return ops.mean(ops.square(ops.cast(scores, "float32") - target))


def relativistic(scores, others):
    """Mean softplus(-(a - b)) over pairs of scores, small where a exceeds b.

    Args:
        scores: a, [B].
        others: b, [B].

    Reference: Huang et al. 2024 (arXiv:2501.05441), eq. 2; Jolicoeur-Martineau 2018, "The
    relativistic discriminator" (arXiv:1807.00734).
    """
    return ops.mean(ops.softplus(ops.cast(others, "float32") - ops.cast(scores, "float32")))


def l1(images, targets):
    """Mean absolute difference of two tensors of the same shape, a scalar."""
    return ops.mean(ops.abs(ops.cast(images, "float32") - targets))


def patch_nce(queries, keys, temperature):
    """Mean cross-entropy of finding the key of each query among the keys of its image, in nats.

    Args:
        queries, keys: unit vectors of P patches, [B, P, C]; a query and its key have one index.
        temperature: what similarities are divided by.

    Reference: Park et al. 2020, "Contrastive Learning for Unpaired Image-to-Image Translation"
    (arXiv:2007.15651), eq. 3 and 4, as a mean over patches.
    """
    queries, keys = (ops.cast(vectors, "float32") for vectors in (queries, keys))
    similarities = ops.matmul(queries, ops.swapaxes(keys, 1, 2)) / temperature
    own = ops.sum(queries * keys, axis=-1) / temperature
    return ops.mean(ops.logsumexp(similarities, axis=-1) - own)


def gradient_penalty(norms):
    """Mean of (norm - 1)^2 over the norms [B] of the critic's gradients, a scalar.

    Reference: Gulrajani et al. 2017, "Improved Training of Wasserstein GANs" (arXiv:1704.00028),
    eq. 3 without its weight.
    """
    return ops.mean(ops.square(norms - 1.0))


def cross_entropy(logits, labels):
    """Categorical cross-entropy summed over the batch and divided by its size, in nats.

    Args:
        logits: [B, K].
        labels: one-hot rows [B, K]; a row of zeros is a missing label and adds nothing.
    """
    log_probabilities = ops.log_softmax(ops.cast(logits, "float32"))
    return -ops.sum(labels * log_probabilities) / ops.shape(logits)[0]


def binary_accuracy(scores, target, threshold=0.0):
    """Whether each score is on the target's side of a threshold, as a weighted metric.

    Args:
        scores: [B, 1].
        target: 0 or 1.
        threshold: 0 for logits.

    Returns:
        [B] ones where it is and zeros elsewhere, [B] weights of 1.
    """
    correct = ops.cast(ops.equal(scores[:, 0] > threshold, target == 1), "float32")
    return correct, ops.ones_like(correct)


def pair_accuracy(scores, others):
    """Whether the first score of each pair is the larger one, as a weighted metric.

    Args:
        scores, others: [B, ...]; of each image's scores the mean counts.

    Returns:
        [B] ones where it is and zeros elsewhere, [B] weights of 1.
    """
    difference = ops.reshape(scores - others, (ops.shape(scores)[0], -1))
    correct = ops.cast(ops.mean(difference, axis=-1) > 0, "float32")
    return correct, ops.ones_like(correct)


def accuracy(logits, labels):
    """Whether each image's largest logit is its label's, as a weighted metric.

    Args:
        logits: [B, K].
        labels: one-hot rows [B, K]; a row of zeros is a missing label.

    Returns:
        [B] ones where it is and zeros elsewhere, [B] weights, 0 for missing labels.
    """
    correct = ops.equal(ops.argmax(logits, axis=-1), ops.argmax(labels, axis=-1))
    return ops.cast(correct, "float32"), ops.sum(labels, axis=-1)


def pairwise_distance(images):
    """Root mean squared difference between two images of a batch, a scalar.

    The mean over all pairs of images equals twice their variance over the batch, so no pair is
    formed. It is 0 if all images are the same.

    Args:
        images: [B, H, W, C] in [-1, 1], B at least 2.
    """
    images = ops.cast(images, "float32")
    count = ops.shape(images)[0]
    return ops.sqrt(ops.mean(ops.var(images, axis=0)) * 2 * count / (count - 1))
