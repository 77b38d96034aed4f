"""Processes that a command starts, and how it ends itself."""

import atexit
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

# What ends a command: Ctrl-C, a closed terminal, and what schedulers send before they kill.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGXCPU)
_SECONDS = 1.0


def end_with_parent(parent: int, number: int = signal.SIGTERM) -> None:
    """Send a signal to this process as soon as the process that started it has ended.

    A parent that is killed cannot end its children, which would go on without it.

    Args:
        parent: id of the process that started this one.
        number: of the signal.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_SECONDS)
        os.kill(os.getpid(), number)

    threading.Thread(target=watch, daemon=True).start()


def handle(number: int, handler: Callable[[int, Any], None] | signal.Handlers) -> Any:
    """Call `handler` at a signal, unless it is ignored, as by nohup; return the handler before."""
    before = signal.getsignal(number)
    return before if before is signal.SIG_IGN else signal.signal(number, handler)


def leave_closed_terminal() -> None:
    """Discard what is written from now on if its terminal is closed: writing there would fail."""
    for stream in (sys.stdout.fileno(), sys.stderr.fileno()):
        try:
            os.write(stream, b"")
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream)
            os.close(nowhere)


def free_at_exit() -> None:
    """Free what an uncaught exception keeps alive, such as the iterator of a training's batches.

    An iterator that lives until the interpreter ends waits there for its threads, which wait for
    the interpreter to read the next images: the process would never end.
    """
    atexit.unregister(_free)
    atexit.register(_free)


def _free() -> None:
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        if hasattr(sys, name):
            delattr(sys, name)
    gc.collect()
