"""The results of an inspection of a folder of images."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from kerasgan.datasets.layouts.base import Listing
from kerasgan.labels import MISSING, Label


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
    """Results of `inspection.check`.

    listing: the contents of the folder.
    examined: properties of every image of the listing, in its order.
    labels: the labels that a model would train on.
    choice: a line about how they were chosen; empty without a choice.
    trains: {rule: number of readable images that it selects}; of lines, if there are no images.
    values_per_image: {label: {"none", "one", "several": number of images}}.
    unknown_colours: {tag that should name a colour and does not: number of images}.
    ambiguous: {reason: names} of the images with several values of a label.
    copies: {image: its relation to an earlier image}.
    problems: {problem: places}, of the listing and of the images.
    indices: int [n, L], the labels of the n countable images; missing where there are several.
    """

    listing: Listing
    examined: list[Examined]
    labels: list[Label] = field(default_factory=list)
    choice: str = ""
    trains: dict[str, int] = field(default_factory=dict)
    values_per_image: dict[str, Counter] = field(default_factory=dict)
    unknown_colours: Counter = field(default_factory=Counter)
    ambiguous: dict[str, list[str]] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)
    indices: np.ndarray = field(default_factory=lambda: np.empty((0, 0), np.int64))

    @property
    def readable(self) -> int:
        """Number of readable images."""
        return sum(image.why is None for image in self.examined)

    @property
    def different(self) -> int:
        """Number of readable images that are no copy of an earlier one."""
        return self.readable - len(self.copies)

    @property
    def sizes(self) -> Counter[str]:
        """Number of readable images of each size, {"HEIGHTxWIDTH": n}."""
        readable = (image for image in self.examined if image.why is None)
        return Counter("{1}x{0}".format(*image.size) for image in readable)

    @property
    def modes(self) -> Counter[str]:
        """Number of readable images in each of Pillow's modes."""
        return Counter(image.mode for image in self.examined if image.why is None)

    @property
    def values(self) -> dict[str, dict[str, int]]:
        """Number of images with each value, {label: {value: n}}."""
        return {label.name: self.counts(number) for number, label in enumerate(self.labels)}

    def counts(self, number: int) -> dict[str, int]:
        """Number of images with each value of a label, {value: n}."""
        values = self.labels[number].values
        found = self.indices[:, number]
        return dict(
            zip(
                values,
                np.bincount(found[found != MISSING], minlength=len(values)).tolist(),
                strict=True,
            )
        )

    def pair_counts(self, first: int, second: int) -> np.ndarray:
        """Number of images with each two values of two labels, int [K, K']."""
        counts = np.zeros([len(self.labels[number].values) for number in (first, second)], np.int64)
        known = self.indices[:, [first, second]]
        np.add.at(counts, tuple(known[(known != MISSING).all(axis=1)].T), 1)
        return counts

    @property
    def combinations(self) -> int:
        """Number of different combinations of all labels."""
        return len(np.unique(self.indices[(self.indices != MISSING).all(axis=1)], axis=0))
