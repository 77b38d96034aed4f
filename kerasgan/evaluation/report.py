"""Writing an evaluation as files and as text."""

import json
from collections.abc import Iterator
from typing import Any

from PIL import Image

from kerasgan.evaluation.metrics.values import MIN_IMAGES
from kerasgan.evaluation.result import BESIDE, Evaluation
from kerasgan.reporting import html_page, plots
from kerasgan.runs.directory import EVALUATION_FILE, Run
from kerasgan.utils import files, images
from kerasgan.utils.printing import shortened

_FORMAT_VERSION = 1
# On a line about values that were left out.
_MOST_VALUES = 20
HEAD = ("", "value", "95% interval", "real images", "95% interval", "n")


def write(evaluation: Evaluation, run: Run, checkpoint: str) -> None:
    """Write evaluation.json, evaluation/*.png and report.html into the run's `outputs`."""
    folder = run.outputs / "evaluation"
    for name, counts in evaluation.confusions.items():
        png = plots.draw_confusion(counts, evaluation.schema.label(name))
        files.write(folder / f"confusion-{name}.png", png)
    for name, image in evaluation.images.items():
        images.save(Image.fromarray(image), folder / f"{name.replace(' ', '-')}.png")
    content = json.dumps(record(evaluation, run, checkpoint), indent=2)
    files.write(run.outputs / EVALUATION_FILE, f"{content}\n")
    page = html_page.page(
        f"Evaluation of {run.path.name}",
        html_page.table(HEAD, rows(evaluation)),
        html_page.preformatted("\n".join(remarks(evaluation))),
        *_value_tables(evaluation),
        *(html_page.image(file.stem, file.read_bytes()) for file in sorted(folder.glob("*.png"))),
    )
    files.write(run.outputs / "report.html", page)


def record(evaluation: Evaluation, run: Run, checkpoint: str) -> dict[str, Any]:
    """The content of evaluation.json."""
    return {
        "format_version": _FORMAT_VERSION,
        "checkpoint": checkpoint,
        "data_key": run.data_key,
        "networks": dict(evaluation.networks),
        "numbers": evaluation.numbers,
        "values": dict(evaluation.values),
        "missing": evaluation.missing,
    }


def rows(evaluation: Evaluation) -> Iterator[tuple[str, ...]]:
    for name, number in evaluation.numbers.items():
        yield (name, *_cells(number))


def _cells(number: dict) -> tuple[str, ...]:
    beside = next((kind for kind in BESIDE if kind in number), None)
    return (
        f"{number['value']:.4g}",
        _interval(number["interval"]),
        f"{number[beside]:.4g} ({beside})" if beside else "",
        _interval(number[f"{beside}_interval"]) if beside else "",
        f"{number['n']:,}",
    )


def _interval(ends: list[float]) -> str:
    return f"{ends[0]:.4g} to {ends[1]:.4g}"


def _by_label(evaluation: Evaluation) -> Iterator[tuple[str, str, dict[str, dict]]]:
    """Numbers of a label's values for each metric and label: name, label, {value: number}."""
    for metric, labels in evaluation.values.items():
        for label, by_value in labels.items():
            yield f"{metric}_{label}", label, by_value


def _value_tables(evaluation: Evaluation) -> Iterator[str]:
    for name, _, by_value in _by_label(evaluation):
        lines = (
            (value, *_cells(number), f"{number['real_images']:,}")
            for value, number in by_value.items()
        )
        yield html_page.heading(name)
        yield html_page.table((*HEAD, "real n"), lines)


def remarks(evaluation: Evaluation) -> list[str]:
    """Networks, the worst value of each label, values left out, and metrics that are missing."""
    lines = [f"network of {name}: {network}" for name, network in evaluation.networks.items()]
    for name, label, by_value in _by_label(evaluation):
        distances = {value: number["value"] for value, number in by_value.items()}
        for worst in sorted(distances, key=distances.__getitem__)[-1:]:
            lines.append(
                f"{name}: the worst of {len(distances)} values is {worst}, {distances[worst]:.4g}, "
                f"where images that ignore the label have {by_value[worst]['ignored']:.4g}"
            )
        values = evaluation.schema.label(label).values
        if left_out := [value for value in values if value not in by_value]:
            lines.append(
                f"{name}: left out, with fewer than {MIN_IMAGES} held-out or generated images: "
                f"{shortened(left_out, _MOST_VALUES)}"
            )
    reasons = evaluation.missing.items()
    return [*lines, *(f"not measured: {title}: {reason}" for title, reason in reasons)]
