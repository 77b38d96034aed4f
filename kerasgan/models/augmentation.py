"""Differentiable augmentation: random changes of the images that the discriminator sees.

Real and generated images are changed alike, and samples are not changed. If every augmentation
leaves enough images as they are, a generator matches the augmented distribution best by generating
unchanged images.

Reference: Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training"
(arXiv:2006.10738), for the changes; Karras et al. 2020, "Training Generative Adversarial Networks
with Limited Data" (arXiv:2006.06676), for their probability.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import keras
from keras import ops

from kerasgan.models import replicas
from kerasgan.utils.errors import InvalidInput

# The value of the option augment-probability that steers the probability.
ADAPTIVE = "ada"
# As a fraction of the image's height and width.
CUTOUT = 1 / 2


def augment(images, parameters: dict):
    """Augment images [B, H, W, C]; differentiable.

    Pixels that are moved in from outside the image, or cut out, become 0, which is grey.

    Args:
        parameters: {name: [B, n]} from `parameters_of`, not necessarily of all augmentations.
    """
    for name, augmentation in AUGMENTATIONS.items():
        if name in parameters:
            images = augmentation.apply(images, parameters[name])
    return images


def parameters_of(draws: Mapping, probability) -> dict:
    """Parameters for `augment`, {name: [B, n]}, of which a share changes nothing.

    Args:
        draws: {name: {"applies": uniform in [0, 1), [B, 1]; "values": [B, n]}}.
        probability: that an augmentation changes an image, a number or a scalar tensor.
    """
    return {
        name: ops.where(
            drawn["applies"] < probability, drawn["values"], AUGMENTATIONS[name].unchanged
        )
        for name, drawn in draws.items()
    }


def change_colours(images, colour):
    """Change brightness, saturation and contrast of images [B, H, W, C].

    Values may leave [-1, 1], as in the reference's code: clipping would have no gradient.

    Args:
        colour: [B, 3], what is added to all pixels, a factor on their distance from grey, and one
            on their distance from the image's mean.
    """
    brightness, saturation, contrast = (colour[:, None, None, part, None] for part in range(3))
    images = images + brightness
    grey = ops.mean(images, axis=-1, keepdims=True)
    images = grey + saturation * (images - grey)
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return mean + contrast * (images - mean)


def shift_images(images, shift):
    """Move images [B, H, W, C] down and right by whole pixels.

    Args:
        shift: [B, 2], as fractions of height and width.
    """
    rows, columns = (
        _moves(side, shift[:, axis], images.dtype) for axis, side in enumerate(images.shape[1:3])
    )
    moved = ops.einsum("byi,bijc->byjc", rows, images)
    return ops.einsum("bxj,byjc->byxc", columns, moved)


def _moves(side: int, shift, dtype):
    """Matrix of one axis that is 1 where an old pixel moves to a new one, [B, new, old]."""
    pixel = ops.arange(side)
    sources = pixel - ops.cast(ops.round(shift * side), pixel.dtype)[:, None]
    # The row of a source outside of the image is all zeros.
    return ops.cast(ops.equal(sources[..., None], pixel), dtype)


def cut_out(images, centre):
    """Set a rectangle of half the height and width in images [B, H, W, C] to 0.

    Args:
        centre: of the rectangle, [B, 2], as fractions of height and width.
    """
    rows, columns = (_is_near(side, centre[:, axis]) for axis, side in enumerate(images.shape[1:3]))
    is_cut = ops.logical_and(rows[:, :, None], columns[:, None])
    return images * ops.cast(ops.logical_not(is_cut), images.dtype)[..., None]


def _is_near(side: int, centre):
    """Whether the pixels of one axis are cut out, [B, side]."""
    pixel = (ops.arange(side, dtype="float32") + 0.5) / side
    return ops.abs(pixel - centre[:, None]) < CUTOUT / 2


class Augmentation(NamedTuple):
    """A change of images.

    ranges: the parts of its parameters and their limits, {part: (low, high)}.
    unchanged: parameters that leave an image as it is.
    apply: (images [B, H, W, C], parameters [B, n]) -> images.
    """

    ranges: Mapping[str, tuple[float, float]]
    unchanged: tuple[float, ...]
    apply: Callable


# In the order of application; shifts and centres are fractions of height and width.
AUGMENTATIONS = {
    "colour": Augmentation(
        {"brightness": (-0.5, 0.5), "saturation": (0.0, 2.0), "contrast": (0.5, 1.5)},
        (0.0, 1.0, 1.0),
        change_colours,
    ),
    "shift": Augmentation(
        dict.fromkeys(("y", "x"), (-1 / 8, 1 / 8)),
        (0.0, 0.0),
        shift_images,
    ),
    "cutout": Augmentation(
        dict.fromkeys(("y", "x"), (0.0, 1.0)),
        (-1.0, -1.0),
        cut_out,
    ),
}


class FixedProbability:
    """The same probability at every step, which is no column of the record."""

    record_names = ()

    def __init__(self, probability: float):
        self.value = probability

    def update(self, metrics: Mapping) -> None:
        """Do nothing."""

    def record(self) -> dict[str, float]:
        """{}."""
        return {}


class AdaptiveProbability:
    """A probability that rises while the discriminator is too sure of real images.

    The sign of the discriminator's score of a real image has a mean r of 0 before it learns and 1
    if it takes all of them for real. After each update the probability moves up if r is above
    `TARGET`, else down, from 0 at first to 0.8 at most, beyond which augmentations show in the
    generated images.

    Args:
        batch_size: images per update.

    Reference: Karras et al. 2020 (arXiv:2006.06676), section 3.1, r_t and its target; their code's
    speed for small data, from 0 to 1 in 100,000 images.
    """

    TARGET = 0.6
    LIMIT = 0.8
    IMAGES = 100_000
    record_names = ("augment_probability",)
    # The share of real images that the discriminator takes for real, (1 + r) / 2.
    METRIC = "d_accuracy_real"

    def __init__(self, batch_size: int):
        self._change = batch_size / self.IMAGES
        self.probability = keras.Variable(0.0, trainable=False, name="probability")

    @property
    def variables(self) -> list[keras.Variable]:
        return [self.probability]

    @property
    def value(self):
        return self.probability.value

    def update(self, metrics: Mapping) -> None:
        """Move the probability.

        Args:
            metrics: of an update of the discriminator; "d_accuracy_real" is a pair
                ([B] values, [B] weights).

        Raises:
            InvalidInput: if the model does not measure this accuracy.
        """
        if self.METRIC not in metrics:
            raise InvalidInput(
                f"augment-probability is {ADAPTIVE}; the model must have the metric {self.METRIC}, "
                f"got {', '.join(metrics)}"
            )
        values, weights = metrics[self.METRIC]
        correct, count = replicas.all_reduce_sum([ops.sum(values * weights), ops.sum(weights)])
        direction = ops.sign(2.0 * correct / count - 1.0 - self.TARGET)
        moved = self.probability + self._change * direction
        self.probability.assign(ops.clip(moved, 0.0, self.LIMIT))

    def record(self) -> dict[str, float]:
        """The probability, {column: value}."""
        return dict.fromkeys(self.record_names, float(ops.convert_to_numpy(self.probability)))


def build_probability(
    probability: float | str, batch_size: int
) -> FixedProbability | AdaptiveProbability:
    """`AdaptiveProbability` for "ada", else `FixedProbability`."""
    if isinstance(probability, str):
        return AdaptiveProbability(batch_size)
    return FixedProbability(probability)
