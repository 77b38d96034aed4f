"""The report of `kerasgan data check` as an HTML page."""

from kerasgan.datasets.checks.report import Report
from kerasgan.datasets.checks.text_report import as_text
from kerasgan.reporting import html_page


def as_html(report: Report, heat_map: bytes | None) -> str:
    """The report as an HTML page.

    Args:
        report: the report on a folder.
        heat_map: a PNG of the counts of two labels, if there are any.
    """
    return html_page.page(
        f"Images in {report.listing.root}",
        html_page.preformatted(as_text(report)),
        html_page.image("images of each two values", heat_map) if heat_map else "",
        *(
            html_page.folded(f"{len(places):,} {problem}", places)
            for problem, places in report.problems.items()
        ),
    )
