"""Write formulas as MathML when the pages are built: browsers show it without any script."""

import html
import re

from latex2mathml.converter import convert

_FORMULA = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>', re.DOTALL)


def on_page_content(content: str, **_) -> str:
    """Replace what `pymdownx.arithmatex` marked as LaTeX; MkDocs calls this for every page."""
    return _FORMULA.sub(_as_mathml, content)


def _as_mathml(found: re.Match) -> str:
    place, formula = found.groups()
    return convert(html.unescape(formula), display="block" if place == "div" else "inline")
