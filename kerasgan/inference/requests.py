"""Lists of images to generate."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from kerasgan.datasets import colours
from kerasgan.labels import parse_values
from kerasgan.utils.errors import InvalidInput


class SampleRequest(NamedTuple):
    """A line of a list: its number and the values of labels, {name: value}."""

    id: int
    values: Mapping[str, str]


def parse(
    text: str, check: Callable[[Mapping[str, str]], object]
) -> tuple[list[SampleRequest], list[str]]:
    """Parse lines such as `1,breed=tabby,coat=short`, or of colours as `colours.parse` reads.

    Blank lines are skipped.

    Args:
        check: raises `InvalidInput` for labels that cannot be generated.

    Returns:
        The valid requests, and a message with its line number for every other line.
    """
    requests: dict[int, SampleRequest] = {}
    problems = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip():
            continue
        name, _, rest = line.partition(",")
        try:
            if not name.strip().isdecimal():
                raise ValueError(f"must begin with a number and a comma, got {line!r}")
            if int(name) in requests:
                raise ValueError(f"the number {int(name)} was used before")
            values = parse_values(rest.split(",")) if "=" in rest else colours.parse(rest)
            check(values)
            requests[int(name)] = SampleRequest(int(name), values)
        except (ValueError, InvalidInput) as error:
            problems.append(f"line {number}: {error}")
    return list(requests.values()), problems
