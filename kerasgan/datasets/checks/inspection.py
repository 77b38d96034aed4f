"""Inspection of a folder of images: its contents and its problems."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kerasgan.datasets import cache, decoding, duplicates, layouts, selection
from kerasgan.datasets.layouts.base import Listing, TaggedImage
from kerasgan.datasets.layouts.tags import COLOUR
from kerasgan.labels import Vocabulary, colours
from kerasgan.utils.errors import InvalidInput

_HUGE = 16_000_000
_ORIENTATION = 0x0112


class Examined(NamedTuple):
    """Properties of an image file.

    why: the reason why it is unreadable; then the other fields are meaningless.
    size: width and height in pixels, upright.
    mode: Pillow's mode of the file.
    is_plain: whether the file is one upright frame of 8-bit RGB.
    pixels, mirrored: hashes of the upright RGB image and of its mirror image.
    signature: as of `duplicates.signature`.
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
    """Results of `check`.

    listing: the contents of the folder.
    examined: properties of every image of the listing, in its order.
    trains: {rule: number of readable images that it selects}; of lines, if there are no images.
    colours_per_image: {"hair", "eyes": {"none", "one", "several": number of images}}.
    unknown_colours: {tag of hair or eyes whose colour is unknown: number of images}.
    left_out: {reason: names} of the images that the default rule leaves out.
    copies: {image: its relation to an earlier image}.
    problems: {problem: places}, of the listing and of the images.
    vocabulary, hair, eyes, pairs: colours of the images with exactly one of each kind, and the
        number of images with each.
    """

    listing: Listing
    examined: list[Examined]
    trains: dict[str, int] = field(default_factory=dict)
    colours_per_image: dict[str, Counter] = field(default_factory=dict)
    unknown_colours: Counter = field(default_factory=Counter)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)
    vocabulary: Vocabulary | None = None
    hair: Counter = field(default_factory=Counter)
    eyes: Counter = field(default_factory=Counter)
    pairs: Counter = field(default_factory=Counter)

    @property
    def readable(self) -> int:
        """Number of readable images."""
        return sum(image.why is None for image in self.examined)


def check(path: Path, layout: str = "auto", attributes=(), follow_links: bool = False) -> Report:
    """Read every image once, by one process per core, and report on all.

    Args:
        path, layout, attributes, follow_links: as of `layouts.read`.

    Raises:
        InvalidInput: as `layouts.read` does.
    """
    listing = layouts.read(path, layout, attributes, follow_links)
    names = [image.name for image in listing.images]
    work = partial(examine, root=listing.root)
    report = Report(listing, list(cache.parallel_map(work, names, len(names), f"Checking {path}")))
    _count_colours(report)
    _find_copies(report, names)
    report.problems = {**listing.problems, **_problems(report, names)}
    return report


def examine(name: str, root: Path) -> Examined:
    """Read an image file as for training, and describe it."""
    try:
        with decoding.opened(root / name) as image:
            mode, frames = image.mode, getattr(image, "n_frames", 1)
            is_upright = image.getexif().get(_ORIENTATION, 1) <= 1
            upright = decoding.upright(image)
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


def _countable(report: Report) -> list[TaggedImage]:
    """The readable images, or the lines of the label file if there are no images at all."""
    listing = report.listing
    if not listing.images:
        return [TaggedImage(row.name, row.tags) for row in listing.rows]
    examined = zip(listing.images, report.examined, strict=True)
    return [image for image, result in examined if result.why is None]


def _count_colours(report: Report) -> None:
    countable = _countable(report)
    for rule in selection.RULES:
        selected = selection.select(countable, rule)
        report.trains[rule] = len(selected.rows)
        if rule == "exactly-one":
            report.left_out = selected.left_out
            report.vocabulary = Vocabulary.from_images(selected.hair, selected.eyes)
            report.hair.update(selected.hair)
            report.eyes.update(selected.eyes)
            report.pairs.update(zip(selected.hair, selected.eyes, strict=True))
    by_image = [colours(image.tags) for image in countable]
    for kind, lists in zip(("hair", "eyes"), zip(*by_image, strict=True), strict=False):
        counts = Counter(min(len(found), 2) for found in lists)
        report.colours_per_image[kind] = {
            name: counts[number] for number, name in enumerate(("none", "one", "several"))
        }
    tags = Counter(tag for image in countable for tag in image.tags)
    report.unknown_colours = Counter(
        {tag: n for tag, n in tags.items() if COLOUR.fullmatch(tag) and not any(colours([tag]))}
    )


def _find_copies(report: Report, names: Sequence[str]) -> None:
    indices = [index for index, examined in enumerate(report.examined) if examined.why is None]
    if not indices:
        return
    found = duplicates.group(np.stack([report.examined[index].signature for index in indices]))
    groups = defaultdict(list)
    for index, group in zip(indices, found.tolist(), strict=True):
        groups[group].append(index)
    for first, *copies in groups.values():
        for index in copies:
            original, copy = report.examined[first], report.examined[index]
            if copy.pixels == original.pixels:
                relation = "a copy of"
            elif copy.pixels == original.mirrored:
                relation = "a mirror image of"
            else:
                relation = "a mirrored, scaled or compressed version of"
            report.copies[names[index]] = f"{relation} {names[first]}"


def _problems(report: Report, names: Sequence[str]) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = defaultdict(list)
    for name, examined in zip(names, report.examined, strict=True):
        if examined.why is not None:
            problems["unreadable images"].append(f"{name} {examined.why}")
        if examined.frames > 1:
            problems["animations, of which only the first frame is used"].append(
                f"{name}: {examined.frames} frames"
            )
        width, height = examined.size
        if width * height > _HUGE:
            problems["huge images"].append(f"{name}: {width} x {height}")
    if report.copies:
        problems["copies"] = [f"{name}: {relation}" for name, relation in report.copies.items()]
    if has_colours(report.listing):
        for why, places in report.left_out.items():
            problems[f"images with {why}"] = places
    return problems


def has_colours(listing: Listing) -> bool:
    """Whether any image or line has a hair or an eye colour."""
    return any(any(colours(labelled.tags)) for labelled in (*listing.images, *listing.rows))
