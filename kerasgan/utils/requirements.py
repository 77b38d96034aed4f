"""The packages that kerasgan and its extras need, and those that this installation lacks."""

from importlib import metadata
from typing import NamedTuple

_PACKAGE = "kerasgan"


class Unmet(NamedTuple):
    """A requirement that the installed packages do not meet.

    Attributes:
        requirement: as pip takes it: `gradio<7,>=6.31`.
        problem: it is missing, or the version that is installed instead.
    """

    requirement: str
    problem: str


def extras() -> list[str]:
    """Names of kerasgan's extras, as in `pip install 'kerasgan[demo]'`."""
    return metadata.metadata(_PACKAGE).get_all("Provides-Extra") or []


def unmet(extra: str = "") -> list[Unmet]:
    """Requirements of an extra, or without one of kerasgan, that installed packages do not meet.

    Raises:
        importlib.metadata.PackageNotFoundError: if kerasgan itself is not installed.
    """
    # Imported here because it takes longer than a command's help.
    from packaging.requirements import Requirement

    needed = map(Requirement, metadata.requires(_PACKAGE) or ())
    found = (_compared(requirement) for requirement in needed if _is_of(requirement, extra))
    return [compared for compared in found if compared.problem]


def _is_of(requirement, extra: str) -> bool:
    """Whether a requirement holds on this machine for this extra alone, or always for ""."""
    if requirement.marker is None:
        return not extra
    with_extra, without = (requirement.marker.evaluate({"extra": e}) for e in (extra, ""))
    return with_extra and (not extra or not without)


def _compared(requirement) -> Unmet:
    """A requirement and its problem, which is empty if there is none."""
    needed = f"{requirement.name}{requirement.specifier}"
    try:
        installed = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Unmet(needed, "is missing")
    is_met = requirement.specifier.contains(installed, prereleases=True)
    return Unmet(needed, "" if is_met else f"is needed, {installed} is installed")
