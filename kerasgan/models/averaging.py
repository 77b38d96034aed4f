"""Decay of the moving average of the generator's weights."""

from collections.abc import Callable

from keras import ops


class ConstantDecay:
    """The same decay for every update.

    Args:
        decay: in (0, 1).
    """

    def __init__(self, decay: float):
        self.decay = decay

    def __call__(self, step):
        return self.decay


class HalfLife:
    """Decay whose half-life is a number of images, shorter at first.

    Args:
        images: half-life in generated images.
        batch_size: images per update of the generator.
        updates: generator updates per training step.
        ramp: upper limit of the half-life as a fraction of the images generated so far, so that the
            average forgets the initial weights.

    Reference: Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data"
    (arXiv:2006.06676), whose code has both.
    """

    def __init__(self, images: int, batch_size: int, updates: int = 1, ramp: float = 0.05):
        self.images = images
        self.batch_size = batch_size
        self.updates = updates
        self.ramp = ramp

    def __call__(self, step):
        """Decay of each update in a step, a scalar in (0, 1).

        Args:
            step: number of the step, from 1 on.
        """
        seen = ops.cast(step * self.batch_size * self.updates, "float32")
        return 0.5 ** (self.batch_size / ops.minimum(seen * self.ramp, float(self.images)))


def build_decay(decay: float, half_life: int, batch_size: int, updates: int = 1) -> Callable | None:
    """`HalfLife` if a half-life is given, else `ConstantDecay`, or None if the decay is 0 too.

    Args:
        decay: of every update.
        half_life: in images.
        batch_size, updates: as for `HalfLife`.
    """
    if half_life:
        return HalfLife(half_life, batch_size, updates)
    return ConstantDecay(decay) if decay else None
