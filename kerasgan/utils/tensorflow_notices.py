"""Keeps two notices of TensorFlow's import off the terminal, which no setting turns off.

They are written by static initializers, before TF_CPP_MIN_LOG_LEVEL is read.
"""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_NOTICES = (b"oneDNN custom operations are on", b"All log messages before absl::InitializeLog()")
_STDERR = 2


def hide() -> None:
    """Hide the notices when TensorFlow is imported, unless that has already happened."""
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds tensorflow once, with a loader that hides the notices."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and (loader := spec.loader):
            execute = loader.exec_module

            def exec_module(module: ModuleType) -> None:
                with _without_notices():
                    execute(module)

            loader.exec_module = exec_module
        return spec


@contextmanager
def _without_notices() -> Iterator[None]:
    """Hold back what the process writes to standard error, and then write all but the notices."""
    if sys.stderr is None:
        # Standard error is closed.
        yield
        return
    sys.stderr.flush()
    terminal = os.dup(_STDERR)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), _STDERR)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, _STDERR)
            os.close(terminal)
            held.seek(0)
            lines = [line for line in held if not any(notice in line for notice in _NOTICES)]
            os.write(_STDERR, b"".join(lines))
