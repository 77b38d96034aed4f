"""Find a run by path, number or name, or the newest."""

import logging
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from kerasgan import registry
from kerasgan.configs import Config
from kerasgan.labels import identifier
from kerasgan.runs import directory, home
from kerasgan.utils.errors import InvalidInput, hint

# In order of preference.
_SHIPPED_MODELS = ("r3gan", "cyclegan")

log = logging.getLogger(__name__)


def run(
    name: str | None = None,
    kind: type[Config] = Config,
    shipped: bool = True,
    labels: Collection[str] = (),
) -> directory.Run:
    """The run with this path, number or name. Default: the newest, else a bundled one.

    Args:
        kind: required type of the run's config; without a name, other runs are skipped.
        shipped: whether bundled runs are found: by the names `pretrained` and `pretrained/MODEL`,
            and without a name if there is no other run.
        labels: without a name, runs that do not generate by all of these labels are skipped.

    Raises:
        InvalidInput: if there is no such run, it cannot be read or is of another kind.
    """
    if name is None:
        return _newest(kind, shipped, {identifier(name).lower() for name in labels})
    if shipped and name == directory.PRETRAINED and (bundled := _shipped(kind)):
        return bundled[0]
    may_be_bundled = shipped and name.startswith(directory.PRETRAINED)
    bundled = {run.name: run for run in _shipped(Config)} if may_be_bundled else {}
    run = bundled.get(name) or directory.read(folder(name))
    check(run, kind)
    return run


def find(
    source: str | Path | directory.Run | None,
    kind: type[Config] = Config,
    labels: Iterable[str] = (),
) -> directory.Run:
    """The run itself, checked, or the one with this path, number or name; see `run`."""
    if isinstance(source, directory.Run):
        check(source, kind)
        return source
    return run(None if source is None else str(source), kind, labels=tuple(labels))


def check(run: directory.Run, kind: type[Config]) -> None:
    """Raise InvalidInput if a run is not of this kind."""
    if not isinstance(run.config, kind):
        raise InvalidInput(f"{run.name} is a run of {run.config.MODEL}; allowed: {_models(kind)}")


def _newest(kind: type[Config], shipped: bool, labels: Collection[str]) -> directory.Run:
    known: dict[str, None] = {}
    for path in reversed(home.numbered().values()):
        if (run := _read(path)) is not None and isinstance(run.config, kind):
            if _has_labels(run, labels):
                return run
            known |= dict.fromkeys(run.conditions.names)
    description = "run" if kind is Config else f"run of {_models(kind)}"
    root = home.folder().absolute()
    bundled = _shipped(kind) if shipped else []
    if found := [run for run in bundled if _has_labels(run, labels)]:
        log.info("no %s in %s: using %s", description, root, found[0].name)
        return found[0]
    if labels:
        known |= {name: None for run in bundled for name in run.conditions.names}
        lacking = [name for name in labels if name not in {other.lower() for other in known}]
        wanted = ", ".join(lacking or labels)
        raise InvalidInput(
            f"no {description} in {root} has the labels {wanted}{hint(wanted, known)}; labels of "
            f"runs: {', '.join(known) or 'none'}"
        )
    raise InvalidInput(f"no {description} in {root}; train one, or give the path of one")


def _read(path: Path) -> directory.Run | None:
    """The run in a folder; None and a warning if it is damaged, None if it is no run."""
    if not home.is_run(path):
        return None
    try:
        return directory.read(path)
    except (InvalidInput, OSError) as error:
        log.warning("left out a damaged run: %s", error)
        return None


def _has_labels(run: directory.Run, labels: Collection[str]) -> bool:
    return set(labels) <= {name.lower() for name in run.conditions.names}


def _shipped(kind: type[Config]) -> list[directory.Run]:
    runs = (directory.read(directory.SHIPPED / model) for model in _SHIPPED_MODELS)
    return [run for run in runs if isinstance(run.config, kind)]


def _models(kind: type[Config]) -> str:
    return ", ".join(
        name for name in registry.names() if issubclass(registry.config_class(name), kind)
    )


def folder(name: str) -> Path:
    """The folder with this path, number or name, even if it is not a readable run.

    Raises:
        InvalidInput: if there is none.
    """
    numbered = home.numbered()
    for path in (home.folder() / name, Path(name)):
        if os.path.isdir(path):
            return path
    if name.isdecimal() and int(name) in numbered:
        return numbered[int(name)]
    known = [path.name for path in home.runs()]
    near, names = hint(name, known), ", ".join(known) or "none"
    raise InvalidInput(f"no run {name!r}{near}; allowed: a path, or a number or name of: {names}")
