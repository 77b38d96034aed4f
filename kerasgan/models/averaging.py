"""How fast an averaged generator follows the trained one."""

from collections.abc import Callable

from keras import ops

from kerasgan.configs import Config


class HalfLife:
    """Decay of an average whose half-life is a number of images, shorter at first.

    Args:
        images: half-life, in generated images.
        batch_size: images of each update of the generator.
        updates: of the generator in each step.
        ramp: the half-life is at most this share of the images so far, so that the average
            forgets the first weights.

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


def of_config(config: Config) -> float | Callable:
    """Decay of a config's average: a number, or a function of the step."""
    if config.ema_half_life:
        return HalfLife(config.ema_half_life, config.batch_size, getattr(config, "g_steps", 1))
    return config.ema
