"""Messages of a worker that waits for others."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kerasgan.utils import processes

log = logging.getLogger(__name__)

_SECONDS, _TIMEOUT = 60.0, 2.0
_REPORT = """
import json, sys
from kerasgan.training import waiting
waiting.report(*json.loads(sys.argv[1]))
"""


@contextmanager
def for_workers(addresses: Sequence[str], seconds: float = _SECONDS) -> Iterator[None]:
    """Write to standard error which workers do not answer, again and again until the block ends.

    TensorFlow waits without giving other threads of Python a turn. So another process writes, and
    signals end this one at once, which no handler of Python could do; TensorFlow itself catches
    SIGTERM.

    Args:
        addresses: "host:port" of the other workers.
        seconds: time between messages.
    """
    arguments = json.dumps([list(addresses), seconds, os.getpid()])
    reporter = subprocess.Popen([sys.executable, "-c", _REPORT, arguments])
    try:
        with _default_signals():
            yield
    finally:
        reporter.kill()
        reporter.wait()


@contextmanager
def _default_signals() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: processes.handle(number, signal.SIG_DFL) for number in processes.STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def report(addresses: Sequence[str], seconds: float, parent: int) -> None:
    """Write the messages of `for_workers`, as long as the process that waits exists."""
    processes.end_with_parent(parent, signal.SIGKILL)
    logging.basicConfig(format="%(levelname)s: %(message)s")
    began = time.monotonic()
    while True:
        time.sleep(seconds)
        silent = [address for address in addresses if not _answers(address)]
        missing = f"no answer from {', '.join(silent)}" if silent else "all of them answer"
        minutes = (time.monotonic() - began) / 60
        log.warning("waiting for other workers for %.3g minutes: %s", minutes, missing)


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), _TIMEOUT):
            return True
    except (OSError, ValueError, OverflowError):
        return False
