"""What shows the page to this machine alone, and leaves nothing behind."""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from kerasgan.errors import Refused

HOST = "127.0.0.1"


@contextmanager
def private() -> Iterator[Path]:
    """Keep a Gradio that is imported within from sending anything out.

    Yields:
        The folder of all its files, uploads too, which is removed at the end.
    """
    with tempfile.TemporaryDirectory(prefix="kerasgan-demo-") as folder:
        os.environ |= {
            "GRADIO_ANALYTICS_ENABLED": "False",
            "GRADIO_TEMP_DIR": folder,
            "HF_HUB_OFFLINE": "1",
        }
        yield Path(folder)


def listening(port: int) -> socket.socket:
    """Return a socket that listens on a port of this machine, out of reach of others.

    Args:
        port: 0 for any that is free.

    Raises:
        Refused: if the port is taken or not allowed.
    """
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        reason = os.strerror(error.errno).lower()
        raise Refused(f"port {port} cannot be used: {reason}; allowed: another --port") from error


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
