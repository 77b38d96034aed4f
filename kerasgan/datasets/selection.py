"""Selection of labels and of images."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from kerasgan.datasets.layouts.base import AnnotatedImage, Values
from kerasgan.datasets.layouts.folder import natural_order
from kerasgan.datasets.layouts.tags import normalize
from kerasgan.labels import BINARY, Label, check_names, identifier
from kerasgan.utils.errors import InvalidInput, unknown
from kerasgan.utils.printing import printable, shortened

RULES = ("exactly-one", "first", "any")
# Value of --labels that selects no label.
NONE = "none"
# Beginning of the reason to leave out an image with several values of a label.
SEVERAL = "several values of "
MAX_VALUES, MAX_NUMBERS, MAX_DETECTED = 200, 50, 8
_MAX_NAMED = 20


def choose_labels(
    images: Sequence[AnnotatedImage], orders: Values, names: Sequence[str], data: str
) -> tuple[list[Label], str]:
    """The labels of images, from the values that occur.

    Args:
        orders: {label: all its values in their order}; the values of other labels are sorted.
        names: the labels to take, of which each must have 2 to 200 values; ("none",) for none.
            Empty: those that can be labels, eight at most.
        data: names the images in messages.

    Returns:
        The labels, and a line about the choice; empty if `names` or `orders` made it.

    Raises:
        InvalidInput: if there is no such label, or it cannot be used; says why.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter, {name: Counter() for name in orders})
    for image in images:
        for name, values in image.values.items():
            counts[name].update(values)
    if tuple(names) == (NONE,):
        return [], ""
    columns = [_column(name, counts, data) for name in names] if names else list(counts)
    faults = {column: _fault(column, counts[column], orders) for column in columns}
    if names and (unfit := {column: why for column, why in faults.items() if why}):
        column, why = next(iter(unfit.items()))
        raise InvalidInput(f"{data}: {printable(column)} cannot be a label: {why}")
    fit = [column for column, why in faults.items() if not why]
    chosen = fit if names else fit[:MAX_DETECTED]
    labels = [Label(column, _order(counts[column], orders.get(column))) for column in chosen]
    if names or not set(counts) - set(orders):
        return labels, ""
    further = [*fit[MAX_DETECTED:], *(column for column, why in faults.items() if why)]
    return labels, _describe(data, labels, further)


def _column(name: str, counts: Collection[str], data: str) -> str:
    """The column of a label that a user has named."""
    by_name = {column.lower(): column for column in counts}
    wanted = (identifier(name) or name).lower()
    if wanted not in by_name:
        raise unknown(f"label of {data}", name, [*map(printable, counts)] or ["none"])
    return by_name[wanted]


def _fault(column: str, counts: Counter[str], orders: Values) -> str:
    """Why a column cannot be a label; empty if it can."""
    try:
        check_names([column])
    except InvalidInput as error:
        return str(error)
    values = list(counts)
    if not values:
        return "no image has it"
    if len(values) > MAX_VALUES:
        return f"it has {len(values):,} different values, of {MAX_VALUES} at most"
    if column in orders:
        return ""
    if len(values) == 1:
        return f"every image that has it has the value {printable(values[0], 40)!r}"
    if len(values) > MAX_NUMBERS and all(map(_is_number, values)):
        return (
            f"it has {len(values):,} different numbers, of {MAX_NUMBERS} at most; put them into a "
            "few groups, such as 0-9, 10-19"
        )
    return ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _order(counts: Counter[str], order: Sequence[str] | None) -> tuple[str, ...]:
    if order is not None:
        return tuple(value for value in order if value in counts)
    # Both values of a binary label are kept even where one was not selected.
    if set(counts) <= set(BINARY):
        return BINARY
    are_numbers = all(map(_is_number, counts))
    return tuple(sorted(counts, key=float if are_numbers else natural_order))


def _describe(data: str, labels: list[Label], further: Sequence[str]) -> str:
    named = ", ".join(
        label.name if label.is_binary else f"{label.name} ({len(label.values)} values)"
        for label in labels
    )
    line = f"labels of {data}: {named or 'none'}"
    if not further:
        return line
    shown = shortened([*map(printable, further)], _MAX_NAMED)
    return f"{line}; not {shown}; choose with --labels"


class Selection(NamedTuple):
    """N selected images.

    rows: [N] indices of the selected images.
    values: [N] values of each label, None where it is missing.
    left_out: {reason: names} of all other images.
    """

    rows: list[int]
    values: list[tuple[str | None, ...]]
    left_out: dict[str, list[str]]


def select(
    images: Sequence[AnnotatedImage],
    names: Sequence[str],
    rule: str,
    exclude: Collection[str] = (),
    require: Collection[str] = (),
    min_per_value: int = 1,
) -> Selection:
    """Select images by their tags and labels.

    Args:
        images: all images.
        names: the labels that matter.
        rule: "exactly-one" value of each label; the "first" of each; or "any", under which an image
            without exactly one value of a label lacks that label.
        exclude, require: tags, or values as `name=value`, that an image must not have, and must
            have.
        min_per_value: minimum number of selected images with a value. The first two rules leave
            out the images of a rarer value; "any" removes only the label.
    """
    exclude, require = ([normalize(tag) for tag in tags] for tags in (exclude, require))
    selected: list[tuple[int, tuple[str | None, ...]]] = []
    left_out: dict[str, list[str]] = defaultdict(list)
    for row, image in enumerate(images):
        why = _excluded(image, exclude, require) or _unlabelled(image, names, rule)
        if why:
            left_out[why].append(image.name)
        else:
            found = (image.values.get(name, ()) for name in names)
            selected.append((row, tuple(_one(values, rule) for values in found)))
    while rare := _rare(selected, min_per_value):
        kept = []
        for row, values in selected:
            missing = tuple(None if each in rare else each[1] for each in enumerate(values))
            if missing == values or rule == "any":
                kept.append((row, missing))
            else:
                left_out[f"a value of fewer than {min_per_value} images"].append(images[row].name)
        selected = kept
    rows, values = zip(*selected, strict=True) if selected else ((), ())
    return Selection(list(rows), list(values), dict(left_out))


def _one(values: Sequence[str], rule: str) -> str | None:
    return values[0] if len(values) == 1 or (values and rule == "first") else None


def _excluded(image: AnnotatedImage, exclude: Collection[str], require: Collection[str]) -> str:
    """The reason to leave an image out by its tags; empty if there is none."""
    if not exclude and not require:
        return ""
    pairs = (f"{name}={v}" for name, values in image.values.items() for v in values)
    known = {*image.tags, *map(normalize, pairs)}
    for tag in exclude:
        if tag in known:
            return f"tag {tag}"
    return next((f"no tag {tag}" for tag in require if tag not in known), "")


def _unlabelled(image: AnnotatedImage, names: Sequence[str], rule: str) -> str:
    """The reason to leave an image out by its labels; empty if there is none."""
    if rule == "any":
        return ""
    counts = {name: len(image.values.get(name, ())) for name in names}
    if missing := [name for name, count in counts.items() if not count]:
        return f"no {' and no '.join(missing)}"
    several = [name for name, count in counts.items() if count > 1]
    return f"{SEVERAL}{' and '.join(several)}" if several and rule == "exactly-one" else ""


def _rare(
    selected: Sequence[tuple[int, tuple[str | None, ...]]], min_per_value: int
) -> set[tuple[int, str]]:
    counts = Counter(
        (label, value)
        for _, values in selected
        for label, value in enumerate(values)
        if value is not None
    )
    return {value for value, count in counts.items() if count < min_per_value}
