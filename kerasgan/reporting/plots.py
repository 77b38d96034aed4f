"""Plots of metrics and of counts."""

import csv
import io
from collections.abc import Sequence
from contextlib import ContextDecorator
from pathlib import Path
from typing import cast

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter

from kerasgan.labels import Label
from kerasgan.reporting import panels
from kerasgan.utils import files

# Names of runs and labels may have dollar signs, which would begin a formula.
_PLAIN = cast(ContextDecorator, plt.rc_context({"text.parse_math": False}))


def read_metrics(file: Path) -> dict[str, np.ndarray]:
    """Read the columns of a metrics.csv, {name: [rows]}.

    Raises:
        InvalidInput: if the file is damaged.
    """
    with files.named_if_damaged(file), file.open(newline="") as lines:
        table = csv.DictReader(lines)
        rows = [[float(value) for value in row.values()] for row in table]
        names = table.fieldnames or []
        columns = np.array(rows).reshape(-1, len(names)).T
        return dict(zip(names, columns, strict=True))


def save_losses(
    metrics: dict[str, np.ndarray], path: Path, title: str, steps_per_epoch: int = 0
) -> None:
    """Write losses.png: losses, accuracies and gradient norms over the steps.

    Args:
        steps_per_epoch: for an axis of epochs above each panel; 0 for none.
    """
    _save_panels(panels.training(metrics), metrics, path, title, steps_per_epoch)


def save_evaluations(
    metrics: dict[str, np.ndarray], path: Path, title: str, steps_per_epoch: int = 0
) -> None:
    """Write evaluation.png: the metrics of `--evaluate-every` over the steps, if there are any."""
    if grouped := panels.quality(metrics):
        _save_panels(grouped, metrics, path, title, steps_per_epoch)


@_PLAIN
def _save_panels(
    grouped: dict[str, list[str]],
    metrics: dict[str, np.ndarray],
    path: Path,
    title: str,
    steps_per_epoch: int,
) -> None:
    rows = -(-len(grouped) // 3)
    width, height = 15, 4 * rows
    figure, axes = plt.subplots(rows, 3, figsize=(width, height), squeeze=False)
    # A constrained layout would take as long as the drawing, and this is drawn while training.
    figure.subplots_adjust(
        left=0.7 / width,
        right=1 - 0.2 / width,
        bottom=0.6 / height,
        top=1 - 1.2 / height,
        wspace=0.2,
        hspace=0.45,
    )
    for axis, (name, columns) in zip(axes.flat, grouped.items(), strict=False):
        for column in columns:
            steps, values = known(metrics, column)
            marker = "." if len(steps) < 3 else None
            axis.plot(steps, values, label=column, marker=marker, linewidth=1.2)
        axis.set(title=name, xlabel="step")
        if name in panels.LOGARITHMIC:
            _set_logarithmic(axis)
        axis.grid(alpha=0.3)
        axis.legend()
        if steps_per_epoch:
            _add_epochs(axis, steps_per_epoch)
    for axis in axes.flat[len(grouped) :]:
        axis.set_axis_off()
    figure.suptitle(title, y=1 - 0.2 / height, verticalalignment="top")
    _save(figure, path)


def _set_logarithmic(axis: Axes) -> None:
    axis.set_yscale("log")
    # The default labels are formulas, which would be shown as they are written.
    axis.yaxis.set_major_formatter(LogFormatter())
    axis.yaxis.set_minor_formatter(LogFormatter())


def _add_epochs(axis: Axes, steps_per_epoch: int) -> None:
    to_epochs, to_steps = (lambda step: step / steps_per_epoch, lambda n: n * steps_per_epoch)
    axis.secondary_xaxis("top", functions=(to_epochs, to_steps)).set_xlabel("epoch")


def known(metrics: dict[str, np.ndarray], column: str) -> tuple[np.ndarray, np.ndarray]:
    """The steps and values of a column, without rows where it is NaN."""
    measured = ~np.isnan(metrics[column])
    return metrics["step"][measured], metrics[column][measured]


@_PLAIN
def save_curves(
    lines: dict[str, list[tuple[np.ndarray, np.ndarray]]], path: Path, title: str
) -> None:
    """Write a plot of one metric over the steps, for several settings.

    Args:
        lines: {setting: [(steps [n], values [n]) of each run]}.
    """
    figure, axis = plt.subplots(figsize=(9, 5), layout="constrained")
    for number, (setting, runs) in enumerate(lines.items()):
        for run, (steps, values) in enumerate(runs):
            label = None if run else setting
            axis.plot(steps, values, color=f"C{number % 10}", label=label, linewidth=1.2, alpha=0.8)
    axis.set(title=title, xlabel="step")
    axis.grid(alpha=0.3)
    axis.legend()
    _save(figure, path)


def draw_counts(counts: np.ndarray, rows: Label, columns: Label) -> bytes:
    """A heat map of the number of images with each two values, int [K, K'], as a PNG."""
    texts = {"title": "images of each two values", "ylabel": rows.name, "xlabel": columns.name}
    return _heat_map(counts, rows.values, columns.values, texts)


def draw_confusion(counts: np.ndarray, label: Label) -> bytes:
    """A confusion matrix, int [requested, read], as a PNG."""
    texts = {"title": label.name, "ylabel": "requested", "xlabel": "read"}
    return _heat_map(counts, label.values, label.values, texts)


@_PLAIN
def _heat_map(
    counts: np.ndarray, rows: Sequence[str], columns: Sequence[str], texts: dict[str, str]
) -> bytes:
    size = np.clip([len(columns) / 2 + 2, len(rows) / 2 + 1], (8, 7), 40)
    figure, axis = plt.subplots(figsize=tuple(size), layout="constrained")
    image = axis.imshow(counts, cmap="viridis")
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if 2 * count < counts.max() else "black"
        axis.text(column, row, count, ha="center", va="center", color=colour, fontsize=8)
    axis.set_xticks(range(len(columns)), columns, rotation=45)
    axis.set_yticks(range(len(rows)), rows)
    axis.set(**texts)
    figure.colorbar(image)
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=80)
    plt.close(figure)
    return png.getvalue()


def _save(figure: Figure, path: Path) -> None:
    with files.replacing(path) as temporary:
        figure.savefig(temporary, dpi=80)
    plt.close(figure)
