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
    """Triptychs of both domains side by side: original, translated, translated back.

    Args:
        data: its first images are shown.
        rows: number of images of each domain, at most.
        has_identity: whether to show each generator's output for images of its target domain too.
    """
    columns, labels = [], []
    count = min(rows, data.size)
    for domain, domain_images in data.by_name.items():
        original = domain_images[np.arange(count)]
        translated = translator.translate(original, other_domain(domain))
        columns += [original, translated, translator.translate(translated, domain)]
        labels += [domain, f"to {other_domain(domain)}", "and back"]
        if has_identity:
            columns.append(translator.translate(original, domain))
            labels.append(f"to {domain}")
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
