"""What shows the page to this machine alone, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from kerasgan.runs import locks
from kerasgan.utils.errors import InvalidInput

HOST = "127.0.0.1"
_PREFIX = "kerasgan-demo-"


@contextmanager
def private() -> Iterator[Path]:
    """Keep a Gradio that is imported within from sending anything out.

    Yields:
        The folder of all its files, uploads too. It is removed at the end, whatever signal ends
        the process; after SIGKILL, when the next page starts.
    """
    _remove_stale()
    _end_at_hangup()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder, locks.lock(Path(folder)):
        os.environ |= {
            "GRADIO_ANALYTICS_ENABLED": "False",
            "GRADIO_TEMP_DIR": folder,
            "HF_HUB_OFFLINE": "1",
        }
        # Uploads that are cut short are no files of Gradio's yet.
        before, tempfile.tempdir = tempfile.tempdir, folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before


def _remove_stale() -> None:
    """Remove the folders of pages that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError, InvalidInput):
            status = folder.lstat()
            # A folder without a lock is about to get one.
            is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
            if is_ours and locks.has_lock(folder) and not locks.is_locked(folder):
                shutil.rmtree(folder)


def _end_at_hangup() -> None:
    """End as at SIGTERM when the terminal is closed, unless that is ignored, as by nohup."""
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


def listening(port: int) -> socket.socket:
    """A socket that listens on a port of this machine, out of reach of others.

    Args:
        port: 0 for any that is free.

    Raises:
        InvalidInput: if the port is taken or not allowed.
    """
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        reason = os.strerror(error.errno).lower()
        raise InvalidInput(
            f"port {port} cannot be used: {reason}; allowed: another --port"
        ) from error


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Answer until a signal ends it.

    Raises:
        KeyboardInterrupt: then.
    """
    # Pages that are open would otherwise keep it alive.
    config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    # It raises the signal again, which shells let the commands ignore that they start with "&".
    if server.should_exit:
        raise KeyboardInterrupt
