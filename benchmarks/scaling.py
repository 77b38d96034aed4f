"""Time and memory against the number of images, their size, the batch and the workers.

python -m benchmarks.scaling [--only CURVE] [--folder FOLDER] [--most 1000000]

Every point is measured in processes of its own, and replaces its row in benchmarks/scaling.csv. All
rows are printed as a table with the exponent of each curve, and drawn in docs/images/scaling.png.
A million images need 20 GB in FOLDER, and minutes to be written; those of an earlier call stay.
"""

import csv
import io
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple

import click
import matplotlib.pyplot as plt
import numpy as np
import psutil
from PIL import Image

from kerasgan.utils import files
from tests.test_workers import clusters

_TABLE = Path(__file__).with_name("scaling.csv")
_PLOT = Path(__file__).parents[1] / "docs" / "images" / "scaling.png"
_PER_FOLDER = 10_000
_COUNTS = (1_000, 10_000, 100_000, 1_000_000)
_SIDES, _BATCHES = (32, 64, 128, 256), (8, 16, 32, 64, 128)
_MODELS = ("acgan", "r3gan")
_CORES = ",".join(map(str, sorted(os.sched_getaffinity(0))))


class Point(NamedTuple):
    """A measurement: seconds, and the GiB that all its processes had resident at most."""

    curve: str
    x: int
    seconds: float
    gibibytes: float


def of_images(folder: Path, most: int) -> Iterator[Point]:
    """Prepare JPEG files, and load them again when they are prepared."""
    for count in filter(lambda count: count <= most, _COUNTS):
        images, cache = folder / f"{count}", folder / "cache"
        write_noise(images, count)
        try:
            for curve in ("prepare files", "load prepared files"):
                answer = measured("load", images, KERASGAN_CACHE=str(cache))
                yield Point(curve, count, answer["seconds"], answer["gibibytes"])
            yield Point("open prepared images", count, answer["opening"], answer["gibibytes"])
        finally:
            shutil.rmtree(cache, ignore_errors=True)


def of_pixels(*_) -> Iterator[Point]:
    """Steps of r3gan with larger images; x is the number of pixels of one."""
    for side in _SIDES:
        answer = measured("steps", _CORES, options("r3gan", image_size=side, batch_size=8))
        yield Point("step, by pixels", side**2, answer["seconds"], answer["gibibytes"])


def of_batch(*_) -> Iterator[Point]:
    """Steps of r3gan with larger batches."""
    for batch in _BATCHES:
        answer = measured("steps", _CORES, options("r3gan", image_size=64, batch_size=batch))
        yield Point("step, by batch", batch, answer["seconds"], answer["gibibytes"])


def of_workers(*_) -> Iterator[Point]:
    """Steps of one and of two workers with a core and 16 images each."""
    for model in _MODELS:
        size = {"image_size": 64, "batch_size": 16}
        alone = measured("steps", "0", options(model, **size))
        yield Point(f"step of {model}, by workers", 1, alone["seconds"], alone["gibibytes"])
        size = {"image_size": 64, "batch_size": 32, "strategy": "multi-worker"}
        first, second = [
            started("steps", core, options(model, **size), TF_CONFIG=cluster)
            for core, cluster in enumerate(clusters())
        ]
        answers = [answer_of(first), answer_of(second)]
        memory = sum(answer["gibibytes"] for answer in answers)
        yield Point(f"step of {model}, by workers", 2, answers[0]["seconds"], memory)


CURVES = {"images": of_images, "pixels": of_pixels, "batch": of_batch, "workers": of_workers}


def options(model: str, **fields) -> str:
    return json.dumps({"MODEL": model, **fields})


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


def started(task: str, *words, **environment: str) -> subprocess.Popen:
    """A process of `benchmarks.scaled`."""
    command = [sys.executable, "-m", "benchmarks.scaled", task, *map(str, words)]
    return subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )


def answer_of(process: subprocess.Popen) -> dict[str, float]:
    """What the process prints last."""
    output, _ = process.communicate()
    if process.returncode:
        raise click.ClickException(f"{process.args} ended with {process.returncode}")
    return json.loads(output.splitlines()[-1])


def measured(task: str, *words, **environment: str) -> dict[str, float]:
    """The answer to a task, with the memory of its process and of those that it started."""
    process = started(task, *words, **environment)
    memory, is_over = [0], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.2):
            memory.append(_resident(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        answer = answer_of(process)
    finally:
        is_over.set()
        watcher.join()
    return {**answer, "gibibytes": max(answer["gibibytes"], max(memory) / 2**30)}


def _resident(number: int) -> int:
    try:
        parent = psutil.Process(number)
        family = [parent, *parent.children(recursive=True)]
        return sum(each.memory_info().rss for each in family)
    except psutil.NoSuchProcess:
        return 0


def read_table() -> dict[tuple[str, int], Point]:
    """All points that were measured, by curve and x."""
    if not _TABLE.exists():
        return {}
    with _TABLE.open(newline="") as lines:
        points = [
            Point(row["curve"], int(row["x"]), float(row["seconds"]), float(row["gibibytes"]))
            for row in csv.DictReader(lines)
        ]
    return {(point.curve, point.x): point for point in points}


def write_table(points: dict[tuple[str, int], Point]) -> None:
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(Point._fields)
    for curve, x, seconds, gibibytes in points.values():
        table.writerow([curve, x, f"{seconds:.4g}", f"{gibibytes:.3g}"])
    files.write(_TABLE, lines.getvalue())


def exponent(curve: list[Point]) -> float:
    """The slope of the seconds in logarithmic axes; NaN for fewer than two points."""
    if len(curve) < 2:
        return math.nan
    x, seconds = np.log([[point.x, point.seconds] for point in curve]).T
    return float(np.polyfit(x, seconds, 1)[0])


def report(points: dict[tuple[str, int], Point]) -> None:
    """Print a table of all points, and draw them."""
    curves: dict[str, list[Point]] = {}
    for point in points.values():
        curves.setdefault(point.curve, []).append(point)
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    click.echo("| curve | x | seconds | GiB | exponent |\n|---|---|---|---|---|")
    for name, curve in curves.items():
        slope = exponent(curve)
        for number, point in enumerate(curve):
            shown = f"{slope:.2f}" if number == 0 else ""
            row = (name if number == 0 else "", f"{point.x:,}")
            click.echo(
                f"| {' | '.join(row)} | {point.seconds:.3g} | {point.gibibytes:.2f} | {shown} |"
            )
        x = [point.x for point in curve]
        label = f"{name} (exponent {slope:.2f})"
        axes[0].loglog(x, [point.seconds for point in curve], "o-", label=label)
        axes[1].loglog(x, [point.gibibytes for point in curve], "o-")
    for ax, y in zip(axes, ("seconds", "GiB resident at most"), strict=True):
        ax.set(xlabel="images, pixels of an image, images of a batch, or workers", ylabel=y)
        ax.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=2, fontsize="small")
    figure.savefig(_PLOT, dpi=100)


@click.command()
@click.option("--only", type=click.Choice(list(CURVES)), multiple=True, help="Default: all.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Of the images. Default: temporary."
)
@click.option("--most", default=_COUNTS[-1], show_default=True, help="Largest number of images.")
def main(only: tuple[str, ...], folder: Path | None, most: int) -> None:
    """Measure, print and draw."""
    points = read_table()
    with tempfile.TemporaryDirectory() as temporary:
        for name in only or CURVES:
            for point in CURVES[name](folder or Path(temporary), most):
                click.echo(point, err=True)
                points[point.curve, point.x] = point
                write_table(points)
    report(points)


if __name__ == "__main__":
    main()
