"""Images of noise as files."""

from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image

_PER_FOLDER = 10_000


def write_noise(folder: Path, count: int) -> None:
    """Write JPEG files of noise, 64 x 64, in folders of 10,000; whole folders stay."""
    with Pool() as pool:
        pool.starmap(_write_part, [(folder, at, count) for at in range(0, count, _PER_FOLDER)])


def _write_part(folder: Path, start: int, count: int) -> None:
    part = folder / f"{start // _PER_FOLDER:04d}"
    part.mkdir(parents=True, exist_ok=True)
    names = [f"{index:05d}.jpg" for index in range(min(_PER_FOLDER, count - start))]
    if len(list(part.iterdir())) < len(names):
        random = np.random.default_rng(start)
        for name in names:
            pixels = random.integers(0, 256, (64, 64, 3), np.uint8)
            Image.fromarray(pixels).save(part / name, quality=85)
