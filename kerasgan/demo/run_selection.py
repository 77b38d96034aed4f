"""The runs that the page offers, and a cache of their models."""

from functools import lru_cache

from kerasgan.configs import Config
from kerasgan.inference import loading
from kerasgan.models.base import AdversarialModel
from kerasgan.runs import home, lookup
from kerasgan.runs.directory import PRETRAINED, Run
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.sizes import sides

CACHE_SIZE = 4


def runs_of(kind: type[Config], name: str | None = None) -> list[Run]:
    """Runs of a kind that have a checkpoint: the named one, the newest first, the bundled one.

    Args:
        name: path, number or name of a run; ignored if it is of another kind.
    """
    names = (name, *map(str, reversed(home.runs())), PRETRAINED)
    runs = (run for each in names for run in _lookup(each, kind) if run.checkpoint_files)
    return list({run.path: run for run in runs}.values())


def _lookup(name: str | None, kind: type[Config]) -> list[Run]:
    """The run with this name; empty if there is none of this kind."""
    try:
        return [lookup.run(name, kind)] if name else []
    except InvalidInput:
        return []


def describe(run: Run) -> str:
    """Model, image size, training progress and name of a run, as a line of Markdown."""
    config = run.config
    height, width = sides(config.image_size)
    return (
        f"{config.MODEL}, {height} x {width} pixels, "
        f"step {max(run.checkpoint_files, default=0):,} of {config.steps:,}, in `{run.name}`"
    )


def has_raw_weights(run: Run) -> bool:
    """Whether the run has both averaged weights and the raw ones that training updates."""
    return run.config.averages and not run.is_shipped


def load_model(run: Run) -> AdversarialModel:
    """The run's model with its newest checkpoint, cached until there is a newer one."""
    newest = next(reversed(run.checkpoint_files.values()), None)
    return _load_model(run, newest and newest.stat().st_mtime_ns)


@lru_cache(CACHE_SIZE)
def _load_model(run: Run, modified: int | None) -> AdversarialModel:
    return loading.load(run)
