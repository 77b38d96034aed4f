"""The page: tabs, style and checks of its inputs."""

import html
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from gradio.exceptions import Error

from kerasgan.demo import generate_tab, guard, translate_tab
from kerasgan.utils import local_pages

# Queued events of all browsers together; a browser seldom has more than one.
_MAX_QUEUE = 256
_MAX_MESSAGE = 300
_FONTS = {"font": ["system-ui", "sans-serif"], "font_mono": ["ui-monospace", "monospace"]}
_INTRODUCTION = """
# kerasgan

A GAN generates images from noise and labels, or translates an image of yours. Everything is
computed on this machine and stays there.
"""
# Images are enlarged, small ones without smoothing, until they fill the window of a laptop. Labels
# and buttons are above them.
_STYLE = """
.large .image-frame { width: 100% }
.large .image-frame img { width: 100%; max-height: 50vh; object-fit: contain }
.pixels img { image-rendering: pixelated }
.titled label[data-testid="block-label"] {
    position: static;
    margin: 8px;
    max-width: calc(100% - 100px);
}
.titled .icon-button-wrapper { top: -36px }
.titled .grid-wrap { max-height: none; min-height: 0; overflow: visible }
.titled .grid-container {
    grid-template: none / repeat(var(--grid-cols), minmax(0, 1fr));
    grid-auto-rows: auto;
    max-width: max(300px, 55vh);
    margin: auto;
}
input:focus-visible { outline: 2px solid var(--color-accent); outline-offset: 2px }
.caption { font-size: 0.85em; overflow-wrap: anywhere }
"""

log = logging.getLogger(__name__)


class _Page(gr.Blocks):
    """Gradio blocks that accept only files in one folder, and show short errors.

    Args:
        folder: for uploads and drawn images.
        options: as in `gr.Blocks`.
    """

    def __init__(self, folder: Path, **options: Any):
        super().__init__(**options)
        self._folder = folder

    async def process_api(self, block_fn, inputs, *args, **kwargs) -> dict[str, Any]:
        try:
            self._check(inputs)
            return await super().process_api(block_fn, inputs, *args, **kwargs)
        except Error as error:
            if not error.print_exception:
                raise
            # Gradio's error for a value that is not among the choices repeats the value.
            message = html.escape(str(error.message)[:_MAX_MESSAGE])
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:_MAX_MESSAGE]
            log.warning("a request to the page failed: %s", reason)
            message = "this request failed"
        raise Error(message, print_exception=False)

    def _check(self, inputs: list[Any]) -> None:
        """Refuse files outside of the folder before any is opened."""
        for value in inputs:
            parts = value if isinstance(value, list) else [value]
            are_files = all(
                "path" in part if isinstance(part, dict) else not isinstance(part, list)
                for part in parts
            )
            if not are_files or not all(
                local_pages.is_inside(path, self._folder) for path in _paths(parts)
            ):
                raise Error("this file was not uploaded here", print_exception=False)


def _paths(value: Any) -> Iterator[Any]:
    """Paths of all files in a value, also inside the dictionaries of other files."""
    if isinstance(value, dict):
        if "path" in value:
            yield value["path"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _paths(part)


def app(name: str | None, folder: Path, token: str | None = None) -> FastAPI:
    """The web application of the page.

    Args:
        name: the run to begin with in each tab of its kind. Default: the newest.
        folder: for temporary files, see `server.private`.
        token: required of browsers. None: all users of this machine have access.
    """
    with _Page(folder, title="kerasgan", analytics_enabled=False) as page:
        gr.Markdown(_INTRODUCTION)
        generate_tab.add(page, name, folder)
        translate_tab.add(page, name, folder)
    page.queue(max_size=_MAX_QUEUE)
    application = FastAPI(
        middleware=guard.middleware(token, folder), docs_url=None, redoc_url=None, openapi_url=None
    )
    gr.mount_gradio_app(
        application,
        page,
        "/",
        server_name=local_pages.HOST,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        max_file_size=guard.UPLOAD_LIMIT,
        theme=gr.themes.Soft(**_FONTS),
        css=_STYLE,
    )
    # As `launch` does: otherwise Gradio does not compare paths with its uploads.
    page.has_launched = True
    return application
