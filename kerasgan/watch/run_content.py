"""What the page shows of a run, as JSON types; all texts are free of control characters."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from kerasgan.configs.options import option_name
from kerasgan.reporting import panels
from kerasgan.runs import directory, records, sheets, status
from kerasgan.runs.directory import EVALUATION_FILE, Run
from kerasgan.runs.records import Curve, MetricsFile
from kerasgan.utils import files
from kerasgan.utils.errors import InvalidInput, of_system
from kerasgan.utils.printing import LONGEST_LINE, printable
from kerasgan.watch.thinning import thin, within

# Of each curve.
MAX_POINTS = 2000


def read(run: Run, metrics: MetricsFile, first: float, last: float) -> dict[str, Any]:
    """The content of a run; a damaged part is missing, and `problems` has a message about it.

    Args:
        metrics: the run's metrics.csv.
        first, last: the steps whose curves are read.
    """
    parts = {
        "state": lambda: status.state(run),
        "span": lambda: _span(metrics.read()),
        "panels": lambda: [*_panels(metrics.read(), first, last)],
        "events": lambda: [*_events(run)],
        "numbers": lambda: [*_numbers(run)],
        "sheets": lambda: [*_sheets(run)],
        "preset": lambda: directory.preset(run),
        "options": lambda: [*_options(run)],
    }
    content = {"model": run.config.MODEL, "steps": run.config.steps}
    problems: dict[str, None] = {}
    for name, part in parts.items():
        try:
            content[name] = part()
        except (InvalidInput, OSError) as error:
            problems[problem(error)] = None
    return {**content, "problems": list(problems)}


def problem(error: InvalidInput | OSError) -> str:
    """The message about a damaged file."""
    return _shown(of_system(error) if isinstance(error, OSError) else error)


def _shown(text: object) -> str:
    return printable(text, LONGEST_LINE)


def _span(curves: dict[str, Curve]) -> list[int]:
    """The first and the last step of metrics.csv; none if it has no row."""
    steps = curves["step"].values if "step" in curves else ()
    return [int(steps[0]), int(steps[-1])] if steps else []


def _panels(curves: dict[str, Curve], first: float, last: float) -> Iterator[dict[str, Any]]:
    """The panels of losses.png, in the section "curves", and of evaluation.png, in "quality"."""
    for section, grouped in (
        ("curves", panels.training(curves)),
        ("quality", panels.quality(curves)),
    ):
        for title, names in grouped.items():
            yield {
                "section": section,
                "title": _shown(title),
                "logarithmic": title in panels.LOGARITHMIC,
                "curves": [_curve(name, within(curves[name], first, last)) for name in names],
            }


def _curve(name: str, curve: Curve) -> dict[str, Any]:
    thinned = thin(curve, MAX_POINTS)
    return {
        "name": _shown(name),
        "rows": len(curve.values),
        "steps": [int(step) for step in thinned.steps],
        "values": [float(f"{value:.6g}") for value in thinned.values],
    }


def _events(run: Run) -> Iterator[dict[str, Any]]:
    for event in records.events(run):
        texts = {name: _shown(getattr(event, name)) for name in ("sign", "message", "advice")}
        yield {"step": event.step, "ended_run": event.ended_run, **texts}


def _numbers(run: Run) -> Iterator[tuple[str, str]]:
    """The metrics of evaluation.json, and their values with a 95% interval if there is one."""
    numbers = records.evaluation(run)
    with files.named_if_damaged(run.path / EVALUATION_FILE):
        for name, number in numbers.items():
            text = f"{number['value']:.4g}"
            if "interval" in number:
                low, high = (float(limit) for limit in number["interval"])
                text += f" ({low:.4g} to {high:.4g})"
            yield _shown(name), text


def _sheets(run: Run) -> Iterator[tuple[int, str]]:
    """The steps with a sample sheet, and a text that changes with the file of each."""
    for step, file in sheets.by_step(run.samples).items():
        yield step, f"{file.stat().st_mtime_ns:x}"


def _options(run: Run) -> Iterator[tuple[str, str, str | None]]:
    """The options of a run, their values, and those of the preset where it has others."""
    changes = run.config.changes_from(directory.preset(run))
    for field in dataclasses.fields(run.config):
        value = _value(getattr(run.config, field.name))
        other = _value(changes[field.name]) if field.name in changes else None
        yield option_name(field.name), value, other


def _value(value: object) -> str:
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    # A rectangle is a tuple, too, but has a text of its own.
    if type(value) is tuple:
        value = ", ".join(map(str, value)) or "none"
    return _shown(value)
