"""Comparison of runs: tables, curves, samples and an HTML page."""

import csv
import io
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kerasgan import tasks
from kerasgan.inference import loading
from kerasgan.reporting import html_page, plots
from kerasgan.runs.directory import EVALUATION_FILE, Run
from kerasgan.training import trends
from kerasgan.utils import files, images
from kerasgan.utils.errors import InvalidInput

log = logging.getLogger(__name__)

_SAMPLES = 10


class RunResults(NamedTuple):
    """The results of a run; runs that differ only in the seed share the name of a setting.

    metrics: columns of metrics.csv, {name: [rows]}.
    evaluation: {name: value} from evaluation.json; empty without it.
    """

    setting: str
    run: Run
    metrics: dict[str, np.ndarray]
    evaluation: dict[str, float]

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
    file = run.path / EVALUATION_FILE
    with files.named_if_damaged(file):
        numbers = json.loads(file.read_text())["numbers"] if file.is_file() else {}
        evaluation = {name: float(number["value"]) for name, number in numbers.items()}
    return RunResults(setting, run, metrics, evaluation)


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
        columns: {heading: function of the unweighted final values}, averaged over the seeds.
        reported: {setting: the report's numbers, one per column}.
    """
    table = {}
    for setting, runs in by_setting(compared).items():
        row = zip(columns, reported[setting], strict=True)
        table[f"{setting}, report"] = {heading: (number, 0.0) for heading, number in row}
        table[f"{setting}, here"] = {
            heading: (float(np.mean([number(run.unweighted()) for run in runs])), 0.0)
            for heading, number in columns.items()
        }
    return _as_markdown(table)


def write(
    compared: Sequence[RunResults],
    folder: Path,
    title: str,
    note: str = "",
    sheets: Sequence[Path] = (),
) -> None:
    """Write table.csv, table.md, curves/*.png, samples.png and report.html into the folder.

    Args:
        note: text above the table.
        sheets: files of further images for the page.
    """
    table = means(compared)
    files.write(folder / "table.csv", _as_csv(compared))
    files.write(folder / "table.md", _as_markdown(table))
    curves = _draw_curves(compared, folder / "curves")
    samples = _draw_samples(compared, folder / "samples.png")
    page = _as_html(title, note, table, [*sheets, *samples, *curves])
    files.write(folder / "report.html", page)


def _as_csv(compared: Sequence[RunResults]) -> str:
    finals = [results.final() for results in compared]
    names = list(dict.fromkeys(name for final in finals for name in final))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["setting", "run", "seed", *names])
    for (setting, run, *_), final in zip(compared, finals, strict=True):
        values = [final.get(name, "") for name in names]
        writer.writerow([setting, run.path.name, run.config.seed, *values])
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


def _as_html(
    title: str, note: str, table: dict[str, dict[str, tuple[float, float]]], image_files: list[Path]
) -> str:
    names = list(dict.fromkeys(name for row in table.values() for name in row))
    rows = ([setting, *(_cell(row.get(name)) for name in names)] for setting, row in table.items())
    return html_page.page(
        title,
        html_page.paragraph(note),
        html_page.table(["setting", *names], rows),
        *(html_page.image(file.stem, file.read_bytes()) for file in image_files),
    )
