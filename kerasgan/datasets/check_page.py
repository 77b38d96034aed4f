"""The report of `kerasgan data check` as one page."""

from kerasgan import pages
from kerasgan.datasets.check import Report, as_text


def as_html(report: Report, heat_map: bytes | None) -> str:
    """Return the page.

    Args:
        heat_map: a PNG of the pairs of colours, if there are any.
    """
    return pages.page(
        f"Pictures in {report.listing.root}",
        pages.preformatted(as_text(report)),
        pages.picture("pictures of each pair", heat_map) if heat_map else "",
        *(pages.folded(f"{len(where):,} {what}", where) for what, where in report.problems.items()),
    )
