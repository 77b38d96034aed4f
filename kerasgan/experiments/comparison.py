"""Several runs side by side: tables, curves, samples and a page."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kerasgan import tasks
from kerasgan.inference import sampling
from kerasgan.reporting import html_page, plots
from kerasgan.runs import checkpoints
from kerasgan.runs.directory import EVALUATION_FILE, Run
from kerasgan.utils import files, images

_SAMPLES = 10


class RunResults(NamedTuple):
    """A run under the name of its setting; runs that differ in the seed share a name.

    metrics: the columns of metrics.csv, {name: [rows]}.
    evaluation: {name: value} of evaluation.json, if there is one.
    """

    setting: str
    run: Run
    metrics: dict[str, np.ndarray]
    evaluation: dict[str, float]

    def final(self) -> dict[str, float]:
        """The last value of each of the metrics, and the evaluation's."""
        known = {name: rows[~np.isnan(rows)] for name, rows in self.metrics.items()}
        last = {name: float(values[-1]) for name, values in known.items() if len(values)}
        return {**last, **self.evaluation}


def read(setting: str, run: Run) -> RunResults:
    """What the run's folder tells."""
    metrics = plots.read_metrics(run.metrics_file) if run.metrics_file.is_file() else {}
    file = run.path / EVALUATION_FILE
    with files.named_if_damaged(file):
        numbers = json.loads(file.read_text())["numbers"] if file.is_file() else {}
        evaluation = {name: float(number["value"]) for name, number in numbers.items()}
    return RunResults(setting, run, metrics, evaluation)


def by_setting(compared: Sequence[RunResults]) -> dict[str, list[RunResults]]:
    """The runs of each setting, in the order of their first appearance."""
    groups: dict[str, list[RunResults]] = {}
    for one in compared:
        groups.setdefault(one.setting, []).append(one)
    return groups


def means(compared: Sequence[RunResults]) -> dict[str, dict[str, tuple[float, float]]]:
    """The final values of each setting, {setting: {name: (mean, standard deviation)}}."""
    table = {}
    for setting, runs in by_setting(compared).items():
        finals = [run.final() for run in runs]
        names = dict.fromkeys(name for final in finals for name in final)
        table[setting] = {
            name: (float(np.mean(values)), float(np.std(values)))
            for name in names
            if (values := [final[name] for final in finals if name in final])
        }
    return table


def table_of(
    compared: Sequence[RunResults], columns: dict[str, Callable[[dict[str, float]], float]]
) -> str:
    """A Markdown table of numbers made of the final values, means over the seeds."""
    table = {
        setting: {
            heading: (float(np.mean([number(run.final()) for run in runs])), 0.0)
            for heading, number in columns.items()
        }
        for setting, runs in by_setting(compared).items()
    }
    return _as_markdown(table)


def write(compared: Sequence[RunResults], folder: Path, title: str, note: str = "") -> None:
    """Write table.csv, table.md, curves/*.png, samples.png and report.html into the folder.

    Args:
        note: what is to be said above the table.
    """
    table = means(compared)
    files.write(folder / "table.csv", _as_csv(compared))
    files.write(folder / "table.md", _as_markdown(table))
    curves = _draw_curves(compared, folder / "curves")
    pictures = _draw_samples(compared, folder / "samples.png")
    page = _as_html(title, note, table, [*pictures, *curves])
    files.write(folder / "report.html", page)


def _as_csv(compared: Sequence[RunResults]) -> str:
    finals = [one.final() for one in compared]
    names = list(dict.fromkeys(name for final in finals for name in final))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["setting", "run", "seed", *names])
    for one, final in zip(compared, finals, strict=True):
        values = [final.get(name, "") for name in names]
        writer.writerow([one.setting, one.run.path.name, one.run.config.seed, *values])
    return text.getvalue()


def _as_markdown(table: dict[str, dict[str, tuple[float, float]]]) -> str:
    names = list(dict.fromkeys(name for row in table.values() for name in row))
    lines = [f"| setting | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for setting, row in table.items():
        lines.append(f"| {setting} | {' | '.join(_cell(row.get(name)) for name in names)} |")
    return "\n".join(lines) + "\n"


def _cell(value: tuple[float, float] | None) -> str:
    if value is None:
        return ""
    mean, deviation = value
    return f"{mean:.4g}" + (f" ± {deviation:.2g}" if deviation else "")


def _draw_curves(compared: Sequence[RunResults], folder: Path) -> list[Path]:
    names = dict.fromkeys(name for one in compared for name in one.metrics)
    drawn = []
    for name in names:
        if name in ("step", "seconds"):
            continue
        lines = {
            setting: [plots.known(run.metrics, name) for run in runs if name in run.metrics]
            for setting, runs in by_setting(compared).items()
        }
        plots.save_curves(lines, folder / f"{name}.png", name)
        drawn.append(folder / f"{name}.png")
    return drawn


def _draw_samples(compared: Sequence[RunResults], file: Path) -> list[Path]:
    """Draw a row of images for each setting, of the same noise or the same images."""
    rows, labels = [], []
    for setting, (one, *_) in by_setting(compared).items():
        found = checkpoints.newest(one.run)
        if found is None:
            continue
        rows.append(
            tasks.of(one.run.config).row(one.run, sampling.from_arrays(one.run, found[1]), _SAMPLES)
        )
        labels.append(setting)
    # Runs of several sizes have no common grid.
    if not rows or len({row.shape for row in rows}) > 1:
        return []
    images.save(images.grid(np.concatenate(rows), _SAMPLES, labels), file)
    return [file]


def _as_html(
    title: str, note: str, table: dict[str, dict[str, tuple[float, float]]], pictures: list[Path]
) -> str:
    names = list(dict.fromkeys(name for row in table.values() for name in row))
    rows = ([setting, *(_cell(row.get(name)) for name in names)] for setting, row in table.items())
    return html_page.page(
        title,
        html_page.paragraph(note),
        html_page.table(["setting", *names], rows),
        *(html_page.picture(picture.stem, picture.read_bytes()) for picture in pictures),
    )
