"""Work on images by one process per core."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import islice
from multiprocessing import get_context

import psutil

from kerasgan.utils import processes, progress

_CHUNK = 64


def parallel_map(function: Callable, items: Iterable, count: int, title: str) -> Iterator:
    """Yield `function(item)` in order, computed by one process per core, with a progress bar.

    The function must be importable, because TensorFlow does not survive a fork and the processes
    therefore start afresh. A script that calls this needs `if __name__ == "__main__":`. A few
    items are computed in this process.
    """
    if count <= _CHUNK:
        yield from map(function, items)
        return
    end_with_parent = partial(processes.end_with_parent, os.getpid(), signal.SIGKILL)
    with (
        ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=end_with_parent) as pool,
        progress.bar(desc=title, total=count, unit=" images") as bar,
        _explained_loss(),
    ):
        # In windows, because `Executor.map` consumes all items at once, and they may be images.
        items = iter(items)
        while window := list(islice(items, 16 * _CHUNK * (os.cpu_count() or 1))):
            with _interrupts_blocked():
                results = pool.map(function, window, chunksize=_CHUNK)
            for result in results:
                yield result
                bar.update()


@contextmanager
def _explained_loss() -> Iterator[None]:
    """Explain what may have ended a process of the pool."""
    try:
        yield
    except BrokenProcessPool as error:
        free = psutil.virtual_memory().available / 2**20
        raise ChildProcessError(
            "a process that worked on the images was killed, as happens when memory runs out; "
            f"{free:,.0f} MiB are free now: end other programs, or use smaller images"
        ) from error


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block Ctrl-C in processes started meanwhile, which inherit the mask for good.

    The parent handles Ctrl-C; otherwise every worker prints a traceback.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
