"""Selection of images by their tags, and their colour labels."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from kerasgan import labels
from kerasgan.datasets.layouts.base import TaggedImage

RULES = ("exactly-one", "first", "any")


class Selection(NamedTuple):
    """N selected images.

    rows: [N] indices of the selected images.
    hair, eyes: [N] colours, None where missing.
    left_out: {reason: names} of all other images.
    """

    rows: list[int]
    hair: list[str | None]
    eyes: list[str | None]
    left_out: dict[str, list[str]]


def select(
    images: Sequence[TaggedImage],
    rule: str,
    exclude: Collection[str] = (),
    require: Collection[str] = (),
    min_per_class: int = 1,
) -> Selection:
    """Select images by their tags.

    Args:
        images: all images.
        rule: "exactly-one" hair and eye colour; the "first" of each; or "any", under which an
            image without exactly one colour of a kind has no label of that kind.
        exclude, require: tags that an image must not have, and must have.
        min_per_class: minimum number of selected images with a colour. The first two rules leave
            out the images of a rarer colour; "any" removes only the label.
    """
    selected: list[tuple[int, str | None, str | None]] = []
    left_out: dict[str, list[str]] = defaultdict(list)
    for row, image in enumerate(images):
        why, hair, eyes = _colours(image, rule, exclude, require)
        if why is None:
            selected.append((row, hair, eyes))
        else:
            left_out[why].append(image.name)
    while rare := _rare(selected, min_per_class):
        kept = []
        for row, *colours in selected:
            missing = [None if pair in rare else pair[1] for pair in enumerate(colours)]
            if missing == colours or rule == "any":
                kept.append((row, *missing))
            else:
                reason = f"a colour of fewer than {min_per_class} images"
                left_out[reason].append(images[row].name)
        selected = kept
    rows, hair, eyes = zip(*selected, strict=True) if selected else ((), (), ())
    return Selection(list(rows), list(hair), list(eyes), dict(left_out))


def _colours(image: TaggedImage, rule: str, exclude: Collection[str], require: Collection[str]):
    """(the reason to leave the image out or None, its hair colour, its eye colour)."""
    for tag in exclude:
        if tag in image.tags:
            return f"tag {tag}", None, None
    for tag in require:
        if tag not in image.tags:
            return f"no tag {tag}", None, None
    found = dict(zip(("hair", "eye"), labels.colours(image.tags), strict=True))
    if rule != "any" and (missing := [kind for kind in found if not found[kind]]):
        return f"no {' and no '.join(missing)} colour", None, None
    if rule == "exactly-one" and (several := [kind for kind in found if len(found[kind]) > 1]):
        return f"several {' and several '.join(several)} colours", None, None
    return None, *(
        colours[0] if len(colours) == 1 or (colours and rule == "first") else None
        for colours in found.values()
    )


def _rare(selected: Sequence[tuple], min_per_class: int) -> set[tuple[int, str]]:
    counts = Counter(
        (kind, colour)
        for _, *colours in selected
        for kind, colour in enumerate(colours)
        if colour is not None
    )
    return {colour for colour, count in counts.items() if count < min_per_class}
