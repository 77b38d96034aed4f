"""The folder of the numbered runs, and their names."""

import os
import re
from pathlib import Path

from kerasgan.configs import Config
from kerasgan.configs.options import option_name
from kerasgan.utils import files

# A folder with this file is a run.
CONFIG_FILE = "config.json"


def folder() -> Path:
    """Folder of the numbered runs: `$KERASGAN_HOME/runs`, or `./runs`."""
    return Path(os.environ.get("KERASGAN_HOME", ".")) / "runs"


def name_of(config: Config, preset: str) -> str:
    """Model, preset unless it is the default one, and options that differ from the preset."""
    parts = [config.MODEL] + [preset] * (preset != config.default_preset())
    for field in config.changes_from(preset):
        value = getattr(config, field)
        # A rectangle is a tuple, too, but has a text of its own.
        if type(value) is tuple:
            value = "_".join(map(str, value))
        text = "" if value is True else Path(str(value)).name
        parts.append(option_name(field) + text)
    return re.sub(r"[^\w.-]+", "_", "-".join(parts))[:100]


def new_folder(name: str) -> Path:
    """Create the next numbered folder in `folder()`, called `NUMBER-name`.

    Raises:
        InvalidInput: if the folder is not writable.
    """
    root = folder()
    files.check_writable(root)
    root.mkdir(parents=True, exist_ok=True)
    number = max(numbered(), default=0)
    while True:
        number += 1
        unnamed = root / f"{number:04d}"
        try:
            unnamed.mkdir()
        except FileExistsError:
            continue
        # Another process may have created and renamed this number in the meantime.
        if any(root.glob(f"{number:04d}-*")):
            unnamed.rmdir()
            continue
        return unnamed.rename(root / f"{number:04d}-{name}")


def runs() -> list[Path]:
    """All run directories in `folder()`: those without a number by name, then the numbered ones."""
    with_number = numbered().values()
    others = sorted(set(folder().glob("[!.]*")) - set(with_number))
    return [path for path in (*others, *with_number) if is_run(path)]


def is_run(path: Path) -> bool:
    """Whether a folder has a config.json, which may be damaged or a link to nothing."""
    return os.path.lexists(path / CONFIG_FILE)


def numbered() -> dict[int, Path]:
    """What begins with a number in `folder()`, {number: folder}, sorted by number."""
    paths = sorted(folder().glob("*"))
    matches = ((re.match(r"(\d{4,})(-|$)", path.name), path) for path in paths)
    by_number = {int(match[1]): path for match, path in matches if match and path.is_dir()}
    return dict(sorted(by_number.items()))
