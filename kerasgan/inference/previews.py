"""Sheets of translated and edited images: a row per input, a column per version of it."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from kerasgan.datasets.labelled import LabelledImages
from kerasgan.datasets.unpaired import UnpairedImages
from kerasgan.inference.image_to_image import DomainTranslator, Editor, other_domain
from kerasgan.utils import images


def domain_sheet(
    translator: DomainTranslator, data: UnpairedImages, rows: int, has_identity: bool
) -> Image.Image:
    """Columns of each domain side by side: original, translated, translated back.

    Columns that need another direction than the translator's are left out.

    Args:
        data: its first images are shown.
        rows: number of images of each domain, at most.
        has_identity: whether to show each generator's output for images of its target domain too.
    """
    columns, labels = [], []
    count = min(rows, data.size)
    for domain, domain_images in data.by_name.items():
        other, original = other_domain(domain), domain_images[np.arange(count)]
        shown = {}
        if other in translator.domains:
            titles = (f"to {other}", "and back")
            shown |= zip(titles, translator.round_trip(original, other), strict=False)
        if has_identity and domain in translator.domains:
            shown[f"to {domain}"] = translator.translate(original, domain)
        if shown:
            columns += [original, *shown.values()]
            labels += [domain, *shown]
    return columns_sheet(columns, labels)


def label_sheet(editor: Editor, data: LabelledImages, rows: int) -> Image.Image:
    """Images, and each of them edited to every label in turn, with the other labels kept.

    Args:
        data: its first images are shown.
        rows: number of images, at most.
    """
    indices = np.arange(min(rows, data.size))
    original = data.pixels(indices)
    columns, titles = [original], ["original"]
    for number, label in enumerate(editor.schema.labels):
        for value in range(len(label.values)):
            labels = data.labels[indices]
            labels[:, number] = value
            columns.append(editor.edit(original, labels))
            titles.append(label.caption(value))
    return columns_sheet(columns, titles)


def columns_sheet(columns: Sequence[np.ndarray], labels: Sequence[str]) -> Image.Image:
    """A grid with labelled columns of images, uint8 [n, H, W, 3] each."""
    rows = np.stack(columns, axis=1)
    return images.grid(rows.reshape(-1, *rows.shape[2:]), len(columns), (), labels)
