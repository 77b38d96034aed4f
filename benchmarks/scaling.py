"""Time and memory against the number of images, their size, the batch and the workers.

python -m benchmarks.scaling [--only CURVE] [--folder FOLDER] [--most 1000000]

Every point is measured in processes of its own, and replaces its row in benchmarks/scaling.csv. All
rows are printed as a table with the exponent of each curve, and drawn in docs/images/scaling.png.
A million images take 20 GB in FOLDER and several minutes to write. Images that an earlier call
wrote to FOLDER are used again.
"""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import matplotlib.pyplot as plt
import numpy as np
import psutil

from benchmarks.noise import write_noise
from kerasgan.utils import files
from tests.processes import clusters

_TABLE = Path(__file__).with_name("scaling.csv")
_PLOT = Path(__file__).parents[1] / "docs" / "images" / "scaling.png"
_COUNTS = (1_000, 10_000, 100_000, 1_000_000)
_SIDES, _BATCHES = (32, 64, 128, 256), (8, 16, 32, 64, 128)
_BATCH_OF_WORKER = {"acgan": 64, "r3gan": 32}
_CORES = ",".join(map(str, sorted(os.sched_getaffinity(0))))


class Point(NamedTuple):
    """A measurement: seconds, and the GiB that all its processes had resident at most.

    axis: a key of CURVES.
    curve: what takes the seconds.
    x: number of images or pixels, images of a batch, or workers.
    """

    axis: str
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
                yield Point("images", curve, count, answer["seconds"], answer["gibibytes"])
            memory = answer["gibibytes"]
            yield Point("images", "open prepared images", count, answer["opening"], memory)
        finally:
            shutil.rmtree(cache, ignore_errors=True)


def of_pixels(*_) -> Iterator[Point]:
    """Steps of r3gan with larger images; x is the number of pixels of one."""
    for side in _SIDES:
        answer = measured("steps", _CORES, options("r3gan", image_size=side, batch_size=8))
        yield Point("pixels", "step of r3gan", side**2, answer["seconds"], answer["gibibytes"])


def of_batch(*_) -> Iterator[Point]:
    """Steps of r3gan with larger batches."""
    for batch in _BATCHES:
        answer = measured("steps", _CORES, options("r3gan", image_size=64, batch_size=batch))
        yield Point("batch", "step of r3gan", batch, answer["seconds"], answer["gibibytes"])


def of_workers(*_) -> Iterator[Point]:
    """Steps of one and of two workers with a core and the default batch each."""
    for model, batch in _BATCH_OF_WORKER.items():
        curve = f"step of {model}"
        alone = measured("steps", "0", options(model, image_size=64, batch_size=batch))
        yield Point("workers", curve, 1, alone["seconds"], alone["gibibytes"])
        both = {"image_size": 64, "batch_size": 2 * batch, "strategy": "multi-worker"}
        workers = [
            started("steps", core, options(model, **both), TF_CONFIG=cluster)
            for core, cluster in enumerate(clusters())
        ]
        answers = [answer_of(worker) for worker in workers]
        memory = sum(answer["gibibytes"] for answer in answers)
        yield Point("workers", curve, 2, answers[0]["seconds"], memory)


CURVES = {"images": of_images, "pixels": of_pixels, "batch": of_batch, "workers": of_workers}
_TITLES = {
    "images": "images of a data set",
    "pixels": "pixels of an image",
    "batch": "images of a batch",
    "workers": "workers with a core and a batch each",
}


def options(model: str, **fields) -> str:
    return json.dumps({"MODEL": model, **fields})


def started(task: str, *words, **environment: str) -> subprocess.Popen:
    """A process of `benchmarks.scaled`."""
    command = [sys.executable, "-m", "benchmarks.scaled", task, *map(str, words)]
    return subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )


def answer_of(process: subprocess.Popen) -> dict[str, float]:
    """Wait for the process, and parse the last line of its output as JSON."""
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


def read_table() -> dict[tuple, Point]:
    """All points that were measured, by axis, curve and x."""
    if not _TABLE.exists():
        return {}
    with _TABLE.open(newline="") as lines:
        _, *rows = csv.reader(lines)
    points = [Point(*row[:2], int(row[2]), *map(float, row[3:])) for row in rows]
    return {point[:3]: point for point in points}


def write_table(points: dict[tuple, Point]) -> None:
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(Point._fields)
    for *key, seconds, gibibytes in points.values():
        table.writerow([*key, f"{seconds:.4g}", f"{gibibytes:.3g}"])
    files.write(_TABLE, lines.getvalue())


def exponent(curve: list[Point]) -> float:
    """The slope of the seconds in logarithmic axes."""
    x, seconds = np.log([[point.x, point.seconds] for point in curve]).T
    return float(np.polyfit(x, seconds, 1)[0])


def report(points: dict[tuple, Point]) -> None:
    """Print a row for each curve, and draw the curves of each axis."""
    curves: dict[tuple[str, str], list[Point]] = {}
    for point in points.values():
        curves.setdefault(point[:2], []).append(point)
    click.echo("| against | what | seconds (GiB) | exponent |\n|---|---|---|---|")
    for (axis, name), curve in curves.items():
        shown = [f"{p.x:,}: {p.seconds:.3g} ({p.gibibytes:.2f})" for p in curve]
        click.echo(f"| {_TITLES[axis]} | {name} | {'; '.join(shown)} | {exponent(curve):.2f} |")
    draw(curves)


def draw(curves: dict[tuple[str, str], list[Point]]) -> None:
    """Write the plot: seconds above, memory below, a column for each axis."""
    figure, panels = plt.subplots(2, len(CURVES), figsize=(14, 7), layout="constrained")
    of_axis = dict(zip(CURVES, panels.T, strict=True))
    for axis, (seconds, memory) in of_axis.items():
        scale = "linear" if axis == "workers" else "log"
        seconds.set(xscale=scale, yscale=scale, ylabel="seconds")
        memory.set(xscale=scale, ylabel="GiB resident at most", xlabel=_TITLES[axis])
    for (axis, name), curve in curves.items():
        seconds, memory = of_axis[axis]
        x = [point.x for point in curve]
        label = f"{name}: exponent {exponent(curve):.2f}"
        seconds.plot(x, [point.seconds for point in curve], "o-", label=label)
        memory.plot(x, [point.gibibytes for point in curve], "o-")
        # The curves of an axis have the same points.
        seconds.set(xticks=x)
        memory.set(xticks=x)
    for seconds, memory in of_axis.values():
        seconds.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False)
        if seconds.get_yscale() == "linear":
            seconds.set(ylim=(0, None))
        memory.set(ylim=(0, None))
        for panel in (seconds, memory):
            panel.grid(alpha=0.3)
            for ticks in (panel.xaxis, panel.yaxis):
                ticks.set_major_formatter("{x:,.7g}")
                ticks.set_minor_formatter("")
    figure.savefig(_PLOT, dpi=80)


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
                points[point[:3]] = point
                write_table(points)
    report(points)


if __name__ == "__main__":
    main()
