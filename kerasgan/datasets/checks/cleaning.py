"""A clean copy of a folder of images."""

import shutil
from itertools import count
from pathlib import Path

from kerasgan.datasets import decoding
from kerasgan.datasets.checks.report import Report
from kerasgan.datasets.layouts.table import write_table
from kerasgan.datasets.layouts.tags import encodable
from kerasgan.utils import files

_TABLE, _LOG = "metadata.csv", "fix.log"


def write(report: Report, folder: Path) -> int:
    """Write the usable images and a log into a new or empty folder.

    Unreadable images and copies are left out, and images with several values of a label.
    Plain RGB files are copied; other files become PNGs of their upright first frame on white.
    Labels and tags are written to metadata.csv, in UTF-8.

    Args:
        report: the report on the folder to clean.
        folder: the folder to write.

    Returns:
        The number of images written.

    Raises:
        InvalidInput: if the folder is not empty or cannot be written.
    """
    sizes = sum(
        (report.listing.root / image.name).stat().st_size for image in report.listing.images
    )
    files.check_vacant(folder, sizes)
    reasons = _reasons(report)
    plain = {
        image.name
        for image, examined in zip(report.listing.images, report.examined, strict=True)
        if examined.is_plain and encodable(image.name) == image.name
    }
    taken = set(plain)
    written, log = [], []
    with files.replacing(folder) as temporary:
        temporary.mkdir(parents=True)
        for image, examined in zip(report.listing.images, report.examined, strict=True):
            if image.name in reasons:
                log.append(f"left out {image.name}: {reasons[image.name]}")
                continue
            target = image.name if image.name in plain else _free_name(image.name, taken)
            _save(report.listing.root / image.name, temporary / target, examined.is_plain)
            written.append(image._replace(name=target))
            if target != image.name:
                log.append(f"converted {image.name} to {target}")
        if any(image.tags or image.values for image in written):
            with (temporary / _TABLE).open("w", encoding="utf-8", newline="") as file:
                write_table(written, file)
        files.write(temporary / _LOG, "".join(f"{line}\n" for line in log))
    return len(written)


def _reasons(report: Report) -> dict[str, str]:
    """{name: why the image is left out}."""
    reasons = {name: why for why, names in report.ambiguous.items() for name in names}
    reasons |= report.copies
    examined = zip(report.listing.images, report.examined, strict=True)
    return reasons | {image.name: result.why for image, result in examined if result.why}


def _free_name(name: str, taken: set[str]) -> str:
    """A name for a converted image, in UTF-8 and not yet taken, which it is from now on."""
    beginning = encodable(name)
    endings = (f"-{number}.png" if number else ".png" for number in count())
    target = next(name for ending in endings if (name := beginning + ending) not in taken)
    taken.add(target)
    return target


def _save(source: Path, target: Path, is_plain: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if is_plain and target.suffix == source.suffix:
        shutil.copyfile(source, target)
    else:
        decoding.read(source).save(target)
