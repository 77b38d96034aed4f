"""The folders of image files that `kerasgan sample` writes."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from kerasgan.inference.generated import SingleImage, Source, as_texts, random_labels
from kerasgan.inference.requests import SampleRequest
from kerasgan.models.sampling import BATCH, Sampler
from kerasgan.utils import images, progress


class Files(NamedTuple):
    """A folder of single images, named by their labels and seeds.

    Attributes:
        seed, labels: as of `Grid`.
        count: number of files.
        suffix: of the files, such as ".png".
    """

    seed: int
    labels: tuple[str, ...]
    count: int
    suffix: str

    def write(self, sampler: Sampler, source: Source, folder: Path) -> None:
        """Generate and write the images, with one batch in memory."""
        generated = single_images(sampler, self.seed, self.labels, self.count)
        bar = progress.bar(generated, desc="Generating", total=self.count, unit=" images")
        for single, labels, pixels in bar:
            name = file_name(sampler.schema.captions(labels)) or "image"
            name += f"-seed{single.seed}{self.suffix}"
            images.save(Image.fromarray(pixels), folder / name, single.record(source))


class ListedFiles(NamedTuple):
    """A folder of single images of a list, sample_<id>_<n>.

    Attributes:
        requests: lines of the list.
        seed: of the first image of each line.
        count: images per line.
        suffix: of the files, such as ".png".
    """

    requests: Sequence[SampleRequest]
    seed: int
    count: int
    suffix: str

    def write(self, sampler: Sampler, source: Source, folder: Path) -> None:
        """Generate and write the images, with one batch in memory."""
        for number, values in self.requests:
            generated = single_images(sampler, self.seed, as_texts(values), self.count)
            for index, (single, _, pixels) in enumerate(generated, start=1):
                file = folder / f"sample_{number}_{index}{self.suffix}"
                images.save(Image.fromarray(pixels), file, single.record(source))


def single_images(
    sampler: Sampler, seed: int, labels: tuple[str, ...], count: int
) -> Iterator[tuple[SingleImage, np.ndarray, np.ndarray]]:
    """Yield images, their labels, int [L], and pixels, uint8 [H, W, 3]; image i has `seed` + i."""
    for start in range(seed, seed + count, BATCH):
        size = min(BATCH, seed + count - start)
        rows = random_labels(sampler, labels, start, size)
        batch = {"batch_seed": start, "batch_count": size, "batch_labels": labels}
        generated = zip(rows, sampler.generate(rows, start), strict=True)
        for index, (row, pixels) in enumerate(generated):
            own = as_texts(sampler.schema.values(row))
            yield SingleImage(seed=start + index, labels=own, **batch), row, pixels


def file_name(captions: Sequence[str]) -> str:
    """Captions of labels as a part of a file's name; empty without labels."""
    # A config.json from elsewhere may contain any text as a value, such as "../..".
    return re.sub(r"[^\w.-]+", "_", "-".join(captions))[:100]
