"""The runs that the page offers, and their networks, loaded once."""

from functools import lru_cache

from kerasgan.configs import Config
from kerasgan.configs.generation import GenerationConfig
from kerasgan.configs.translation import TranslationConfig
from kerasgan.inference import sampling
from kerasgan.models.base import AdversarialModel
from kerasgan.runs import directory, lookup, status
from kerasgan.runs.directory import PRETRAINED, Run
from kerasgan.runs.status import RunStatus
from kerasgan.utils.errors import InvalidInput

KEPT = 4


def fitting(kind: type[Config], name: str | None = None) -> list[Run]:
    """The runs of a kind that have a checkpoint, the one to begin with first.

    Args:
        name: the run to begin with, a path, number or name; the newest, if it is of another kind.
    """
    names = (name, *map(str, reversed(directory.folders())), PRETRAINED)
    found = (run for wanted in names for run in _found(wanted, kind) if run.checkpoint_files)
    return list({run.path: run for run in found}.values())


def listed(name: str | None = None) -> list[RunStatus]:
    """All runs: the named one first, then the newest, damaged ones too."""
    shipped = (
        run for kind in (GenerationConfig, TranslationConfig) for run in _found(PRETRAINED, kind)
    )
    paths = [run.path for run in _found(name, Config)]
    paths += [*reversed(directory.folders()), *(run.path for run in shipped)]
    return [status.of_folder(path) for path in dict.fromkeys(paths)]


def _found(name: str | None, kind: type[Config]) -> list[Run]:
    try:
        return [lookup.run(name, kind)] if name else []
    except InvalidInput:
        return []


def described(run: Run) -> str:
    """A line of Markdown that says which run it is."""
    config = run.config
    return (
        f"{config.MODEL}, {config.image_size} x {config.image_size} pixels, "
        f"step {max(run.checkpoint_files, default=0):,} of {config.steps:,}, in `{run.name}`"
    )


def has_raw_weights(run: Run) -> bool:
    """Whether the run has the weights that training changes, beside averaged ones."""
    return run.config.averages and not run.is_shipped


def model(run: Run) -> AdversarialModel:
    """The run's model with its newest checkpoint, loaded anew only when that is new."""
    newest = next(reversed(run.checkpoint_files.values()), None)
    return _loaded(run, newest and newest.stat().st_mtime_ns)


@lru_cache(KEPT)
def _loaded(run: Run, written: int | None) -> AdversarialModel:
    return sampling.load(run)
