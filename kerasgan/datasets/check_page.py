"""The report of `kerasgan data check` as one page that needs nothing else."""

import base64
from html import escape

from kerasgan.datasets.check import Report, as_text

_MOST = 1000
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }
pre { white-space: pre-wrap } li { overflow-wrap: anywhere } img { max-width: 100% }
"""


def as_html(report: Report, heat_map: bytes | None) -> str:
    """Return the page.

    Args:
        heat_map: a PNG of the pairs of colours, if there are any.
    """
    title = f"Pictures in {escape(str(report.listing.root))}"
    parts = [
        "<!doctype html>",
        f'<html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>',
        f"<h1>{title}</h1><pre>{escape(as_text(report))}</pre>",
    ]
    if heat_map is not None:
        data = base64.b64encode(heat_map).decode()
        parts.append(f'<img alt="pictures of each pair" src="data:image/png;base64,{data}">')
    for what, where in report.problems.items():
        items = "".join(f"<li>{escape(place)}</li>" for place in where[:_MOST])
        more = f"<p>and {len(where) - _MOST:,} more</p>" if len(where) > _MOST else ""
        heading = f"{len(where):,} {escape(what)}"
        parts.append(f"<details><summary>{heading}</summary><ul>{items}</ul>{more}</details>")
    return "\n".join(parts) + "\n"
