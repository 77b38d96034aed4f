"""Random changes that a discriminator sees on real and on generated images alike.

Samples never have them: where each change leaves an image as it is often enough, the generator
that fits the changed images best makes unchanged ones.

Reference: Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training"
(arXiv:2006.10738), for the changes; Karras et al. 2020, "Training Generative Adversarial Networks
with Limited Data" (arXiv:2006.06676), for their probability.
"""

from keras import ops

# Of the image's side.
MAX_SHIFT = 1 / 8
CUTOUT = 1 / 2


def sample_shift(random, name: str, updates: int, probability: float):
    """Vertical and horizontal shifts, float32 [B, updates, 2], in [-1/8, 1/8] of the side; 0 where
    the image stays as it is."""
    return _where(random, name, updates, probability, -MAX_SHIFT, MAX_SHIFT, otherwise=0.0)


def sample_cutout(random, name: str, updates: int, probability: float):
    """Centres of squares, float32 [B, updates, 2], in [0, 1] of the side; outside of the image
    where it stays as it is."""
    return _where(random, name, updates, probability, 0.0, 1.0, otherwise=-1.0)


SAMPLERS = {"shift": sample_shift, "cutout": sample_cutout}


def _where(random, name, updates, probability, low, high, otherwise):
    applies = random.uniform(f"{name}_applies", updates) < probability
    values = [random.uniform(f"{name}_{axis}", updates, low, high) for axis in ("y", "x")]
    return ops.where(applies, ops.concatenate(values, axis=-1), otherwise)


def augment(images, parameters: dict):
    """Images [B, S, S, C] under the parameters of `SAMPLERS`, {name: [B, 2]}; differentiable.

    Pixels that come from outside the image, or are cut out, are 0, grey.
    """
    for name, change in CHANGES.items():
        if name in parameters:
            images = change(images, parameters[name])
    return images


def shifted(images, shift):
    """Move images [B, S, S, C] down and right by a share [B, 2] of their side, in whole pixels."""
    side = images.shape[1]
    pixel = ops.arange(side)
    sources = pixel[None, :, None] - ops.cast(ops.round(shift * side), pixel.dtype)[:, None]
    # A source outside of the image has a row of zeros.
    is_source = ops.cast(ops.equal(sources[..., None], pixel), images.dtype)
    moved = ops.einsum("byi,bijc->byjc", is_source[:, :, 0], images)
    return ops.einsum("bxj,byjc->byxc", is_source[:, :, 1], moved)


def cut_out(images, centre):
    """Set a square of half the side around a centre [B, 2], in shares of the side, to 0."""
    side = images.shape[1]
    pixel = (ops.arange(side, dtype="float32") + 0.5) / side
    is_near = ops.abs(pixel[None, :, None] - centre[:, None]) < CUTOUT / 2
    is_cut = ops.logical_and(is_near[:, :, None, 0], is_near[:, None, :, 1])
    return images * ops.cast(ops.logical_not(is_cut), images.dtype)[..., None]


# In the order in which they apply.
CHANGES = {"shift": shifted, "cutout": cut_out}
