"""A clean copy of a folder of images."""

import shutil
from pathlib import Path

from kerasgan.datasets import decoding
from kerasgan.datasets.checks import inspection
from kerasgan.datasets.checks.inspection import Report
from kerasgan.datasets.layouts import label_files
from kerasgan.utils import files

_TABLE, _LOG = "metadata.csv", "fix.log"


def write(report: Report, folder: Path) -> int:
    """Write the images that can be used into a new or empty folder, and what was done to a log.

    Left out are unreadable images, copies and, where images have colours, those without exactly
    one hair and one eye colour. Files of plain RGB are copied as they are, others become PNGs of
    their upright first frame on white. Tags go into metadata.csv, in UTF-8.

    Returns:
        How many images were written.

    Raises:
        InvalidInput: if the folder is not empty or cannot be written.
    """
    sizes = sum(
        (report.listing.root / picture.name).stat().st_size for picture in report.listing.pictures
    )
    files.check_vacant(folder, sizes)
    unusable = {}
    if inspection.has_colours(report.listing):
        unusable = {name: why for why, names in report.left_out.items() for name in names}
    written, log = [], []
    with files.replacing(folder) as temporary:
        temporary.mkdir(parents=True)
        for picture, examined in zip(report.listing.pictures, report.examined, strict=True):
            why = examined.why or report.copies.get(picture.name) or unusable.get(picture.name)
            if why:
                log.append(f"left out {picture.name}: {why}")
                continue
            target = _save(report.listing.root, picture.name, temporary, examined.is_plain)
            written.append((target, picture.tags))
            if target != picture.name:
                log.append(f"converted {picture.name} to {target}")
        if any(tags for _, tags in written):
            with (temporary / _TABLE).open("w", encoding="utf-8", newline="") as file:
                label_files.write_table(written, file)
        (temporary / _LOG).write_text("".join(f"{line}\n" for line in log), encoding="utf-8")
    return len(written)


def _save(root: Path, name: str, folder: Path, is_plain: bool) -> str:
    target = name if is_plain else f"{name}.png"
    (folder / target).parent.mkdir(parents=True, exist_ok=True)
    if is_plain:
        shutil.copyfile(root / name, folder / target)
    else:
        decoding.read(root / name).save(folder / target)
    return target
