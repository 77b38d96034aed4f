"""A copy of the repository whose tests run in forks of this process."""

import compileall
import gc
import multiprocessing
import os
import py_compile
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
# An endless loop is a fault that was found.
TIMEOUT = 600


def copy_repository(folder: Path) -> None:
    """Copy what git tracks or would track, and compile it."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (source := REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    # Compiled files are compared by content: a change may leave size and second as they are.
    checked = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(folder / "kerasgan", quiet=1, invalidation_mode=checked)


@contextmanager
def written(path: Path, source: str) -> Iterator[None]:
    """Give a file another content for a while."""
    original = path.read_text()
    path.write_text(source)
    try:
        yield
    finally:
        path.write_text(original)


def run(folder: Path, tests: list[str]) -> tuple[int | None, float, str]:
    """Run tests of the copy, up to the first that fails.

    Returns:
        pytest's exit code, or None after TIMEOUT; seconds of the CPU; the end of the output.
    """
    begin, output = _cpu_seconds(), folder / "output.txt"
    # A fork has TensorFlow loaded already, which takes longer than most tests; the garbage
    # collector leaves what is frozen, so that its pages stay shared.
    gc.freeze()
    process = multiprocessing.get_context("fork").Process(target=_run, args=(folder, tests, output))
    process.start()
    process.join(TIMEOUT)
    if process.is_alive():
        process.kill()
        process.join()
        return None, _cpu_seconds() - begin, ""
    return process.exitcode, _cpu_seconds() - begin, output.read_text()[-2000:]


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(folder: Path, tests: list[str], output: Path) -> None:
    stream = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    os.chdir(folder)
    for name in [name for name in sys.modules if name.split(".")[0] in ("kerasgan", "tests")]:
        del sys.modules[name]
    sys.path[:] = [str(folder), *(p for p in sys.path if Path(p).resolve() != REPOSITORY)]
    os.environ["PYTHONPATH"] = str(folder)
    import pytest

    code = pytest.main(["-q", "-x", "-n", "0", "--tb=line", "-p", "no:cacheprovider", *tests])
    sys.stdout.flush()
    os._exit(code)
