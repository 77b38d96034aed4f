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
    """Columns of each direction side by side, named as CycleGAN's authors name them.

    Of a to b: `real_a`; its translation, `fake_b`; that translated back, `rec_a`, if the translator
    can; and `idt_a`, the same generator's output for the image of b in this row.

    Args:
        data: its first images are shown.
        rows: number of images of each domain, at most.
        has_identity: whether to show `idt_a` and `idt_b`.
    """
    columns = {}
    count = np.arange(min(rows, data.size))
    originals = {domain: shown[count] for domain, shown in data.by_name.items()}
    for domain, original in originals.items():
        other = other_domain(domain)
        if other not in translator.domains:
            continue
        names = f"fake_{other}", f"rec_{domain}"
        columns[f"real_{domain}"] = original
        columns |= zip(names, translator.round_trip(original, other), strict=False)
        if has_identity:
            columns[f"idt_{domain}"] = translator.translate(originals[other], other)
    return columns_sheet(list(columns.values()), list(columns))


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
