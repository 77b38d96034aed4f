"""The image files that `kerasgan sample` writes, each with what determines its image.

A PNG file has a record of it, from which `sample_record.read` and the same class generate the same
image again.
"""

import json
import math
import shlex
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
from PIL import Image

import kerasgan
from kerasgan.inference.requests import LARGEST_SEED, MOST_IMAGES, MOST_IN_FILE
from kerasgan.labels import parse_values
from kerasgan.models import sampling
from kerasgan.models.sampling import BATCH, Sampler
from kerasgan.utils import images
from kerasgan.utils.errors import InvalidInput

# Keyword of the record among a PNG file's texts.
KEYWORD = "kerasgan"
_LIMITS = {
    # That of a first image is at most LARGEST_SEED; others follow it.
    "seed": (0, LARGEST_SEED + MOST_IMAGES),
    "count": (1, MOST_IN_FILE),
    "columns": (1, MOST_IN_FILE),
    "batch_seed": (0, LARGEST_SEED + MOST_IMAGES),
    "batch_count": (1, BATCH),
}


class Source(NamedTuple):
    """What generates images.

    run: name of the run.
    checkpoint: "best", or the step.
    step: of the checkpoint.
    sigma: standard deviation of the noise.
    """

    run: str
    checkpoint: str
    step: int
    sigma: float


@dataclass(frozen=True, kw_only=True)
class ImageFile(ABC):
    """An image in one file, determined by its `Source` and these fields.

    KIND is the name of the class in records.

    Attributes:
        seed: of the noise of its first image.
        labels: texts NAME=VALUE.

    Raises:
        InvalidInput: if a number is out of its range.
    """

    KIND: ClassVar[str]
    seed: int
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        for name, (low, high) in _LIMITS.items():
            if not low <= (value := getattr(self, name, low)) <= high:
                raise InvalidInput(f"{name} must be from {low} to {high:,}, got {value}")

    def write(self, sampler: Sampler, source: Source, file: Path) -> None:
        """Generate the image and write it, into a PNG file with its record."""
        self._save(sampler, file, self.record(source))

    def record(self, source: Source) -> dict[str, str]:
        """Version, source, fields and command as the text of a PNG file, {keyword: JSON}."""
        record = {
            "kerasgan": kerasgan.__version__,
            **source._asdict(),
            "kind": self.KIND,
            **asdict(self),
            "command": self.command(source),
        }
        return {KEYWORD: json.dumps(record)}

    def command(self, source: Source) -> str:
        """The command line that generates the image."""
        labels = (word for label in self.labels for word in ("--set", label))
        words = ["--run", source.run, "--checkpoint", source.checkpoint, *labels]
        words += ["--seed", str(self.seed), "--sigma", str(source.sigma), *self._words()]
        return shlex.join(["kerasgan", "sample", *words])

    @abstractmethod
    def _words(self) -> list[str]:
        """The options of `kerasgan sample` for this kind of image."""

    @abstractmethod
    def _save(self, sampler: Sampler, file: Path, texts: Mapping[str, str]) -> None:
        """Generate the image and write it; see `images.save`."""


@dataclass(frozen=True, kw_only=True)
class Sheet(ImageFile):
    """A row of images per value of one label, a column per value of another.

    Attributes:
        row_label, column_label: names of labels; see `sampling.sheet_labels`.
    """

    KIND: ClassVar[str] = "sheet"
    row_label: str | None = None
    column_label: str | None = None

    def _words(self):
        chosen = {"--rows": self.row_label, "--columns": self.column_label}
        return [word for option, label in chosen.items() if label for word in (option, label)]

    def _save(self, sampler, file, texts):
        choice = sampler.schema.choice(parse_values(self.labels))
        axes = {"rows": self.row_label, "columns": self.column_label}
        images.save(sampler.sheet(self.seed, choice=choice, **axes), file, texts)


@dataclass(frozen=True, kw_only=True)
class Grid(ImageFile):
    """A grid of images in rows; image i has `seed` + i, which also draws the labels not given."""

    KIND: ClassVar[str] = "grid"
    count: int
    columns: int

    @staticmethod
    def square(count: int) -> int:
        """Columns of a grid of as many images that is as wide as high, or one row less."""
        return math.ceil(count**0.5)

    def _words(self):
        if self.columns == self.square(self.count):
            return ["-n", str(self.count)]
        return ["--grid", f"{self.columns}x{self.count // self.columns}"]

    def _save(self, sampler, file, texts):
        labels = random_labels(sampler, self.labels, self.seed, self.count)
        images.save(images.grid(sampler.generate(labels, self.seed), self.columns), file, texts)


@dataclass(frozen=True, kw_only=True)
class Interpolation(ImageFile):
    """Images between the noise of `seed` and `seed` + 1, in a row or, in a GIF file, in turn."""

    KIND: ClassVar[str] = "interpolation"
    count: int

    def _words(self):
        return ["--interpolate", "-n", str(self.count)]

    def _save(self, sampler, file, texts):
        indices = sampler.schema.indices(parse_values(self.labels))
        positions = np.linspace(0.0, 1.0, self.count)
        frames = sampler.interpolate(indices, (self.seed, self.seed + 1), positions)
        images.save_row(frames, file, texts)


@dataclass(frozen=True, kw_only=True)
class SingleImage(ImageFile):
    """One image at its own size.

    Attributes:
        batch_seed, batch_count, batch_labels: of the images generated together with it, whose
            number may change its last grey level.
    """

    KIND: ClassVar[str] = "image"
    batch_seed: int
    batch_count: int
    batch_labels: tuple[str, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        last = self.batch_seed + self.batch_count - 1
        if not self.batch_seed <= self.seed <= last:
            raise InvalidInput(f"seed must be from {self.batch_seed} to {last}, got {self.seed}")

    def _words(self):
        return ["-n", "1", "--separate"]

    def _save(self, sampler, file, texts):
        labels = random_labels(sampler, self.batch_labels, self.batch_seed, self.batch_count)
        pixels = sampler.generate(labels, self.batch_seed)[self.seed - self.batch_seed]
        images.save(Image.fromarray(pixels), file, texts)


# Kinds of images in records.
KINDS = {kind.KIND: kind for kind in (Sheet, Grid, Interpolation, SingleImage)}


def as_texts(values: Mapping[str, str]) -> tuple[str, ...]:
    """Values of labels as texts NAME=VALUE, which `parse_values` reads."""
    return tuple(f"{name}={value}" for name, value in values.items())


def random_labels(sampler: Sampler, given: Sequence[str], seed: int, count: int) -> np.ndarray:
    """Labels of images, int [count, L]; those not given are random by the seed of each image."""
    choice = sampler.schema.choice(parse_values(given))
    return sampling.random_labels(sampler.schema, choice, range(seed, seed + count))
