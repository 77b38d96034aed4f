"""The report of `kerasgan data check` as one page."""

from kerasgan.datasets.checks.inspection import Report, as_text
from kerasgan.reporting import html_page


def as_html(report: Report, heat_map: bytes | None) -> str:
    """The page.

    Args:
        heat_map: a PNG of the pairs of colours, if there are any.
    """
    return html_page.page(
        f"Images in {report.listing.root}",
        html_page.preformatted(as_text(report)),
        html_page.image("images of each pair", heat_map) if heat_map else "",
        *(
            html_page.folded(f"{len(where):,} {what}", where)
            for what, where in report.problems.items()
        ),
    )
