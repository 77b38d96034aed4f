"""Find a run by path, number or name, or the newest."""

import logging
from pathlib import Path

from kerasgan import registry
from kerasgan.configs import Config
from kerasgan.runs import directory
from kerasgan.utils.errors import InvalidInput, hint

# In order of preference.
_SHIPPED_MODELS = ("r3gan", "cyclegan")

log = logging.getLogger(__name__)


def run(
    name: str | None = None, kind: type[Config] = Config, shipped: bool = True
) -> directory.Run:
    """The run with this path, number or name. Default: the newest, else a bundled one.

    Args:
        kind: required type of the run's config; without a name, other runs are skipped.
        shipped: whether bundled runs are found: by the names `pretrained` and `pretrained/MODEL`,
            and without a name if there is no other run.

    Raises:
        InvalidInput: if there is no such run, it cannot be read or is of another kind.
    """
    if name is None:
        return _newest(kind, shipped)
    if shipped and name == directory.PRETRAINED and (bundled := _shipped(kind)):
        return bundled[0]
    may_be_bundled = shipped and name.startswith(directory.PRETRAINED)
    bundled = {run.name: run for run in _shipped(Config)} if may_be_bundled else {}
    run = bundled.get(name) or directory.read(folder(name))
    if not isinstance(run.config, kind):
        raise InvalidInput(f"{run.name} is a run of {run.config.MODEL}; allowed: {_models(kind)}")
    return run


def _newest(kind: type[Config], shipped: bool) -> directory.Run:
    for path in reversed(directory.numbered(directory.home()).values()):
        if (path / directory.CONFIG_FILE).exists():
            run = directory.read(path)
            if isinstance(run.config, kind):
                return run
    description = "run" if kind is Config else f"run of {_models(kind)}"
    home = directory.home().absolute()
    if shipped and (bundled := _shipped(kind)):
        log.info("no %s in %s: using %s", description, home, bundled[0].name)
        return bundled[0]
    raise InvalidInput(f"no {description} in {home}; train one, or give the path of one")


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
    numbered = directory.numbered(directory.home())
    for path in (directory.home() / name, Path(name)):
        if path.is_dir():
            return path
    if name.isdecimal() and int(name) in numbered:
        return numbered[int(name)]
    known = [path.name for path in directory.folders()]
    near, names = hint(name, known), ", ".join(known) or "none"
    raise InvalidInput(f"no run {name!r}{near}; allowed: a path, or a number or name of: {names}")
