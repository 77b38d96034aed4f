"""Differentiable augmentation: random changes of the images that the discriminator sees.

Real and generated images are changed alike, and samples are not changed. If every augmentation
leaves enough images as they are, a generator matches the augmented distribution best by generating
unchanged images.

Reference: Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training"
(arXiv:2006.10738), for the changes; Karras et al. 2020, "Training Generative Adversarial Networks
with Limited Data" (arXiv:2006.06676), for their probability.
"""

from keras import ops

# As fractions of the image's side.
MAX_SHIFT = 1 / 8
CUTOUT = 1 / 2


def sample_colour(random, name: str, updates: int, probability: float):
    """Brightness, saturation and contrast, float32 [B, updates, 3].

    They are in [-1/2, 1/2], [0, 2] and [1/2, 3/2]; 0, 1 and 1 for images that stay as they are.
    """
    ranges = {"brightness": (-0.5, 0.5), "saturation": (0.0, 2.0), "contrast": (0.5, 1.5)}
    return _sample(random, name, updates, probability, ranges, unchanged=[0.0, 1.0, 1.0])


def sample_shift(random, name: str, updates: int, probability: float):
    """Vertical and horizontal shifts as fractions of the side, float32 [B, updates, 2].

    They are in [-1/8, 1/8], and 0 for images that stay as they are.
    """
    ranges = dict.fromkeys(("y", "x"), (-MAX_SHIFT, MAX_SHIFT))
    return _sample(random, name, updates, probability, ranges, unchanged=0.0)


def sample_cutout(random, name: str, updates: int, probability: float):
    """Centres of squares as fractions of the side, float32 [B, updates, 2].

    They are in [0, 1], and outside of images that stay as they are.
    """
    ranges = dict.fromkeys(("y", "x"), (0.0, 1.0))
    return _sample(random, name, updates, probability, ranges, unchanged=-1.0)


SAMPLERS = {"colour": sample_colour, "shift": sample_shift, "cutout": sample_cutout}


def _sample(random, name, updates, probability, ranges, unchanged):
    is_changed = random.uniform(f"{name}_applies", updates) < probability
    values = [random.uniform(f"{name}_{part}", updates, *limits) for part, limits in ranges.items()]
    return ops.where(is_changed, ops.concatenate(values, axis=-1), unchanged)


def augment(images, parameters: dict):
    """Augment images [B, S, S, C]; differentiable.

    Pixels that are moved in from outside the image, or cut out, become 0, which is grey.

    Args:
        parameters: {name: [B, n]} from the functions in `SAMPLERS`, not necessarily all.
    """
    for name, apply in AUGMENTATIONS.items():
        if name in parameters:
            images = apply(images, parameters[name])
    return images


def change_colours(images, colour):
    """Change brightness, saturation and contrast of images [B, S, S, C].

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
    """Move images [B, S, S, C] down and right by whole pixels.

    Args:
        shift: [B, 2], as a fraction of the side.
    """
    side = images.shape[1]
    pixel = ops.arange(side)
    sources = pixel[None, :, None] - ops.cast(ops.round(shift * side), pixel.dtype)[:, None]
    # The row of a source outside of the image is all zeros.
    is_source = ops.cast(ops.equal(sources[..., None], pixel), images.dtype)
    moved = ops.einsum("byi,bijc->byjc", is_source[:, :, 0], images)
    return ops.einsum("bxj,byjc->byxc", is_source[:, :, 1], moved)


def cut_out(images, centre):
    """Set a square of half the side in images [B, S, S, C] to 0.

    Args:
        centre: of the square, [B, 2], as a fraction of the side.
    """
    side = images.shape[1]
    pixel = (ops.arange(side, dtype="float32") + 0.5) / side
    is_near = ops.abs(pixel[None, :, None] - centre[:, None]) < CUTOUT / 2
    is_cut = ops.logical_and(is_near[:, :, None, 0], is_near[:, None, :, 1])
    return images * ops.cast(ops.logical_not(is_cut), images.dtype)[..., None]


# In the order of application.
AUGMENTATIONS = {"colour": change_colours, "shift": shift_images, "cutout": cut_out}
