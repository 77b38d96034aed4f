"""The tab that shows a walk between seeds."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from kerasgan.demo import generate_images
from kerasgan.demo.components import LIVE, PIXEL_CLASSES, QUEUED, report_errors, titled_image
from kerasgan.utils import images

# Of a frame.
_MILLISECONDS = 80
# Frames of the strip, fewer than those of the shortest walk.
_STRIP = 12
_HELP = "From the first seed through others, separated by commas, and back. The slider stops it."


def add(settings: list[Component], labels: list[gr.Dropdown], folder: Path) -> dict[str, Any]:
    """Add the contents of the tab.

    Args:
        settings: the run, weights, sigma and first seed.
        labels: values of the run's labels.
        folder: for animations.

    Returns:
        Options of the event that plays the walk.
    """
    gr.Markdown(_HELP)
    with gr.Row():
        with gr.Column(scale=3, min_width=280):
            walk = titled_image("Walk", elem_classes=PIXEL_CLASSES)
        with gr.Column(scale=2, min_width=200):
            others = gr.Textbox("1, 2", label="Other seeds")
            button = gr.Button("Play")
            position = gr.Slider(0, 1, 0, step=0.01, label="Position")
    strip = gr.Image(
        alt_text="Strip of the walk",
        show_label=False,
        interactive=False,
        format="png",
        buttons=[],
        elem_classes=["pixels", "large"],
    )
    play = {
        "fn": report_errors(partial(_play, folder)),
        "inputs": [*settings, others, *labels],
        "outputs": [walk, strip],
        **QUEUED,
    }
    gr.on([button.click, others.submit], **play)
    stop = report_errors(generate_images.walk_frame)
    position.input(stop, [*settings, others, position, *labels], walk, **LIVE)
    return play


def _play(folder: Path, *inputs) -> list:
    """The file of an animation, and a row of its frames."""
    frames = generate_images.walk(*inputs)
    file = Path(tempfile.mkdtemp(dir=folder)) / "walk.gif"
    images.save_row(frames, file, _MILLISECONDS)
    shown = frames[:: len(frames) // _STRIP]
    return [str(file), images.grid(shown, len(shown))]
