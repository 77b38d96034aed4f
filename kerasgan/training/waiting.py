"""Messages of a worker that waits for others."""

import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

log = logging.getLogger(__name__)

_SECONDS, _TIMEOUT = 60.0, 2.0


@contextmanager
def for_workers(addresses: Sequence[str], seconds: float = _SECONDS) -> Iterator[None]:
    """Log which workers do not answer, again and again until the block ends.

    Args:
        addresses: "host:port" of the other workers.
        seconds: time between messages.
    """
    is_over = threading.Event()

    def report() -> None:
        waited = 0.0
        while not is_over.wait(seconds):
            waited += seconds
            silent = [address for address in addresses if not _answers(address)]
            missing = f"no answer from {', '.join(silent)}" if silent else "all of them answer"
            log.warning("waiting for other workers for %.3g minutes: %s", waited / 60, missing)

    thread = threading.Thread(target=report, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), _TIMEOUT):
            return True
    except (OSError, ValueError, OverflowError):
        return False
