"""The page and how it looks."""

from pathlib import Path

import gradio as gr
from fastapi import FastAPI

from kerasgan.demo import faces, history, translate
from kerasgan.demo.server import HOST

_FONTS = {"font": ["system-ui", "sans-serif"], "font_mono": ["ui-monospace", "monospace"]}
# Small pictures are shown large, faces pixel by pixel.
_STYLE = """
.large img { width: 100%; height: 100%; object-fit: contain }
.pixels img { image-rendering: pixelated }
.caption { font-size: 0.85em; overflow-wrap: anywhere }
"""


def app(name: str | None, folder: Path) -> FastAPI:
    """Return what answers a browser.

    Args:
        name: the run to begin with, where it fits; else the newest.
        folder: where files are put that live no longer than the page.
    """
    with gr.Blocks(title="kerasgan", analytics_enabled=False) as page:
        gr.Markdown("# kerasgan\nEverything here is computed on this machine and stays on it.")
        faces.add(page, name)
        translate.add(page, name, folder)
        history.add(page, name)
    return gr.mount_gradio_app(
        FastAPI(),
        page,
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
