"""The report of `kerasgan data check` as text."""

from collections import Counter

from kerasgan.datasets.checks import advice
from kerasgan.datasets.checks.report import Report
from kerasgan.utils.printing import printable


def as_text(report: Report, max_places: int = 5) -> str:
    """The report as lines of text.

    Args:
        report: the report on a folder.
        max_places: number of places that are named for each problem.
    """
    advised = (f"advice: {sentence}" for sentence in advice.on(report))
    lines = [*_contents(report), *_usable(report), *advised]
    for problem, places in report.problems.items():
        more = f"; and {len(places) - max_places:,} more" if len(places) > max_places else ""
        named = "; ".join(map(printable, places[:max_places]))
        lines.append(f"{len(places):,} {problem}: {named}{more}")
    return "\n".join(lines)


def _contents(report: Report) -> list[str]:
    listing = report.listing
    lines = [f"layout: {listing.layout.name} ({listing.layout.description})"]
    if listing.label_file is not None:
        lines.append(f"labels: {printable(listing.label_file.name)}, {len(listing.rows):,} lines")
    unreadable = len(report.examined) - report.readable
    lines.append(f"images: {len(report.examined):,}, of which {unreadable:,} unreadable")
    if report.copies:
        lines.append(f"different images: {report.different:,}")
    for title, counts in (
        ("sizes, height x width", report.sizes),
        ("modes", report.modes),
        *report.values.items(),
        *((f"{name}, values per image", each) for name, each in report.values_per_image.items()),
        ("tags without a known colour", report.unknown_colours),
    ):
        if counts:
            lines.append(f"{title}: {_format(counts)}")
    return [*lines, report.choice] if report.choice else lines


def _usable(report: Report) -> list[str]:
    lines, title = [], "lines that would train"
    if report.labels:
        lines.append(f"combinations of labels: {report.combinations:,}")
    if report.examined:
        title = "would train"
        lines.append(f"{title} without labels: {report.readable:,}")
    for rule, count in report.trains.items() if report.labels else ():
        lines.append(f"{title} with --label-rule {rule}: {count:,}")
    return lines


def _format(counts: dict[str, int], max_shown: int = 12) -> str:
    is_long = len(counts) > max_shown
    shown = Counter(counts).most_common(max_shown) if is_long else counts.items()
    more = f", and {len(counts) - max_shown:,} others" if is_long else ""
    return ", ".join(f"{printable(value)} {count:,}" for value, count in shown) + more
