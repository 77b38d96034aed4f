"""Model cards: README.md with the front matter that model hubs read."""

import json

from kerasgan.runs import records
from kerasgan.runs.directory import Run
from kerasgan.utils.sizes import sides

_LICENCE = "unknown"
_FRONT = """---
library_name: keras
pipeline_tag: {pipeline}
license: {licence}
tags:
- gan
- {model}
- kerasgan
---
"""


def text(run: Run, usage: str) -> str:
    """The card of a run: what the model is, how to use it, how it was trained, how good it is.

    Args:
        usage: a block of code, with the places latent_dim, sigma, height and width.
    """
    config = run.config
    height, width = sides(config.image_size)
    record = json.loads(run.config_file.read_text())
    values = {
        "latent_dim": config.latent_dim,
        "sigma": config.sigma,
        "height": height,
        "width": width,
    }
    front = _FRONT.format(
        pipeline="unconditional-image-generation", licence=_licence(run), model=config.MODEL
    )
    labels = "\n".join(
        f"- `{label.name}`: {', '.join(label.values)}" for label in run.conditions.labels
    )
    parts = [
        front,
        f"# {config.MODEL}, {height} x {width} pixels\n",
        f"A generator of images, trained with kerasgan {record['versions']['kerasgan']}.\n",
        "![Generated images](samples.png)\n",
        f"## Use\n\n{usage % values}\n",
        f"## Labels\n\n{labels or 'None.'}\n",
        "## Training\n",
        f"```console\n{record['command']}\n```\n",
        f"Data: {_data(run)}, hash {run.data_key}. Keras {record['versions']['keras']}, TensorFlow "
        f"{record['versions']['tensorflow']}.\n",
        f"## Evaluation\n\n{_evaluation(run)}\n",
    ]
    return "\n".join(parts)


def _data(run: Run) -> str:
    return "avatars, drawn by kerasgan" if run.config.has_avatars else f"`{run.config.data}`"


def _licence(run: Run) -> str:
    # kerasgan's own drawings have its licence; that of other data is unknown here.
    return "mit" if run.config.has_avatars else _LICENCE


def _evaluation(run: Run) -> str:
    numbers = records.evaluation(run)
    if not numbers:
        return "Not evaluated."
    lines = ["| metric | value | 95% interval | n |", "|---|---|---|---|"]
    for name, number in numbers.items():
        low, high = number["interval"]
        lines.append(
            f"| {name} | {number['value']:.4g} | {low:.4g} to {high:.4g} | {number['n']:,} |"
        )
    return "\n".join(lines)
