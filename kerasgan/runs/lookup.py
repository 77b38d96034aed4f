"""The run that a person means by a path, a number, a name or by saying nothing."""

import logging
from pathlib import Path

from kerasgan import registry
from kerasgan.configs import Config
from kerasgan.runs import directory
from kerasgan.utils.errors import InvalidInput, hint

# The first that fits is meant.
_SHIPPED_MODELS = ("r3gan", "cyclegan")

log = logging.getLogger(__name__)


def run(
    name: str | None = None, kind: type[Config] = Config, shipped: bool = True
) -> directory.Run:
    """The run of this path, number or name, or the one with the highest number.

    Args:
        kind: what the run's config must be; without a name, others are passed over.
        shipped: whether a run that is shipped will do: by the name `pretrained` or
            `pretrained/MODEL`, and without a name where there is no other.

    Raises:
        InvalidInput: if there is none, if it cannot be read, or if it is of another kind.
    """
    if name is None:
        return _newest(kind, shipped)
    if shipped and name == directory.PRETRAINED and (fitting := _shipped(kind)):
        return fitting[0]
    is_asked = shipped and name.startswith(directory.PRETRAINED)
    named = {one.name: one for one in _shipped(Config)} if is_asked else {}
    found = named.get(name) or directory.read(folder(name))
    if not isinstance(found.config, kind):
        raise InvalidInput(
            f"{found.name} is a run of {found.config.MODEL}; allowed: {_models(kind)}"
        )
    return found


def _newest(kind: type[Config], shipped: bool) -> directory.Run:
    for path in reversed(directory.numbered(directory.home()).values()):
        if (path / directory.CONFIG_FILE).exists():
            found = directory.read(path)
            if isinstance(found.config, kind):
                return found
    what = "run" if kind is Config else f"run of {_models(kind)}"
    if shipped and (fitting := _shipped(kind)):
        log.info("no %s in %s: this is %s", what, directory.home().absolute(), fitting[0].name)
        return fitting[0]
    raise InvalidInput(
        f"no {what} in {directory.home().absolute()}; train one, or name one by its path"
    )


def _shipped(kind: type[Config]) -> list[directory.Run]:
    shipped = (directory.read(directory.SHIPPED / model) for model in _SHIPPED_MODELS)
    return [one for one in shipped if isinstance(one.config, kind)]


def _models(kind: type[Config]) -> str:
    return ", ".join(
        name for name in registry.names() if issubclass(registry.config_class(name), kind)
    )


def folder(name: str) -> Path:
    """The folder of this path, number or name, whatever is in it."""
    numbered = directory.numbered(directory.home())
    for path in (directory.home() / name, Path(name)):
        if path.is_dir():
            return path
    if name.isdecimal() and int(name) in numbered:
        return numbered[int(name)]
    known = [path.name for path in directory.folders()]
    near, names = hint(name, known), ", ".join(known) or "none"
    raise InvalidInput(f"no run {name!r}{near}; allowed: a path, or a number or name of: {names}")
