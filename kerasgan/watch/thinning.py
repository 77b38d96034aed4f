"""Curves with fewer points that look the same."""

from bisect import bisect_left, bisect_right

from kerasgan.runs.records import Curve


def within(curve: Curve, first: float, last: float) -> Curve:
    """The points of a curve from one step to another, and the next point on either side."""
    start = max(0, bisect_left(curve.steps, first) - 1)
    end = bisect_right(curve.steps, last) + 1
    return Curve(curve.steps[start:end], curve.values[start:end])


def thin(curve: Curve, most: int) -> Curve:
    """At most `most` points of a curve, at least 4.

    They are the first and the last one, and the lowest and the highest of each of equally many
    points between.
    """
    count = len(curve.values)
    if count <= most:
        return curve
    kept = {0, count - 1}
    sections = most // 2 - 1
    for section in range(sections):
        start, end = (edge * count // sections for edge in (section, section + 1))
        values = curve.values[start:end]
        kept |= {start + values.index(extreme(values)) for extreme in (min, max)}
    steps, values = (type(column)("d", map(column.__getitem__, sorted(kept))) for column in curve)
    return Curve(steps, values)
