"""Comparison of runs: tables, curves, samples and an HTML page."""

import csv
import io
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from kerasgan import tasks
from kerasgan.evaluation import intervals
from kerasgan.inference import loading
from kerasgan.reporting import html_page, plots
from kerasgan.runs import records
from kerasgan.runs.directory import Run
from kerasgan.training import trends
from kerasgan.utils import files, images
from kerasgan.utils.errors import InvalidInput

log = logging.getLogger(__name__)

_SAMPLES = 10


class RunResults(NamedTuple):
    """The results of a run; runs that differ only in the seed share the name of a setting.

    metrics: columns of metrics.csv, {name: [rows]}.
    evaluation: {name: value} from evaluation.json; empty without it.
    signs: names of the signs of failure that it raised, from health.jsonl.
    """

    setting: str
    run: Run
    metrics: dict[str, np.ndarray]
    evaluation: dict[str, float]
    signs: tuple[str, ...] = ()

    def final(self) -> dict[str, float]:
        """The last value of each metric, and the evaluation."""
        known = {name: rows[~np.isnan(rows)] for name, rows in self.metrics.items()}
        last = {name: float(values[-1]) for name, values in known.items() if len(values)}
        return {**last, **self.evaluation}

    def unweighted(self) -> dict[str, float]:
        """The final values, with losses without the factors of the run's config."""
        factors = self.run.config.loss_factors(self.run.schema.names)
        return trends.unweighted(self.final(), factors)


def read(setting: str, run: Run) -> RunResults:
    """The results of a run, read from its folder."""
    metrics = plots.read_metrics(run.metrics_file) if run.metrics_file.is_file() else {}
    evaluation = {name: number["value"] for name, number in records.evaluation(run).items()}
    signs = tuple(dict.fromkeys(event.sign for event in records.events(run)))
    return RunResults(setting, run, metrics, evaluation, signs)


def by_setting(compared: Sequence[RunResults]) -> dict[str, list[RunResults]]:
    """{setting: its runs}, in the order in which the settings appear."""
    groups: dict[str, list[RunResults]] = {}
    for results in compared:
        groups.setdefault(results.setting, []).append(results)
    return groups


def means(compared: Sequence[RunResults]) -> dict[str, dict[str, tuple[float, float]]]:
    """Final values over the seeds, {setting: {name: (mean, standard deviation)}}."""
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
    compared: Sequence[RunResults],
    columns: Mapping[str, Callable[[dict[str, float]], float]],
    reported: Mapping[str, Sequence[float]],
) -> str:
    """A Markdown table with a row per setting below the report's row of it.

    Args:
        columns: {heading: function of the unweighted final values}, averaged over the seeds and
            followed by half the width of the mean's 95% interval.
        reported: {setting: the report's numbers, one per column}.
    """
    table = {}
    for setting, runs in by_setting(compared).items():
        row = zip(columns, reported[setting], strict=True)
        table[f"{setting}, report"] = {heading: (number, 0.0) for heading, number in row}
        table[f"{setting}, here"] = {
            heading: _mean_and_half_width([number(run.unweighted()) for run in runs])
            for heading, number in columns.items()
        }
    return _as_markdown(table)


def _mean_and_half_width(values: Sequence[float]) -> tuple[float, float]:
    if len(values) == 1:
        return float(values[0]), 0.0
    mean = intervals.mean(np.array(values))
    return mean.value, mean.high - mean.value


def write(compared: Sequence[RunResults], folder: Path, title: str, *parts: str) -> None:
    """Write table.csv, table.md, curves/*.png, samples.png and report.html into the folder.

    Args:
        parts: HTML above the table of the page.
    """
    table = means(compared)
    files.write(folder / "table.csv", _as_csv(compared))
    files.write(folder / "table.md", _as_markdown(table))
    curves = _draw_curves(compared, folder / "curves")
    samples = _draw_samples(compared, folder / "samples.png")
    figures = [*samples, *_faces(compared, folder), *curves]
    page = _as_html(title, [*parts, _signs_table(compared)], table, figures)
    files.write(folder / "report.html", page)


def figure(shown: Image.Image, file: Path) -> str:
    """Write an image, and return it as HTML, named as the file."""
    images.save(shown, file)
    return html_page.image(file.stem, file.read_bytes())


def rows_of(compared: Sequence[RunResults]) -> list[dict[str, Any]]:
    """Setting, name, seed and final values of each run, by the columns of table.csv."""
    return [
        {
            "setting": results.setting,
            "run": results.run.path.name,
            "seed": results.run.config.seed,
            **results.final(),
        }
        for results in compared
    ]


def _as_csv(compared: Sequence[RunResults]) -> str:
    rows = rows_of(compared)
    names = dict.fromkeys(["setting", "run", "seed", *(name for row in rows for name in row)])
    text = io.StringIO()
    writer = csv.DictWriter(text, list(names), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
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
    names = dict.fromkeys(name for results in compared for name in results.metrics)
    written = []
    for name in names:
        if name in ("step", "seconds"):
            continue
        lines = {
            setting: [plots.known(run.metrics, name) for run in runs if name in run.metrics]
            for setting, runs in by_setting(compared).items()
        }
        plots.save_curves(lines, folder / f"{name}.png", name)
        written.append(folder / f"{name}.png")
    return written


def _draw_samples(compared: Sequence[RunResults], file: Path) -> list[Path]:
    """Write one row of images for each setting, from the same noise or the same inputs."""
    rows, labels = [], []
    for setting, (results, *_) in by_setting(compared).items():
        try:
            model = loading.load(results.run)
        except (InvalidInput, OSError) as error:
            log.warning("no samples of %s: %s", results.run.path, error)
            continue
        rows.append(tasks.of(results.run.config).row(results.run, model, _SAMPLES))
        labels.append(setting)
    # Images of different sizes do not fit into one grid.
    if not rows or len({row.shape for row in rows}) > 1:
        return []
    images.save(images.grid(np.concatenate(rows), _SAMPLES, labels), file)
    return [file]


def _faces(compared: Sequence[RunResults], folder: Path) -> list[Path]:
    """Copy the grids with the faces that a cascade found, of each setting that has one."""
    written = []
    for results, *_ in by_setting(compared).values():
        grid = results.run.path / "evaluation" / "faces.png"
        if grid.is_file():
            written.append(folder / "faces" / f"faces found, {results.run.path.name}.png")
            files.write(written[-1], grid.read_bytes())
    return written


def _signs_table(compared: Sequence[RunResults]) -> str:
    rows = [(results.run.path.name, ", ".join(results.signs) or "none") for results in compared]
    return html_page.table(["run", "signs of failure"], rows)


def _as_html(
    title: str,
    parts: Sequence[str],
    table: dict[str, dict[str, tuple[float, float]]],
    image_files: list[Path],
) -> str:
    names = list(dict.fromkeys(name for row in table.values() for name in row))
    rows = ([setting, *(_cell(row.get(name)) for name in names)] for setting, row in table.items())
    return html_page.page(
        title,
        *parts,
        html_page.table(["setting", *names], rows),
        *(html_page.image(file.stem, file.read_bytes()) for file in image_files),
    )
