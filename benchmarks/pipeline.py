"""How fast images come, how fast ACGAN takes them, and how much memory a large set needs.

python -m benchmarks.pipeline [--images 200000] [--image-size 64] [--steps 20]
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from kerasgan import tasks
from kerasgan.configs.acgan import ACGANConfig
from kerasgan.datasets.cache import CachedImages
from kerasgan.datasets.colours import COLOURS
from kerasgan.datasets.labelled import LabelledImages
from kerasgan.labels import LabelSchema
from kerasgan.training import trainer


def faces_in(file: Path, count: int, size: int) -> LabelledImages:
    """Write noise as the images of a set, and return it with random labels."""
    random = np.random.default_rng(0)
    with file.open("wb") as images:
        for start in range(0, count, 1000):
            some = min(1000, count - start)
            images.write(random.integers(0, 256, (some, size, size, 3), np.uint8).tobytes())
    labels = random.integers(0, (12, 11), (count, 2))
    images = CachedImages(file, size)
    return LabelledImages.of("noise", images, LabelSchema.of(COLOURS), labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=200_000)
    parser.add_argument("--image-size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=20)
    arguments = parser.parse_args()
    config = ACGANConfig.from_preset("quick", image_size=arguments.image_size)
    with tempfile.TemporaryDirectory() as folder:
        faces = faces_in(Path(folder) / "images", arguments.images, arguments.image_size)
        model = trainer.build(config, faces)
        batches = tasks.of(config).batches(faces, model)
        images = batches.take(20 * arguments.steps).as_numpy_iterator()
        next(images)
        start = time.perf_counter()
        count = sum(1 for _ in images)
        delivered = count * config.batch_size / (time.perf_counter() - start)
        model.fit_batches(batches, 2, [])
        start = time.perf_counter()
        model.fit_batches(batches, arguments.steps, [])
        consumed = arguments.steps * config.batch_size / (time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{arguments.images:,} images of {arguments.image_size} pixels")
    print(f"pipeline alone: {delivered:,.0f} images per second")
    print(f"ACGAN's quick preset: {consumed:,.0f} real images per second")
    print(f"ratio: {delivered / consumed:.1f}; peak resident memory: {peak:.2f} GiB")


if __name__ == "__main__":
    main()
