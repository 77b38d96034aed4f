"""The runs that the page offers, and their networks, loaded once."""

from functools import lru_cache
from pathlib import Path

from kerasgan import overview, runs, sampling
from kerasgan.adversarial import AdversarialModel
from kerasgan.configs import Config
from kerasgan.errors import Refused
from kerasgan.runs import Run

_PRETRAINED = "pretrained"
KEPT = 4


def fitting(kind: type[Config], name: str | None = None) -> list[Run]:
    """Return the runs of a kind that have a checkpoint, the one to begin with first.

    Args:
        name: the run to begin with, a path, number or name; the newest, if it is of another kind.
    """
    of_home = (one.run for one in reversed(overview.of_home()))
    fits = (run for run in of_home if run and isinstance(run.config, kind))
    found = [*_found(name, kind), *fits, *_found(_PRETRAINED, kind)]
    return list({run.path: run for run in found if run.saved}.values())


def _found(name: str | None, kind: type[Config]) -> list[Run]:
    try:
        return [runs.find(name, kind)]
    except Refused:
        return []


def described(run: Run) -> str:
    """Return a line of Markdown that says which run it is."""
    config = run.config
    return (
        f"`{run.path}`: {config.MODEL}, {config.image_size} x {config.image_size} pixels, "
        f"step {max(run.saved):,} of {config.steps:,}"
    )


def model(run: Run) -> AdversarialModel:
    """Return the run's model with its newest checkpoint, loaded anew only when that is new."""
    return _loaded(run, max(run.saved.items())[1])


@lru_cache(KEPT)
def _loaded(run: Run, newest: Path) -> AdversarialModel:
    return sampling.load(run)
