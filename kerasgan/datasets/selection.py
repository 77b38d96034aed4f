"""Which images of a listing train, and with which labels."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from kerasgan import labels
from kerasgan.datasets.layouts.detection import Picture

RULES = ("exactly-one", "first", "any")


class Selection(NamedTuple):
    """rows: the places of the chosen images; hair, eyes: their colours, None where missing.

    left_out: {why: names}; together with the rows, every image once.
    """

    rows: list[int]
    hair: list[str | None]
    eyes: list[str | None]
    left_out: dict[str, list[str]]


def select(
    pictures: Sequence[Picture],
    rule: str,
    exclude: Collection[str] = (),
    require: Collection[str] = (),
    min_per_class: int = 1,
) -> Selection:
    """Choose images by their tags.

    Args:
        rule: "exactly-one" hair and eye colour; the "first" of each; or "any", where an image
            that has not exactly one colour of a kind has no label of that kind.
        exclude, require: tags that an image must not have, and must have.
        min_per_class: how many chosen images a colour needs; a rarer one leaves with its
            images under the first two rules, and as a label under the last.
    """
    chosen: list[tuple[int, str | None, str | None]] = []
    left_out: dict[str, list[str]] = defaultdict(list)
    for row, picture in enumerate(pictures):
        why, hair, eyes = _judge(picture, rule, exclude, require)
        if why is None:
            chosen.append((row, hair, eyes))
        else:
            left_out[why].append(picture.name)
    while rare := _rare(chosen, min_per_class):
        kept = []
        for row, *colours in chosen:
            missing = [None if pair in rare else pair[1] for pair in enumerate(colours)]
            if missing == colours or rule == "any":
                kept.append((row, *missing))
            else:
                left_out[f"a colour of fewer than {min_per_class} images"].append(
                    pictures[row].name
                )
        chosen = kept
    rows, hair, eyes = zip(*chosen, strict=True) if chosen else ((), (), ())
    return Selection(list(rows), list(hair), list(eyes), dict(left_out))


def _judge(picture: Picture, rule: str, exclude: Collection[str], require: Collection[str]):
    for tag in exclude:
        if tag in picture.tags:
            return f"tag {tag}", None, None
    for tag in require:
        if tag not in picture.tags:
            return f"no tag {tag}", None, None
    found = dict(zip(("hair", "eye"), labels.colours(picture.tags), strict=True))
    if rule != "any" and (missing := [kind for kind in found if not found[kind]]):
        return f"no {' and no '.join(missing)} colour", None, None
    if rule == "exactly-one" and (several := [kind for kind in found if len(found[kind]) > 1]):
        return f"several {' and several '.join(several)} colours", None, None
    return None, *(
        colours[0] if len(colours) == 1 or (colours and rule == "first") else None
        for colours in found.values()
    )


def _rare(chosen: Sequence[tuple], min_per_class: int) -> set[tuple[int, str]]:
    counts = Counter(
        (kind, colour)
        for _, *colours in chosen
        for kind, colour in enumerate(colours)
        if colour is not None
    )
    return {colour for colour, count in counts.items() if count < min_per_class}
