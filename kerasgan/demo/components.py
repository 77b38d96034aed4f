"""Settings and functions that the tabs share."""

import html
from collections.abc import Callable, Mapping
from functools import wraps

import gradio as gr

from kerasgan.configs import Config
from kerasgan.demo import run_selection
from kerasgan.labels import LabelSchema
from kerasgan.utils.errors import InvalidInput

# Options of all events: one at a time, since Keras cannot build two models at once, and without an
# API for other programs.
QUEUED = {"concurrency_id": "model", "concurrency_limit": 1, "api_visibility": "private"}
# Options of events that follow a slider.
LIVE = {"show_progress": "hidden", "trigger_mode": "always_last", **QUEUED}
IMAGE_OPTIONS = {"interactive": False, "format": "png", "buttons": ["download", "fullscreen"]}
# CSS classes, defined in `page`, of small images, which are enlarged without smoothing.
PIXEL_CLASSES = ["titled", "pixels", "large"]
GALLERY_OPTIONS = {
    "format": "png",
    "allow_preview": False,
    "object_fit": "contain",
    "buttons": ["download_all"],
    "elem_classes": ["titled", "pixels"],
}
_MAX_LABELS = 16


def titled_image(name: str, **options) -> gr.Image:
    """An image with its name above it, which screen readers read too."""
    return gr.Image(label=name, alt_text=name, **IMAGE_OPTIONS, **options)


def report_errors(function: Callable) -> Callable:
    """Wrap a function to show its InvalidInput errors on the page."""

    @wraps(function)
    def wrapped(*inputs):
        try:
            return function(*inputs)
        except InvalidInput as reason:
            # Gradio shows messages as HTML.
            raise gr.Error(html.escape(str(reason)), print_exception=False) from reason

    return wrapped


def run_choices(kind: type[Config], name: str | None) -> Callable[[], dict]:
    """A function that updates the choices of a dropdown to the current runs.

    Args:
        kind, name: as in `run_selection.runs_of`; a bundled run ensures that there is a choice.
    """

    def update():
        choices = [(run.name, str(run.path)) for run in run_selection.runs_of(kind, name)]
        return gr.update(choices=choices, value=choices[0][1])

    return update


def label_dropdowns() -> list[gr.Dropdown]:
    """Hidden dropdowns, which `label_updates` turns into one for each label of a run."""
    with gr.Row():
        return [gr.Dropdown(min_width=120, visible=False) for _ in range(_MAX_LABELS)]


def label_updates(schema: LabelSchema, values: Mapping[str, str], empty: str) -> list[dict]:
    """Updates of the dropdowns to the labels of a run; labels beyond their number have none.

    Args:
        values: to begin with, {label: value}.
        empty: what a label without a value is.
    """
    updates = [
        gr.update(
            label=label.name,
            choices=[(empty, ""), *((value, value) for value in label.values)],
            value=values.get(label.name, ""),
            visible=True,
        )
        for label in schema.labels[:_MAX_LABELS]
    ]
    hidden = gr.update(value=None, visible=False)
    return updates + [hidden] * (_MAX_LABELS - len(updates))
