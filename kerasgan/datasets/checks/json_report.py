"""The report of `kerasgan data check` for scripts."""

from typing import Any

from kerasgan.datasets.checks import advice
from kerasgan.datasets.checks.report import Report


def as_record(report: Report) -> dict[str, Any]:
    """The report as JSON types, with all places of each problem."""
    listing = report.listing
    return {
        "path": str(listing.root),
        "layout": listing.layout.name,
        "label_file": listing.label_file and listing.label_file.name,
        "lines": len(listing.rows),
        "images": len(report.examined),
        "readable": report.readable,
        "different": report.different,
        "sizes": report.sizes,
        "modes": report.modes,
        "labels": report.values,
        "values_per_image": report.values_per_image,
        "unknown_colours": report.unknown_colours,
        "combinations": report.combinations if report.labels else 0,
        "trains": report.trains,
        "advice": advice.on(report),
        "problems": report.problems,
    }
