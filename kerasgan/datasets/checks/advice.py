"""Advice on training with a number of images.

The limits are those at which augmentation paid in Zhao et al. 2020, "Differentiable Augmentation
for Data-Efficient GAN Training" (arXiv:2006.10738): photographs of 1,000 and 5,000 faces gained
much, 10,000 less, and 70,000 nothing.
"""

from collections.abc import Mapping

from kerasgan.datasets.checks.report import Report

FEW = 1_000
SOME = 5_000
# Of a label's value.
RARE = 100
_MAX_NAMED = 5
AUGMENT = "--augment shift,cutout --augment-probability ada"
TRAINING = (
    "kerasgan train r3gan --preset quick shows within minutes what to expect, at 48 pixels; "
    "100,000 images seen, steps times batch size, give recognisable images at 64 pixels, and "
    "several times as many give better ones; add --mirror where left and right may be exchanged"
)


def on(report: Report) -> list[str]:
    """Sentences on training with the images of a report; none without a readable image."""
    if not report.readable:
        return []
    sentences = (on_images(report.different), on_values(report.values), TRAINING)
    return [sentence for sentence in sentences if sentence]


def on_images(count: int) -> str:
    """What to train with `count` different images, as a sentence."""
    images = f"{count:,} different images"
    if count < FEW:
        return (
            f"{images} are few: add {AUGMENT}, which helps most; expect copies of them, which "
            "kerasgan evaluate counts"
        )
    if count < SOME:
        return (
            f"{images} are enough with {AUGMENT}, which keeps the discriminator from memorising "
            "them"
        )
    return f"{images} are enough without --augment"


def on_values(counts: Mapping[str, Mapping[str, int]]) -> str | None:
    """A sentence about values that few images have, or None.

    Args:
        counts: {label: {value: images}}.
    """
    rare = [
        f"{label}={value} ({count})"
        for label, values in counts.items()
        for value, count in values.items()
        if 0 < count < RARE
    ]
    if not rare:
        return None
    more = f" and {len(rare) - _MAX_NAMED} more" if len(rare) > _MAX_NAMED else ""
    return (
        f"fewer than {RARE} images have {', '.join(rare[:_MAX_NAMED])}{more}: generated images of "
        f"such values resemble each other; --min-per-class {RARE} leaves them out"
    )
