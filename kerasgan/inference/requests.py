"""Lists of images to generate, and how many there may be."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from kerasgan.datasets import colours
from kerasgan.labels import format_values, parse_values
from kerasgan.runs.directory import Run
from kerasgan.utils.errors import InvalidInput

# Largest seed of a first image; those after it remain below 2**63.
LARGEST_SEED = 2**63 - 2**32
MOST_IMAGES = 10**6
MOST_IN_FILE = 10_000


class SampleRequest(NamedTuple):
    """A line of a list: its number and the values of labels, {name: value}."""

    id: int
    values: Mapping[str, str]


def check_combination(run: Run, choice: Mapping[str, int]) -> None:
    """Check that a run's model can generate images with these labels, {name: index}.

    Raises:
        InvalidInput: if they are all of its labels, and it generates only other combinations.
    """
    schema = run.conditions
    if run.config.ONLY_COMBINATIONS and len(choice) == len(schema.labels):
        schema.combination_index([choice[name] for name in schema.names])


def read(file: Path, run: Run) -> tuple[list[SampleRequest], list[str]]:
    """The requests in a file that a run can generate, and the problems with its other lines.

    Raises:
        InvalidInput: if no line is valid.
    """
    schema = run.conditions

    def check(values: Mapping[str, str]) -> None:
        choice = schema.choice(values)
        check_combination(run, choice)
        if run.config.ONLY_COMBINATIONS and not schema.matching(choice):
            raise InvalidInput(f"no image has {format_values(values)}")

    requests, problems = parse(file.read_text(errors="replace"), check)
    if not requests:
        raise InvalidInput("; ".join([f"{file} has no valid line", *problems[:3]]))
    return requests, problems


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
