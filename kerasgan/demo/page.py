"""The page, and the server that shows it to this machine alone."""

import os
import socket
import tempfile
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI

from kerasgan.demo import faces, history, translate
from kerasgan.errors import Refused

HOST = "127.0.0.1"
_FONTS = {"font": ["system-ui", "sans-serif"], "font_mono": ["ui-monospace", "monospace"]}
# Small pictures are shown large, as they are.
_STYLE = """
.pixels img { image-rendering: pixelated; width: 100%; height: 100%; object-fit: contain }
"""


def build(name: str | None, folder: Path) -> gr.Blocks:
    """Return the page.

    Args:
        name: the run to begin with, where it fits; else the newest.
        folder: where files are put that live no longer than the page.
    """
    with gr.Blocks(title="kerasgan", analytics_enabled=False) as page:
        gr.Markdown("# kerasgan\nEverything here is computed on this machine and stays on it.")
        faces.add(page, name)
        translate.add(page, name, folder)
        history.add(page, name)
    return page


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
        raise Refused(f"port {port}: {error.strerror}; allowed: another --port") from error


def serve(listener: socket.socket, name: str | None) -> None:
    """Show the page until a signal ends it."""
    with tempfile.TemporaryDirectory(prefix="kerasgan-demo-") as folder:
        # Where Gradio puts uploads and what it shows.
        os.environ["GRADIO_TEMP_DIR"] = folder
        app = gr.mount_gradio_app(
            FastAPI(),
            build(name, Path(folder)),
            "/",
            server_name=HOST,
            footer_links=[],
            run_history=False,
            ssr_mode=False,
            mcp_server=False,
            enable_monitoring=False,
            theme=gr.themes.Soft(**_FONTS),
            css=_STYLE,
        )
        # Open pages would keep the server alive.
        config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1)
        uvicorn.Server(config).run(sockets=[listener])
