"""All planted faults."""

from typing import NamedTuple

from tests.mutations.foundations import FOUNDATIONS
from tests.mutations.papers import PAPERS
from tests.mutations.translators import TRANSLATORS


class Fault(NamedTuple):
    """A file with one change, and the tests that should fail.

    Attributes:
        file: relative to the repository.
        source: the whole changed file.
        change: for a person to read.
        tests: arguments of pytest.
    """

    file: str
    source: str
    change: str
    tests: list[str]


def planted(read) -> list[Fault]:
    """The faults of PAPERS, TRANSLATORS and FOUNDATIONS.

    Args:
        read: file -> its source.

    Raises:
        ValueError: if an old text does not occur exactly once.
    """
    faults = []
    for file, (tests, changes) in {**PAPERS, **TRANSLATORS, **FOUNDATIONS}.items():
        source = read(file)
        for old, new in changes.items():
            if (count := source.count(old)) != 1:
                raise ValueError(f"{file} must have {old!r} once, got {count} times")
            faults.append(Fault(file, source.replace(old, new), f"{old}  ->  {new}", tests))
    return faults
