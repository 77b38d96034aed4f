"""The runs that the page may show."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from kerasgan.runs import directory, home, locks, lookup, sheets, status
from kerasgan.runs.records import MetricsFile
from kerasgan.utils.errors import InvalidInput
from kerasgan.utils.local_pages import is_inside
from kerasgan.utils.printing import printable
from kerasgan.watch import run_content

# Runs whose curves stay in memory.
_CACHE_SIZE = 16


class WatchedRuns:
    """Some runs, or all of `home.folder()`, each with an id that is no path.

    Args:
        names: paths, numbers or names. Default: all runs, also those that begin later.

    Raises:
        InvalidInput: if there is no such run, or it is damaged.
    """

    def __init__(self, names: Sequence[str] = ()):
        self._named = [lookup.run(name).path.absolute() for name in names]
        self._home = home.folder().absolute()
        self._metrics = lru_cache(_CACHE_SIZE)(MetricsFile)
        self._lock = Lock()

    def listing(self) -> dict[str, Any]:
        """The runs, in the order of their names or the newest first, and those to begin with.

        Returns:
            {"folder", "runs": [{"id", "name", "model", "state", "problems"}], "chosen": [ids]}.
        """
        folders = self._folders()
        chosen = list(folders) if self._named else list(folders)[:1]
        counts = Counter(path.name for path in folders.values())
        runs = []
        for identifier, path in folders.items():
            name = printable(path.name if counts[path.name] == 1 else path)
            runs.append({"id": identifier, "name": name, **_summary(path)})
        return {"folder": printable(self._home), "runs": runs, "chosen": chosen}

    def version(self, identifier: str) -> str:
        """A text that changes with the files of a run.

        Raises:
            KeyError: if there is no such run.
        """
        return _digest(repr([*_states(self._folders()[identifier])]))

    def content(self, identifier: str, first: float, last: float) -> dict[str, Any]:
        """See `run_content.read`; of a run that cannot be read, only its problems.

        Raises:
            KeyError: if there is no such run.
        """
        path = self._folders()[identifier]
        try:
            run = directory.read(path)
        except (InvalidInput, OSError) as error:
            return {"problems": [run_content.problem(error)]}
        with self._lock:
            return run_content.read(run, self._metrics(run.metrics_file), first, last)

    def sheet(self, identifier: str, step: int) -> Path:
        """The sample sheet of a step.

        Raises:
            KeyError: if there is no such run, or its folder has no such file.
        """
        path = self._folders()[identifier]
        file = sheets.by_step(path / "samples")[step]
        if not (file.is_file() and is_inside(file, path)):
            raise KeyError(step)
        return file

    def _folders(self) -> dict[str, Path]:
        """{id: run directory}."""
        paths = self._named or [path.absolute() for path in reversed(home.runs())]
        return {_digest(str(path)): path for path in paths}


def _digest(text: str) -> str:
    return hashlib.blake2b(os.fsencode(text), digest_size=8).hexdigest()


def _states(folder: Path) -> Iterator[object]:
    """Whether a run is in training, and the size and time of each of its files and folders."""
    with suppress(InvalidInput, OSError):
        yield locks.is_locked(folder)
    with suppress(OSError):
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            # Temporary files come and go.
            with suppress(OSError):
                yield entry.name, entry.stat().st_size, entry.stat().st_mtime_ns


def _summary(path: Path) -> dict[str, Any]:
    try:
        run = directory.read(path)
        return {"model": run.config.MODEL, "state": status.state(run), "problems": []}
    except (InvalidInput, OSError) as error:
        return {"model": "", "state": "damaged", "problems": [run_content.problem(error)]}
