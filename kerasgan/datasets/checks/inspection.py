"""What is in a folder of images, and what is wrong with it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kerasgan.datasets import cache, decoding, duplicates, selection
from kerasgan.datasets.layouts import detection
from kerasgan.datasets.layouts.detection import Listing, Picture
from kerasgan.datasets.layouts.tags import COLOUR
from kerasgan.labels import Vocabulary, colours
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.printing import printable

_HUGE = 16_000_000
_ORIENTATION = 0x0112


class Examined(NamedTuple):
    """An image file; the fields after `why`, the reason why it cannot be read, only if it can.

    pixels, mirrored: hashes of the upright RGB image and of its mirror image.
    is_plain: whether the file holds nothing but 8-bit RGB.
    """

    why: str | None = None
    size: tuple[int, int] = (0, 0)
    mode: str = ""
    frames: int = 1
    is_plain: bool = True
    pixels: bytes = b""
    mirrored: bytes = b""
    signature: np.ndarray | None = None


@dataclass
class Report:
    """What `check` found.

    examined: of every image of the listing, in its order.
    trains: {rule: how many readable pictures it chooses, or lines where there are no pictures}.
    per_picture: {"hair", "eyes": {"none", "one", "several": how many have so many colours}}.
    no_colours: {tag of hair or eyes that is no colour of the vocabulary: how many}.
    left_out: {why: names} of the images that the default rule leaves out.
    copies: {picture: why it is a copy of an earlier one}.
    problems: {what is wrong: [where]}, of the listing and of the images.
    vocabulary, hair, eyes, pairs: the colours of the images with exactly one of each kind, and
        how many have them.
    """

    listing: Listing
    examined: list[Examined]
    trains: dict[str, int] = field(default_factory=dict)
    per_picture: dict[str, Counter] = field(default_factory=dict)
    no_colours: Counter = field(default_factory=Counter)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)
    vocabulary: Vocabulary | None = None
    hair: Counter = field(default_factory=Counter)
    eyes: Counter = field(default_factory=Counter)
    pairs: Counter = field(default_factory=Counter)

    @property
    def readable(self) -> int:
        return sum(picture.why is None for picture in self.examined)


def check(path: Path, layout: str = "auto", attributes=(), follow_links: bool = False) -> Report:
    """Read every image once, by one process per core, and report.

    Raises:
        InvalidInput: if the path is of no layout that is known.
    """
    listing = detection.read(path, layout, attributes, follow_links)
    names = [picture.name for picture in listing.pictures]
    work = partial(examine, root=listing.root)
    report = Report(listing, list(cache.parallel(work, names, len(names), f"Checking {path}")))
    _count_colours(report)
    _find_copies(report, names)
    report.problems = {**listing.problems, **_problems(report, names)}
    return report


def examine(name: str, root: Path) -> Examined:
    """Read an image file as training would, and describe it."""
    try:
        with decoding.opened(root / name) as picture:
            mode, frames = picture.mode, getattr(picture, "n_frames", 1)
            is_upright = picture.getexif().get(_ORIENTATION, 1) <= 1
            upright = decoding.upright(picture)
    except InvalidInput as error:
        return Examined(str(error))
    pixels = np.asarray(upright)
    shape = np.array(pixels.shape)
    return Examined(
        None,
        upright.size,
        mode,
        frames,
        mode == "RGB" and frames == 1 and is_upright,
        cache.digest(shape, pixels),
        cache.digest(shape, pixels[:, ::-1]),
        duplicates.signature(upright),
    )


def _count_colours(report: Report) -> None:
    listing = report.listing
    if listing.pictures:
        labelled = zip(listing.pictures, report.examined, strict=True)
        countable = [picture for picture, examined in labelled if examined.why is None]
    else:
        # The lines of a label file can be counted without their images.
        countable = [Picture(row.name, row.tags) for row in listing.rows]
    for rule in selection.RULES:
        chosen = selection.select(countable, rule)
        report.trains[rule] = len(chosen.rows)
        if rule == "exactly-one":
            report.left_out = chosen.left_out
            report.vocabulary = Vocabulary.from_images(chosen.hair, chosen.eyes)
            report.hair.update(chosen.hair)
            report.eyes.update(chosen.eyes)
            report.pairs.update(zip(chosen.hair, chosen.eyes, strict=True))
    found = [colours(picture.tags) for picture in countable]
    for kind, of_pictures in zip(("hair", "eyes"), zip(*found, strict=True), strict=False):
        counts = Counter(min(len(of_picture), 2) for of_picture in of_pictures)
        report.per_picture[kind] = {
            name: counts[number] for number, name in enumerate(("none", "one", "several"))
        }
    tags = Counter(tag for picture in countable for tag in picture.tags)
    report.no_colours = Counter(
        {tag: n for tag, n in tags.items() if COLOUR.fullmatch(tag) and not any(colours([tag]))}
    )


def _find_copies(report: Report, names: Sequence[str]) -> None:
    rows = [row for row, examined in enumerate(report.examined) if examined.why is None]
    if not rows:
        return
    numbers = duplicates.groups(np.stack([report.examined[row].signature for row in rows]))
    groups = defaultdict(list)
    for row, number in zip(rows, numbers.tolist(), strict=True):
        groups[number].append(row)
    for first, *others in groups.values():
        for other in others:
            one, copy = report.examined[first], report.examined[other]
            if copy.pixels == one.pixels:
                how = "a copy of"
            elif copy.pixels == one.mirrored:
                how = "a mirror image of"
            else:
                how = "mirrored, scaled or compressed from, or into,"
            report.copies[names[other]] = f"{how} {names[first]}"


def _problems(report: Report, names: Sequence[str]) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = defaultdict(list)
    for name, examined in zip(names, report.examined, strict=True):
        if examined.why is not None:
            problems["unreadable images"].append(f"{name} {examined.why}")
        if examined.frames > 1:
            problems["animations, of which the first frame counts"].append(
                f"{name}: {examined.frames} frames"
            )
        width, height = examined.size
        if width * height > _HUGE:
            problems["huge images"].append(f"{name}: {width} x {height}")
    if report.copies:
        problems["copies"] = [f"{name}: {how}" for name, how in report.copies.items()]
    if has_colours(report.listing):
        for why, where in report.left_out.items():
            problems[f"images with {why}"] = where
    return problems


def has_colours(listing: Listing) -> bool:
    """Whether any image or line has a hair or an eye colour."""
    return any(any(colours(labelled.tags)) for labelled in (*listing.pictures, *listing.rows))


def as_text(report: Report, most: int = 5) -> str:
    """The report in lines; of what is wrong, `most` places are named."""
    listing = report.listing
    lines = [f"layout: {listing.layout} ({detection.LAYOUTS[listing.layout]})"]
    if listing.label_file is not None:
        lines.append(f"labels: {printable(listing.label_file.name)}, {len(listing.rows):,} lines")
    unreadable = len(report.examined) - report.readable
    lines.append(f"pictures: {len(report.examined):,}, of which {unreadable:,} unreadable")
    if report.copies:
        lines.append(f"different images: {report.readable - len(report.copies):,}")
    readable = [examined for examined in report.examined if examined.why is None]
    has_labels = has_colours(listing)
    for what, values in (
        ("sizes", Counter("{}x{}".format(*examined.size) for examined in readable)),
        ("modes", Counter(examined.mode for examined in readable)),
        ("hair", _in_order(report, "hair")),
        ("eyes", _in_order(report, "eyes")),
        *(
            (f"{kind}, colours of an image", counts)
            for kind, counts in report.per_picture.items()
            if has_labels
        ),
        ("tags of hair or eyes that are no colours", report.no_colours),
    ):
        if values:
            lines.append(f"{what}: {_counts(values)}")
    if has_labels:
        lines.append(f"pairs of hair and eyes: {len(report.pairs):,}")
    what = "would train" if report.examined else "lines that would train"
    if report.examined:
        lines.append(f"{what} without colours: {report.readable:,}")
    for rule, count in report.trains.items() if has_labels else ():
        lines.append(f"{what} with --colours {rule}: {count:,}")
    for what, where in report.problems.items():
        more = f"; and {len(where) - most:,} more" if len(where) > most else ""
        lines.append(f"{len(where):,} {what}: {'; '.join(map(printable, where[:most]))}{more}")
    return "\n".join(lines)


def _in_order(report: Report, kind: str) -> dict[str, int]:
    counts = getattr(report, kind)
    return {colour: counts[colour] for colour in getattr(report.vocabulary, kind)}


def _counts(values: dict[str, int], most: int = 12) -> str:
    common = list(values.items()) if len(values) <= most else Counter(values).most_common(most)
    more = f", and {len(values) - most:,} others" if len(values) > most else ""
    return ", ".join(f"{printable(value)} {count:,}" for value, count in common) + more
