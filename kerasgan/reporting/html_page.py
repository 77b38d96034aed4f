"""HTML pages as single files that load nothing from the network."""

import base64
from collections.abc import Iterable, Sequence
from html import escape

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em }
pre { white-space: pre-wrap } li { overflow-wrap: anywhere } img { max-width: 100% }
table { border-collapse: collapse } td, th { padding: .2em .7em; border-bottom: 1px solid #ccc }
td { text-align: right } th { text-align: left }
"""


def page(title: str, *parts: str) -> str:
    """A page with a title and parts, which are HTML."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    body = "\n".join([f"<h1>{escape(title)}</h1>", *parts])
    return f'<!doctype html>\n<html lang="en">{head}\n{body}\n</html>\n'


def heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def preformatted(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column holds headings."""
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        f"<tr><th>{escape(first)}</th>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in others)
        + "</tr>"
        for first, *others in rows
    )
    return f"<table><tr>{cells}</tr>{body}</table>"


def image(name: str, png: bytes) -> str:
    data = base64.b64encode(png).decode()
    return f'{heading(name)}<img alt="{escape(name)}" src="data:image/png;base64,{data}">'


def folded(title: str, items: Sequence[str], most: int = 1000) -> str:
    """A list that is folded until a click, with at most `most` items."""
    shown = "".join(f"<li>{escape(item)}</li>" for item in items[:most])
    more = paragraph(f"and {len(items) - most:,} more") if len(items) > most else ""
    return f"<details><summary>{escape(title)}</summary><ul>{shown}</ul>{more}</details>"
