"""Serve the page to this machine only, and remove its files at the end."""

import os
import shutil
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

_PREFIX = "kerasgan-demo-"


@contextmanager
def private() -> Iterator[Path]:
    """Configure Gradio, to be imported inside the context, to send nothing to other hosts.

    Yields:
        The folder of all its files, also uploads. It is removed when the process ends by any
        signal; after SIGKILL, when the next page starts.
    """
    _remove_stale()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder, locks.lock(Path(folder)):
        os.environ |= {
            "GRADIO_ANALYTICS_ENABLED": "False",
            "GRADIO_TEMP_DIR": folder,
            "HF_HUB_OFFLINE": "1",
        }
        # Incomplete uploads are in Python's temporary folder, not in Gradio's.
        before, tempfile.tempdir = tempfile.tempdir, folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before


def _remove_stale() -> None:
    """Remove folders that killed processes left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError, InvalidInput):
            status = folder.lstat()
            # A process that is starting has a folder, but no lock yet.
            is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
            if is_ours and locks.has_lock(folder) and not locks.is_locked(folder):
                shutil.rmtree(folder)


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Serve until a signal arrives.

    Raises:
        KeyboardInterrupt: at the end.
    """
    # Without a timeout, open pages would keep the server alive.
    config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    # Uvicorn raises the signal again, but commands started with "&" ignore SIGINT.
    if server.should_exit:
        raise KeyboardInterrupt
