"""Inspection of a folder of images: its contents and its problems."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from kerasgan.datasets import (
    colours,
    decoding,
    duplicates,
    layouts,
    parallel,
    selection,
)
from kerasgan.datasets.checks.report import Examined, Report
from kerasgan.datasets.hashes import digest
from kerasgan.datasets.layouts.base import AnnotatedImage, Listing
from kerasgan.labels import MISSING, Label
from kerasgan.utils.errors import InvalidInput

_HUGE = 16_000_000
_ORIENTATION = 0x0112


def check(
    path: Path, layout: str = "auto", labels: Sequence[str] = (), follow_links: bool = False
) -> Report:
    """Read every image once, by one process per core, and report on all.

    Args:
        path, layout, follow_links: as of `layouts.read`.
        labels: as of `selection.choose_labels`.

    Raises:
        InvalidInput: as those do.
    """
    listing = layouts.read(path, layout, follow_links)
    names = [image.name for image in listing.images]
    work = partial(examine, root=listing.root)
    chosen = selection.choose_labels(_annotated(listing), listing.orders, labels, str(path))
    report = Report(
        listing, list(parallel.parallel_map(work, names, len(names), f"Checking {path}")), *chosen
    )
    _count_labels(report)
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
        digest(shape, pixels),
        digest(shape, pixels[:, ::-1]),
        duplicates.signature(upright),
    )


def _annotated(listing: Listing) -> list[AnnotatedImage]:
    """The images, or the lines of the label file if there are no images at all."""
    lines = (AnnotatedImage(row.name, row.tags, row.values) for row in listing.rows)
    return listing.images or list(lines)


def _countable(report: Report) -> list[AnnotatedImage]:
    """The readable images, or the lines of the label file if there are no images at all."""
    images = _annotated(report.listing)
    if not report.listing.images:
        return images
    examined = zip(images, report.examined, strict=True)
    return [image for image, result in examined if result.why is None]


def _count_labels(report: Report) -> None:
    countable, names = _countable(report), [label.name for label in report.labels]
    for rule in selection.RULES:
        selected = selection.select(countable, names, rule)
        report.trains[rule] = len(selected.rows)
        if rule == "exactly-one":
            report.ambiguous = {
                why: left_out
                for why, left_out in selected.left_out.items()
                if why.startswith(selection.SEVERAL)
            }
        if rule == "any":
            report.indices = _indices(report.labels, selected.values)
    for name in names:
        counts = Counter(min(len(image.values.get(name, ())), 2) for image in countable)
        report.values_per_image[name] = Counter(
            {title: counts[number] for number, title in enumerate(("none", "one", "several"))}
        )
    if report.listing.orders != colours.COLOURS:
        return
    tags = Counter(tag for image in countable for tag in image.tags)
    report.unknown_colours = Counter({tag: n for tag, n in tags.items() if colours.is_unknown(tag)})


def _indices(labels: Sequence[Label], values: Sequence[tuple[str | None, ...]]) -> np.ndarray:
    columns = []
    for number, label in enumerate(labels):
        index: dict[str | None, int]
        index = {value: position for position, value in enumerate(label.values)}
        columns.append([index.get(image[number], MISSING) for image in values])
    return np.array(columns, np.int64).reshape(len(labels), len(values)).T


def _find_copies(report: Report, names: Sequence[str]) -> None:
    indices = [index for index, examined in enumerate(report.examined) if examined.why is None]
    if not indices:
        return
    signatures = (report.examined[index].signature for index in indices)
    found = duplicates.group(np.stack([each for each in signatures if each is not None]))
    groups: dict[int, list[int]] = defaultdict(list)
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
    for why, places in report.ambiguous.items():
        problems[f"images with {why}"] = places
    return problems
