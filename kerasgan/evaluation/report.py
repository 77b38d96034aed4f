"""Writing an evaluation as files and as text."""

import json
from collections.abc import Iterator

from PIL import Image

from kerasgan.evaluation.result import Evaluation
from kerasgan.reporting import html_page, plots
from kerasgan.runs.directory import EVALUATION_FILE, Run
from kerasgan.utils import files, images

_FORMAT_VERSION = 1
HEAD = ("", "value", "95% interval", "real images", "95% interval", "n")


def write(evaluation: Evaluation, run: Run, checkpoint: str) -> None:
    """Write evaluation.json, evaluation/*.png and report.html into the run's `outputs`."""
    folder = run.outputs / "evaluation"
    for name, counts in evaluation.confusions.items():
        png = plots.draw_confusion(counts, evaluation.schema.label(name))
        files.write(folder / f"confusion-{name}.png", png)
    for name, image in evaluation.images.items():
        images.save(Image.fromarray(image), folder / f"{name.replace(' ', '-')}.png")
    content = {
        "format_version": _FORMAT_VERSION,
        "checkpoint": checkpoint,
        "data_key": run.data_key,
        "numbers": evaluation.numbers,
        "missing": evaluation.missing,
    }
    files.write(run.outputs / EVALUATION_FILE, json.dumps(content, indent=2) + "\n")
    page = html_page.page(
        f"Evaluation of {run.path.name}",
        html_page.table(HEAD, rows(evaluation)),
        html_page.preformatted("\n".join(missing(evaluation))),
        *(html_page.image(file.stem, file.read_bytes()) for file in sorted(folder.glob("*.png"))),
    )
    files.write(run.outputs / "report.html", page)


def rows(evaluation: Evaluation) -> Iterator[tuple[str, ...]]:
    for name, number in evaluation.numbers.items():
        beside = next((kind for kind in ("ceiling", "floor", "real") if kind in number), None)
        yield (
            name,
            f"{number['value']:.4g}",
            _interval(number["interval"]),
            f"{number[beside]:.4g} ({beside})" if beside else "",
            _interval(number[f"{beside}_interval"]) if beside else "",
            f"{number['n']:,}",
        )


def _interval(ends: list[float]) -> str:
    return f"{ends[0]:.4g} to {ends[1]:.4g}"


def missing(evaluation: Evaluation) -> list[str]:
    return [f"not measured: {title}: {reason}" for title, reason in evaluation.missing.items()]
