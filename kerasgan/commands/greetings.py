"""What TensorFlow's libraries write to the terminal while they are loaded."""

import importlib.util
import os
import sys
import tempfile
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _Finder(MetaPathFinder):
    """Finds TensorFlow as Python does, to load it without those lines."""

    def find_spec(self, name, path=None, target=None) -> ModuleSpec | None:
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None:
            load = spec.loader.exec_module
            spec.loader.exec_module = lambda module: _load_silently(load, module)
        return spec


def hold_back() -> None:
    """Keep standard error free of them: no setting of TensorFlow's does, and they tell no news.

    They are shown nevertheless if it cannot be loaded.
    """
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _Finder())


def _load_silently(load, module: ModuleType) -> None:
    # The lines come from C++, past `sys.stderr`.
    sys.stderr.flush()
    shown = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            load(module)
        except Exception:
            held.seek(0)
            os.write(shown, held.read())
            raise
        finally:
            os.dup2(shown, 2)
            os.close(shown)
